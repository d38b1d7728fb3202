"""Timestamps: whole microseconds since 1970 inside, ISO 8601 UTC outside."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


offset = 0.0  # seconds by which the simulator's clock differs, set by its switch


def now() -> int:
    """Return the current time in microseconds."""
    return time.time_ns() // 1000 + int(offset * 1_000_000)


def http_date() -> str:
    """Return the current time as the header `Date` has it."""
    return formatdate(now() / 1_000_000, usegmt=True)


def iso(microseconds: int | None) -> str | None:
    """Return such as `2017-06-07T09:41:13.466897Z`."""
    if microseconds is None:
        return None
    moment = EPOCH + timedelta(microseconds=microseconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def parse(text: str) -> int:
    """Read ISO 8601 (UTC where no zone is given) into microseconds; raise ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - EPOCH) // MICROSECOND
