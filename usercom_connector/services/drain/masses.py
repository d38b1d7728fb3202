"""Mass updates are built a part at a time, sent as one, and settled in parts again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ...usercom.jobs import Outcome
from ...usercom.mass import MOST, MassPush, mass_key
from ..queue.claims import LOOK_AHEAD, LOW, Task


class Gathered:
    """Mass updates that wait for more of their kind, so that one call serves thousands."""

    def __init__(self) -> None:
        self._parts: dict[Any, list[Task]] = defaultdict(list)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def takes(self, task: Task) -> bool:
        """Keep ``task`` if it is a mass update that can wait; return whether it is."""
        key = mass_key(task.job.pushes[0]) if isinstance(task.job, MassPush) else None
        takes = bool(key) and max(task.rows.mapped("priority")) <= LOW
        if takes:
            self._parts[key].append(task)
        return takes

    def full(self) -> Iterator[Task]:
        """Yield those that have no room for another part, and keep them no longer."""
        for key in [key for key, parts in self._parts.items() if not _has_room(parts)]:
            yield _joined(self._parts.pop(key))

    def all(self) -> Iterator[Task]:
        """Yield all of them, and keep none."""
        while self._parts:
            yield _joined(self._parts.popitem()[1])


def _has_room(parts: list[Task]) -> bool:
    return sum(len(part.rows) for part in parts) + LOOK_AHEAD <= MOST


def _joined(parts: list[Task]) -> Task:
    first = parts[0].rows
    rows = first.browse(row_id for part in parts for row_id in part.rows.ids)
    return Task(rows, MassPush([push for part in parts for push in part.job.pushes]))


def in_parts(outcomes: list[Any]) -> Iterator[list[Any]]:
    """Yield the ``outcomes`` so that each part is stored in less than a second."""
    yield [outcome for outcome in outcomes if not _is_large(outcome)]
    for outcome in filter(_is_large, outcomes):
        for first in range(0, len(outcome.task.rows), LOOK_AHEAD):
            yield [_part(outcome, slice(first, first + LOOK_AHEAD))]


def _is_large(outcome: Any) -> bool:
    return len(outcome.task.rows) > LOOK_AHEAD and isinstance(outcome.task.job, MassPush)


def _part(outcome: Any, some: slice) -> Outcome[Task, Any]:
    task = Task(outcome.task.rows[some], MassPush(outcome.task.job.pushes[some]))
    result = None if outcome.error else outcome.result[some]
    return Outcome(task, result, outcome.error)
