"""How hard the API is being called."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Traffic:
    """Counts calls, refusals, calls at the same time and calls within any one second."""

    def __init__(self) -> None:
        self.calls = self.throttled = self.in_flight = 0
        self._max_in_flight = self._peak = 0
        self._recent: deque[float] = deque()
        self._first = self._last = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count one call, in flight until the block ends."""
        self._arrived(time.monotonic())
        self.in_flight += 1
        self._max_in_flight = max(self._max_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    def _arrived(self, now: float) -> None:
        self._first = self._first or now
        self._last = now
        self.calls += 1
        self._recent.append(now)
        while self._recent[0] <= now - 1:
            self._recent.popleft()
        self._peak = max(self._peak, len(self._recent))

    def as_dict(self) -> dict[str, Any]:
        span = max(self._last - self._first, 1.0)
        return {
            "calls": self.calls,
            "throttled": self.throttled,
            "in_flight": self.in_flight,
            "max_in_flight": self._max_in_flight,
            "peak_per_second": self._peak,
            "mean_per_second": round(self.calls / span, 2),
        }
