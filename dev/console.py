"""What the commands say: a line per step on standard output, a sentence on standard error."""

import sys
from pathlib import Path


class GroundError(Exception):
    """Something the user has to put right; its text is the one sentence that is printed."""


def step(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(f"==> {text}", flush=True)


def fail(error: object) -> int:
    """Print the sentence of an error on standard error; returns the exit status."""
    print(f"error: {error}", file=sys.stderr, flush=True)
    return 1


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log file, to show next to an error; empty when there is no log."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
