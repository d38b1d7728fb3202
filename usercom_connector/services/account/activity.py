"""What an account has done of late: by the hour for a day, by the day for a week."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from odoo import fields

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS_OF_DAY, DAYS_OF_WEEK = 24, 7


class Counted(NamedTuple):
    """A row of ``usercom.statistic``."""

    hour: datetime
    kind: str
    delay: int
    number: int


@dataclass(frozen=True)
class Period:
    """Some hours or days: when each began, and what was counted in which of them."""

    starts: list[Any]
    rows: list[tuple[int, Counted]]

    def series(self, kind: str) -> list[int]:
        """The number of this ``kind`` in each of them."""
        numbers = [0] * len(self.starts)
        for slot, row in self.rows:
            numbers[slot] += row.number if row.kind == kind else 0
        return numbers

    def total(self, kind: str) -> int:
        return sum(self.series(kind))

    def arrived_within(self, kind: str, share: float) -> int | None:
        """The seconds within which this ``share`` arrived, as 0.5; None if nobody waited."""
        delays = Counter[int]()
        for _slot, row in self.rows:
            if row.kind == kind and row.delay:
                delays[row.delay] += row.number
        needed = math.ceil(share * delays.total())
        for delay in sorted(delays):
            needed -= delays[delay]
            if needed <= 0:
                return delay
        return None

    def busiest_hour(self, kind: str) -> int:
        """The highest number of this ``kind`` in one hour."""
        hours = Counter[datetime]()
        for _slot, row in self.rows:
            hours[row.hour] += row.number if row.kind == kind else 0
        return max(hours.values(), default=0)


class Activity:
    """The statistics of an account, read once."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._this_hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        since = self._this_hour - DAYS_OF_WEEK * DAY
        found = backend.env["usercom.statistic"]._since(backend, since)
        self._rows = [Counted(*row) for row in found]

    def __bool__(self) -> bool:
        """Whether there was any."""
        return bool(self._rows)

    @cached_property
    def day(self) -> Period:
        """The last 24 hours, the present one last."""
        first = self._this_hour - (HOURS_OF_DAY - 1) * HOUR
        starts = [first + number * HOUR for number in range(HOURS_OF_DAY)]
        return self._period(starts, lambda hour: hour)

    @cached_property
    def week(self) -> Period:
        """The last 7 days by the reader's clock, today last."""
        today = self._local(fields.Datetime.now()).date()
        starts = [today - number * DAY for number in reversed(range(DAYS_OF_WEEK))]
        dates = {row.hour: self._local(row.hour).date() for row in self._rows}
        return self._period(starts, dates.__getitem__)

    def _period(self, starts: list[Any], start_of: Callable[[datetime], Any]) -> Period:
        slots = {start: slot for slot, start in enumerate(starts)}
        found = ((slots.get(start_of(row.hour)), row) for row in self._rows)
        return Period(starts, [(slot, row) for slot, row in found if slot is not None])

    def _local(self, moment: datetime) -> datetime:
        local: datetime = fields.Datetime.context_timestamp(self._backend, moment)
        return local
