"""`make chaos`: random histories for so many minutes, on both sides, with whatever goes wrong."""

import os

from . import test
from .console import GroundError

NAMES = ("minutes", "seed")
USAGE = 'Give numbers, as in make chaos ARGS="minutes=5 seed=123".'


def main(arguments: list[str]) -> int:
    """Run them, by default a minute from a seed by chance. Returns 1 where a side is wrong."""
    for argument in ("minutes=1", *arguments):
        name, _equals, value = argument.partition("=")
        if name not in NAMES or not value.replace(".", "", 1).isdecimal():
            raise GroundError(USAGE)
        os.environ[f"USERCOM_CHAOS_{name.upper()}"] = value
    return test.main(["tests/chaos", "-q", "-s"])
