"""What an account has done of late, in words and numbers for its graphs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from odoo.tools import format_date, format_time, formatLang

from .activity import Activity, Period

HALF, MOST = 0.5, 0.95
MINUTE, HOUR, WEEK = 60, 3600, 7 * 24 * 3600


class ActivityTexts:
    """Writes an account's activity as its reader does: his language, clock and numbers."""

    def __init__(self, backend: Any, activity: Activity) -> None:
        self._backend = backend
        self._env = backend.env
        self._activity = activity

    def periods(self) -> list[dict[str, Any]]:
        """What the widget ``usercom_activity`` shows, one period at a time."""
        day, week = self._activity.day, self._activity.week
        return [
            self._period("last_day", self._env._("24 hours"), day, self._hour),
            self._period("last_week", self._env._("7 days"), week, self._date),
        ]

    def _period(
        self, name: str, label: str, period: Period, write: Callable[[Any], str]
    ) -> dict[str, Any]:
        return {
            "name": name,
            "label": label,
            "starts": [write(start) for start in period.starts],
            "graphs": self._graphs(period),
            "facts": self._facts(period),
        }

    def _graphs(self, period: Period) -> list[dict[str, Any]]:
        sent = _series(period, "sent", self._env._("Sent"))
        received = _series(period, "received", self._env._("Received"))
        events = _series(period, "event", self._env._("Events"))
        failed = _series(period, "failed", self._env._("Failed"))
        return [
            {
                "name": "done",
                "title": self._env._("Sent and received"),
                "series": [sent, received, *([events] if any(events["data"]) else [])],
                "empty": self._env._("Nothing was sent or received."),
            },
            {
                "name": "failed",
                "title": self._env._("Failures"),
                "series": [failed],
                "empty": self._env._("Nothing failed."),
            },
        ]

    # ---- facts below the graphs ----

    def _facts(self, period: Period) -> list[dict[str, str]]:
        facts = [
            (self._env._("Edits reach User.com"), self._delays(period, "sent")),
            (self._env._("Changes reach Odoo"), self._delays(period, "received")),
            (self._env._("Share of the limit used"), self._share(period)),
        ]
        return [{"label": label, "value": value} for label, value in facts if value]

    def _delays(self, period: Period, kind: str) -> str:
        half, most = period.arrived_within(kind, HALF), period.arrived_within(kind, MOST)
        if half is None or most is None:
            return ""
        text: str = self._env._(
            "half within %(half)s, 95%% within %(most)s",
            half=self._duration(half),
            most=self._duration(most),
        )
        return text

    def _share(self, period: Period) -> str:
        """Of the calls that the account's own limit lets through in an hour."""
        if not (busiest := period.busiest_hour("calls")):
            return ""
        percent = 100 * busiest / (self._backend.rate_limit * HOUR)
        number = formatLang(self._env, max(percent, 0.1), digits=1 if percent < 1 else 0)
        text: str = self._env._("%(number)s%% in the busiest hour", number=number)
        return text

    def _duration(self, seconds: int) -> str:
        if seconds >= WEEK:
            text: str = self._env._("a week")
        elif seconds >= HOUR:
            text = self._env._("%s h", seconds // HOUR)
        elif seconds >= MINUTE:
            text = self._env._("%s min", seconds // MINUTE)
        else:
            text = self._env._("%s s", seconds)
        return text

    # ---- labels of the axis ----

    def _hour(self, start: datetime) -> str:
        zone = str(self._env.tz)
        text: str = format_time(self._env, start, tz=zone, time_format="short")
        return text

    def _date(self, start: Any) -> str:
        text: str = format_date(self._env, start, date_format="EEE d")
        return text


def _series(period: Period, kind: str, label: str) -> dict[str, Any]:
    return {"kind": kind, "label": label, "data": period.series(kind)}
