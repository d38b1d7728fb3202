"""The commands by name, and what becomes of their errors."""

import errno
import importlib
import shutil
import signal
import sys

from .console import GroundError, fail
from .paths import CACHE

# The name of each command and of its module.
COMMANDS = {
    "demo": "demo",
    "test": "test",
    "test-fast": "fast",
    "bench": "bench",
    "lint": "lint",
    "shell": "shell",
    "release": "release",
    "pictures": "pictures",
    "i18n": "i18n",
    "test-odoo": "odoo_tests",
    "test-oca": "oca_tests",
    "chaos": "chaos",
    "trips": "trips",
    "coverage": "coverage",
}
_FULL = f"No disk space is left for {CACHE}; free 3 GiB and run again."


def main(arguments: list[str]) -> int:
    """Run one command; an error it foresees becomes a sentence and status 1, Ctrl-C status 130."""
    name, *rest = arguments or ["no command"]
    if name not in COMMANDS:
        return fail(f"{name} is none of the commands: {', '.join(COMMANDS)}.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        return importlib.import_module(f".{COMMANDS[name]}", __package__).main(rest)
    except KeyboardInterrupt:
        return 130
    except GroundError as error:
        return fail(_FULL if _disk_is_full() else error)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return fail(_FULL)


def _end(number: int, frame: object) -> None:
    """Leave through the clean-up code, as Ctrl-C does."""
    sys.exit(128 + number)


def _disk_is_full() -> bool:
    return CACHE.exists() and shutil.disk_usage(CACHE).free < 1024**2
