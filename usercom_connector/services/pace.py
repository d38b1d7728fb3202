"""How long work at User.com takes, in words."""

from __future__ import annotations

from typing import Any

from odoo.tools import formatLang


def cost(record: Any, calls: int) -> str:
    """So many calls of the account of ``record``, and how long they take at its limit."""
    return record.env._(
        "%(calls)s calls, %(time)s",
        calls=formatLang(record.env, calls, digits=0),
        time=duration(record.env, calls / (record.backend_id.rate_limit or 1)),
    )


def time_left(work: Any) -> str:
    """By the account's limit, or by the pace so far where that is slower."""
    pace = work.worked_seconds / work.calls_done if work.calls_done else 0
    left = max(work.calls_total - work.calls_done, 0)
    seconds = left * max(pace, 1 / (work.backend_id.rate_limit or 1))
    return duration(work.env, seconds) if seconds else ""


def duration(env: Any, seconds: float) -> str:
    """A duration in words, rounded: "3 hours"."""
    if seconds < 90:
        return env._("about a minute")
    if seconds < 5400:
        return env._("%s minutes", round(seconds / 60))
    return env._("%s hours", formatLang(env, seconds / 3600, digits=1))
