"""What happened: every API request and every outgoing call, and the counts of them."""

import time
from collections import Counter, deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

KEPT = 20_000


@dataclass
class Selection:
    """Which entries are wanted; `path` is a glob, None is any."""

    since: int = 0
    kind: str | None = None
    method: str | None = None
    path: str | None = None

    def takes(self, entry: dict[str, Any]) -> bool:
        return (
            entry["seq"] > self.since
            and self.kind in (None, entry["kind"])
            and self.method in (None, entry.get("method"))
            and (self.path is None or fnmatchcase(entry.get("path", ""), self.path))
        )


class Journal:
    """The last 20,000 entries, and counts that are complete."""

    def __init__(self) -> None:
        self.seq = 0
        self.clear()

    def clear(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.routes: Counter[str] = Counter()
        self.outgoing: Counter[str] = Counter()
        self.last_activity = time.monotonic()

    def request(self, route: str, **entry: Any) -> None:
        """Record an API request; `route` is its method and path template."""
        self.routes[route] += 1
        self._add("request", entry)

    def call(self, outcome: str, **entry: Any) -> int:
        """Record an outgoing call; return its seq."""
        self.outgoing[outcome] += 1
        return self._add("outgoing", entry | {"outcome": outcome})

    def _add(self, kind: str, entry: dict[str, Any]) -> int:
        self.seq += 1
        self.last_activity = time.monotonic()
        self._entries.append({"seq": self.seq, "time": time.time(), "kind": kind, **entry})
        return self.seq

    def select(self, selection: Selection, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the chosen entries, oldest first; with a limit the newest of them."""
        chosen = [entry for entry in self._entries if selection.takes(entry)]
        return chosen[-limit:] if limit else chosen

    def counts(self) -> dict[str, Any]:
        return {
            "requests": self.routes.total(),
            "routes": dict(self.routes),
            "outgoing": dict(self.outgoing),
            "seq": self.seq,
        }
