"""A client-side rate limit shared by all threads of one User.com account."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from .errors import ThrottledError

JUMP = 5.0  # seconds; less is latency, more is a clock that was set anew
SHARE = 0.2  # the weight of one answer in the offset
HALF_A_SECOND = 0.5  # `Date` is cut to whole seconds: on average it is half a second behind


class RemoteClock:
    """Tells User.com's time by our own clock and how far the two differ.

    `offset` is in seconds, None before the first answer. `clock` counts seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.offset: float | None = None

    def observe(self, date: str | None) -> None:
        """Note the `Date` header of an answer that has just come; ignore one that is no date."""
        try:
            shown = parsedate_to_datetime(date or "").replace(tzinfo=UTC).timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        measured = shown + HALF_A_SECOND - self._clock()
        known = self.offset
        is_new = known is None or abs(measured - known) > JUMP
        self.offset = measured if is_new or known is None else known + SHARE * (measured - known)

    def now(self) -> datetime:
        """Return User.com's time as naive UTC."""
        return self.at(datetime.fromtimestamp(self._clock(), UTC).replace(tzinfo=None))

    def at(self, moment: datetime) -> datetime:
        """Return what User.com's clock showed at this `moment` of ours."""
        return moment + timedelta(seconds=self.offset or 0.0)


# Seconds. The server counts calls when they arrive, not when they leave. A call whose answer came
# late may have arrived late; the rest of what is uncertain is covered by a margin over one second.
PACED_SECOND = 1.03
GUARDED_SECOND = 1.02
LATEST_ARRIVAL = 0.15  # of an answer that is later still, the rest was spent at the server
UNKNOWN_DURATION = 0.5  # taken for an answer before the first one
RECENT = 32  # answers whose durations are kept
BURST = 3  # calls
LONGEST_HOLD = 10.0  # that a thread sleeps
SHORTEST_SLEEP = 0.001


@dataclass(eq=False, slots=True)
class Call:
    """A call: when it left, and when its answer began, in seconds of the throttle's clock."""

    left_at: float
    answered_at: float | None = None


class Throttle:
    """Lets `rate` calls a second through, evenly spaced, for any number of threads.

    After a pause at most BURST calls leave at once. No second ever has more than `rate` calls,
    neither here nor, as far as the answers show when they arrived, at the server. `clock` and
    `sleep` count seconds.
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
        self.rate = rate
        self.remote_clock = RemoteClock()
        self._interval = PACED_SECOND / rate
        self._clock = clock
        self._sleep = sleep
        self._queue = threading.Lock()  # held by the one thread that sleeps for the next slot
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=max(1, int(rate)))
        self._durations: deque[float] = deque(maxlen=RECENT)
        self._next_slot = clock()
        self._held_until = clock()
        self._untold = 0  # calls that `take_count` has not told of yet

    def acquire(self) -> Call:
        """Block until the next call may leave, and return it for `answered`.

        Raises ThrottledError at once where `pause` still holds for more than LONGEST_HOLD seconds:
        a scheduler has to wait for that, not a thread.
        """
        with self._queue:
            while not isinstance(turn := self._try_acquire(), Call):
                self._sleep(max(turn, SHORTEST_SLEEP))
            return turn

    def answered(self, call: Call) -> None:
        """Note that the answer of `call` has begun to arrive."""
        with self._lock:
            call.answered_at = self._clock()
            self._durations.append(call.answered_at - call.left_at)

    def pause(self, seconds: float) -> None:
        """Let no call through for so many seconds from now."""
        with self._lock:
            self._held_until = max(self._held_until, self._clock() + seconds)

    def held_for(self) -> float:
        """Return for how many seconds `pause` still lets no call through."""
        with self._lock:
            return max(0.0, self._held_until - self._clock())

    def take_count(self) -> int:
        """Return how many calls have left since this was last asked."""
        with self._lock:
            count, self._untold = self._untold, 0
            return count

    def usual_duration(self) -> float:
        """Return how many seconds an answer took on average, of the last RECENT calls."""
        with self._lock:
            if not self._durations:
                return UNKNOWN_DURATION
            return sum(self._durations) / len(self._durations)

    def _try_acquire(self) -> Call | float:
        """Let a call through, or return the seconds after which to try again."""
        with self._lock:
            now = self._clock()
            if self._held_until - now > LONGEST_HOLD:
                raise ThrottledError(self._held_until - now)
            wait = max(self._held_until, self._next_slot, self._window_end(now)) - now
            if wait > 0:
                return wait
            earliest = now - (BURST - 1) * self._interval
            self._next_slot = max(self._next_slot, earliest) + self._interval
            self._calls.append(Call(now))
            self._untold += 1
            return self._calls[-1]

    def _window_end(self, now: float) -> float:
        if len(self._calls) < (self._calls.maxlen or 0):
            return self._held_until
        oldest = self._calls[0]
        return oldest.left_at + self._lateness(oldest, now) + GUARDED_SECOND

    def _lateness(self, call: Call, now: float) -> float:
        """Return by how many seconds the call may have arrived later than the quickest one."""
        if not self._durations:
            return LATEST_ARRIVAL
        taken = (call.answered_at or now) - call.left_at
        return min(max(taken - min(self._durations), 0), LATEST_ARRIVAL)


_shared: dict[tuple[str, int], Throttle] = {}


def shared_throttle(database: str, account_id: int, rate: float) -> Throttle:
    """Return the throttle of an account, the same for all its clients in this process."""
    known = _shared.get((database, account_id))
    if known is None or known.rate != rate:
        former, known = known, Throttle(rate)
        known.remote_clock = former.remote_clock if former else known.remote_clock
        _shared[database, account_id] = known
    return known
