"""One run of a kind at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from .console import GroundError, step
from .paths import CACHE


@contextmanager
def alone(purpose: str, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a purpose; when another run has it, wait for it or fail with a sentence."""
    CACHE.mkdir(exist_ok=True)
    with open(CACHE / f"{purpose}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise GroundError(
                    f"Another `make {purpose}` runs in this folder; wait for its end or stop it."
                ) from None
            step("waiting for the set-up that another run is doing")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
