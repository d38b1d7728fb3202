"""Events of users."""

from dataclasses import dataclass
from typing import Any

from . import times


@dataclass
class Event:
    """Something a user did; `timestamp` in microseconds."""

    id: int
    user_id: int
    name: str
    timestamp: int
    data: dict[str, Any]


class Events:
    """The events of one account."""

    def __init__(self) -> None:
        self._by_user: dict[int, list[Event]] = {}
        self._names: set[str] = set()
        self._next_id = 1

    def add(
        self, user_id: int, name: str, seconds: float | None, data: dict[str, Any]
    ) -> tuple[Event, bool]:
        """Store an event; return it and whether it is the first of its name."""
        timestamp = times.now() if seconds is None else int(seconds * 1_000_000)
        event = Event(self._next_id, user_id, name, timestamp, data)
        self._next_id += 1
        self._by_user.setdefault(user_id, []).append(event)
        first = name not in self._names
        self._names.add(name)
        return event, first

    def of(self, user_id: int) -> list[Event]:
        return self._by_user.get(user_id, [])

    def move(self, old_id: int, new_id: int) -> None:
        """Give the events of a merged user to its parent."""
        self._by_user.setdefault(new_id, []).extend(self._by_user.pop(old_id, []))

    def forget(self, user_id: int) -> None:
        self._by_user.pop(user_id, None)
