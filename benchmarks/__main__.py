"""`python -m benchmarks [NAME...]`: run the benchmarks named, else all, and store the results."""

import importlib
import sys
from pathlib import Path

from .result import store

NAMES = sorted(
    path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")
)


def main(names: list[str]) -> int:
    """Return 1 where something did not reach what it has to."""
    reached = True
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        results = importlib.import_module(f"benchmarks.bench_{name}").run()
        for result in results:
            print("   " + " | ".join(result.cells()), flush=True)
        store(results)
        reached = reached and all(result.reached for result in results)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
