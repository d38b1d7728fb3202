"""User.com's clock, as the `Date` of its answers shows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

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
