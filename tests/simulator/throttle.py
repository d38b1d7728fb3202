"""The limit of calls: 429 with the documented text and header."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

from .errors import ApiError
from .settings import Settings


class Throttle:
    """Counts the calls of each caller; a refused call is not counted."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._due: dict[str, float] = {}

    def admit(self, key: str, ip: str) -> None:
        """Count a call; raise 429 beyond the limit."""
        if not self._settings.rate_limit:
            return
        caller = {"account": "", "key": key, "ip": ip}[self._settings.rate_scope]
        sliding = self._settings.rate_algorithm == "sliding"
        wait = self._sliding(caller) if sliding else self._bucket(caller)
        if wait > 0:
            raise _throttled(math.ceil(wait))

    def _sliding(self, caller: str) -> float:
        now, calls = self._clock(), self._calls[caller]
        while calls and calls[0] <= now - self._settings.rate_period:
            calls.popleft()
        if len(calls) < self._settings.rate_limit:
            calls.append(now)
            return 0
        return calls[0] + self._settings.rate_period - now

    def _bucket(self, caller: str) -> float:
        """Let one call through each 1/limit of the period, `rate_burst` of them at once."""
        now = self._clock()
        step = self._settings.rate_period / self._settings.rate_limit
        due = max(self._due.get(caller, now), now)
        wait = due - now - step * (self._settings.rate_burst - 1)
        if wait <= 0:
            self._due[caller] = due + step
        return wait


def _throttled(seconds: int) -> ApiError:
    plural = "" if seconds == 1 else "s"
    return ApiError(
        429,
        f"Request was throttled. Expected available in {seconds} second{plural}.",
        {"retry-after": str(seconds)},
    )
