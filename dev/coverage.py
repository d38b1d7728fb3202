"""`make coverage`: the tests in one process, and the lines of the addons that none of them ran."""

from . import test
from .paths import ADDONS

# By its path: the servers of the tests, copies of the repository among them, count too.
_COUNTED = (*(f"--cov={addon}" for addon in ADDONS), "--cov-report=term:skip-covered")


def main(arguments: list[str]) -> int:
    """Run the tests; arguments go to pytest. Returns pytest's exit status."""
    return test.main([*_COUNTED, *(arguments or ["tests"])])
