"""The same values for many contacts go out in one call instead of one for each."""

from collections import defaultdict
from typing import Any

from ...usercom.mass import MassPush, is_worthwhile, mass_key
from ...usercom.push import Pushed
from ...usercom.texts import excerpt
from ..database.transactions import attempted
from ..queue.claims import Task
from .pushes import Pushes
from .settlement import PushSettlement


class MassUpdates:
    """Finds pushes that are alike, makes one job of them, and settles each by itself."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._bindings = backend.env["usercom.binding"]

    def alike(self, rows: Any) -> list[int]:
        """The ids of those waiting ``rows`` that mass updates can stand for.

        Where one of them cannot be made into a push there are none: claimed a few at a time, as
        usual, they show which one it is.
        """
        bindings = self._bindings._of(self._backend, rows.partner_id)
        tasks, error = attempted(self._backend.env, self._tasks, rows, bindings)
        groups = [] if error else _groups(tasks)
        return [task.rows.id for group in groups for task in group]

    def _tasks(self, rows: Any, bindings: dict[int, Any]) -> list[Task]:
        return Pushes(self._backend, rows.partner_id).tasks(rows, bindings)

    def in_place_of_alike(self, tasks: list[Task]) -> list[Task]:
        """The tasks, with mass updates in place of those that are alike."""
        groups = _groups(tasks)
        massed = {task.rows for group in groups for task in group}
        return [
            *(_mass_update(group) for group in groups),
            *(task for task in tasks if task.rows not in massed),
        ]

    # ---- settling ----

    def settle(self, task: Task, results: list[Pushed | None]) -> None:
        """Store what became of each push of a mass update."""
        rows, bindings = task.rows, self._bindings._of(self._backend, task.rows.partner_id)
        again = done = rows.browse()
        for row, push, pushed in zip(rows, task.job.pushes, results, strict=True):
            user_id, link = push.identity.user_id, bindings.get(row.partner_id.id)
            is_same = link and link.external_id == user_id
            if pushed is None:
                again += row
            elif _needs_a_look(pushed) or not is_same:
                PushSettlement(self._backend).settle(Task(row, push), pushed)
            else:
                link._agree(user_id, pushed.user, pushed.base, since=push.base)
                done += row
        done._close([], outcome="sent", sent=excerpt(task.job.pushes[0].changes()))
        again._put_back(force_single=True)


def _groups(tasks: list[Task]) -> list[list[Task]]:
    """Tasks that need the same changes, in lists worth mass updates."""
    groups = defaultdict(list)
    for task in tasks:
        if not (task.problems or task.rows.force_single) and (key := mass_key(task.job)):
            groups[key].append(task)
    return [group for key, group in groups.items() if is_worthwhile(len(group), len(key))]


def _mass_update(group: list[Task]) -> Task:
    rows = group[0].rows.browse(task.rows.id for task in group)
    return Task(rows, MassPush([task.job for task in group]))


def _needs_a_look(pushed: Pushed) -> bool:
    """Whether User.com has not simply taken what was sent."""
    return bool(pushed.missing or pushed.found or pushed.ignored or pushed.remote_base)
