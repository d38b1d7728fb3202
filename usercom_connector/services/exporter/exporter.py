"""From the claimed rows of the outbox to calls of User.com, and from their answers to links."""

from typing import Any

from ...usercom.mass import MassPush
from ...usercom.push import Push, Pushed
from ..contacts.unconfirmed import UnconfirmedValues
from ..queue.claims import Task
from .admission import Admission, without_unaddressed
from .mass_updates import MassUpdates
from .pushes import Pushes
from .removals import Removals
from .settlement import PushSettlement


class Exporter:
    """Brings the contacts of one account to User.com.

    The drain asks it for the ``tasks`` of rows it has claimed, makes their calls in threads of its
    own, without a database, and hands each result to ``settle``.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def tasks(self, rows: Any) -> list[Task]:
        """What to do for the claimed ``rows``; those that need no call are settled at once.

        A row without a contact is about the user of one that was deleted or merged into another.
        """
        contacts = rows.filtered("partner_id")
        inside_ids = set(self._backend._taking_part(contacts.partner_id).ids)
        inside = contacts.filtered(lambda row: row.partner_id.id in inside_ids)
        left: list[Task] = (contacts - inside)._leaving_tasks(self._backend)
        deleted = Removals(self._backend).of_deleted(rows - contacts)
        return left + deleted + self._pushes(inside)

    def _pushes(self, rows: Any) -> list[Task]:
        """The pushes of contacts that take part; what they send is stored before it is sent."""
        bindings = self._backend.env["usercom.binding"]._of(self._backend, rows.partner_id)
        Removals(self._backend).note_return(rows, bindings)
        rows = Admission(self._backend, bindings).admitted(rows)
        tasks = Pushes(self._backend, rows.partner_id).tasks(rows, bindings)
        tasks = without_unaddressed(tasks)
        UnconfirmedValues(self._backend).store(tasks, bindings)
        return MassUpdates(self._backend).in_place_of_alike(tasks)

    def alike(self, rows: Any) -> list[int]:
        """The ids of those waiting ``rows`` that mass updates can stand for."""
        return MassUpdates(self._backend).alike(rows)

    def settle(self, task: Task, result: Any) -> None:
        """Store what came of a task's job."""
        match task.job:
            case MassPush():
                MassUpdates(self._backend).settle(task, result)
            case Push():
                PushSettlement(self._backend).settle(task, result)
            case _:
                Removals(self._backend).settle(task.rows, result)

    def pushed_contacts(self, task: Task, result: Any) -> Any:
        """The contacts whose values the result has brought to User.com."""
        results = result if isinstance(task.job, MassPush) else [result]
        pairs = zip(task.rows, results, strict=True)
        wrote = [row.id for row, each in pairs if isinstance(each, Pushed) and each.wrote]
        return task.rows.browse(wrote).partner_id
