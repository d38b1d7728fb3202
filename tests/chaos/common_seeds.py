"""How many histories are lived through, and by which seeds: `make chaos` says it by variables."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator

MINUTES = float(os.environ.get("USERCOM_CHAOS_MINUTES", "0"))
SEED = os.environ.get("USERCOM_CHAOS_SEED")
FIXED = 1  # what `make test` lives through is the same each time
WRONG = ("lost", "doubled", "overruled")


def seeds(share: float) -> Iterator[int]:
    """The seed asked for, or one by chance, and those after it until the minutes' share is over.

    Without minutes or a seed, a fixed one.
    """
    end = time.monotonic() + share * MINUTES * 60
    first = int(SEED) if SEED else random.SystemRandom().randrange(10**6)
    yield first if MINUTES or SEED else FIXED
    while time.monotonic() < end:
        yield (first := first + 1)


def live_through(live: Callable[[int], Counter[str]], share: float) -> None:
    """Live through the histories; print each seed, the sums, and the story of what went wrong."""
    totals: Counter[str] = Counter(dict.fromkeys(WRONG, 0))
    wrong = []
    for seed in seeds(share):
        print(f"\nhistory {seed}", end="", flush=True)
        try:
            totals.update(live(seed))
        except AssertionError as error:
            wrong.append(f"history {seed}: {error}")
            print(f": {error}", flush=True)
            totals.update(word for word in WRONG if word in str(error))
    print("\n" + ", ".join(f"{kind}: {number}" for kind, number in totals.items()), flush=True)
    assert not wrong, "\n".join(wrong)
