"""`make trips`: through how many files a piece of work passes until it is done."""

from pathlib import Path

from .. import test

_TRIPS = Path(__file__).with_name("trips.py")


def main(arguments: list[str]) -> int:
    """Make the trips on a real database and print their table; arguments go to pytest."""
    return test.main([str(_TRIPS), "-s", "-q", *arguments])
