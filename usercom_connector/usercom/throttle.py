"""A client-side rate limit shared by all threads of one User.com account."""

import threading
import time
from collections import deque
from collections.abc import Callable

from .errors import ThrottledError

# Seconds. The server counts arrivals, not departures: the margins over one second absorb the
# jitter in between. Pacing is the slower of the two, so that a late wake-up can be made good.
PACED_SECOND = 1.04
GUARDED_SECOND = 1.035
BURST = 3
LONGEST_HOLD = 10.0
SHORTEST_SLEEP = 0.001


class Throttle:
    """Lets `rate` calls a second through, evenly spaced, for any number of threads.

    At most BURST calls leave back to back after a lull, and no window of one second ever holds
    more than `rate` of them. `clock` and `sleep` count seconds.
    """

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not rate > 0:
            raise ValueError("The rate must be above 0 calls a second.")
        self._interval = PACED_SECOND / rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._released: deque[float] = deque(maxlen=max(1, int(rate)))
        self._next_slot = clock()
        self._held_until = clock()

    def acquire(self) -> None:
        """Block until the next call may leave.

        Raises ThrottledError at once when `pause` holds longer than LONGEST_HOLD seconds: that is
        for a scheduler to wait out, not for a thread.
        """
        while (wait := self._try_acquire()) > 0:
            self._sleep(max(wait, SHORTEST_SLEEP))

    def pause(self, seconds: float) -> None:
        """Hold back every thread for `seconds` from now."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def _try_acquire(self) -> float:
        """Take a slot and return 0, or the seconds until it is worth trying again."""
        with self._lock:
            now = self._clock()
            if self._held_until - now > LONGEST_HOLD:
                raise ThrottledError(self._held_until - now)
            wait = max(self._held_until, self._next_slot, self._window_end()) - now
            if wait > 0:
                return wait
            self._released.append(now)
            earliest = now - (BURST - 1) * self._interval
            self._next_slot = max(self._next_slot, earliest) + self._interval
            return 0

    def _window_end(self) -> float:
        if len(self._released) < (self._released.maxlen or 0):
            return self._held_until
        return self._released[0] + GUARDED_SECOND
