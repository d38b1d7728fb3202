"""`make chaos`: random histories for so many minutes, on both sides, with whatever goes wrong.

With `bodies` it sends so many odd calls to the webhook of a real server instead.
"""

import os

from . import test
from .console import GroundError

NAMES = ("minutes", "seed", "bodies")
USAGE = 'Give numbers, as in make chaos ARGS="minutes=5 seed=123", or ARGS=bodies=20000.'


def main(arguments: list[str]) -> int:
    """Run them, by default a minute from a seed by chance. Returns 1 where a side is wrong."""
    folder = "tests/chaos"
    for argument in ("minutes=1", *arguments):
        name, _equals, value = argument.partition("=")
        if name not in NAMES or not value.replace(".", "", 1).isdecimal():
            raise GroundError(USAGE)
        os.environ[f"USERCOM_CHAOS_{name.upper()}"] = value
        folder = "tests/chaos/test_bodies.py" if name == "bodies" else folder
    return test.main([folder, "-q", "-s"])
