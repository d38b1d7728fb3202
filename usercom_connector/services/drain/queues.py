"""What waits in the queues of an account, looked at as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ..queue.claims import Claims, InboxClaims, OutboxClaims
from ..queue.event_claims import EventClaims

TOUCHED = """SELECT DISTINCT 3, (coalesce(last_id, 0) = 0)::int
               FROM usercom_touched WHERE backend_id = %s"""


@dataclass(frozen=True)
class Waiting:
    """Of each queue the priorities of which any row waits, and what is to be looked through."""

    inbox: set[int]
    outbox: set[int]
    events: set[int]
    touched: set[int]  # what `TOUCHED` selects

    @property
    def is_edited(self) -> bool:
        """Whether records were edited of which nobody has looked yet who holds them."""
        return 1 in self.touched


class Queues:
    """The queues of an account, looked at as one."""

    def __init__(self, backend: Any) -> None:
        self.backend, self.env = backend, backend.env
        self.inbox, self.outbox = InboxClaims(backend), OutboxClaims(backend)
        self.events = EventClaims(backend)
        self.all: tuple[Claims, ...] = (self.inbox, self.outbox, self.events)

    def waiting(self) -> Waiting:
        """What waits now, due or not."""
        self.env["usercom.touched"].flush_model()
        looks = [queue.priorities_waiting(number) for number, queue in enumerate(self.all)]
        looks.append(SQL(TOUCHED, self.backend.id))
        found = Waiting(set(), set(), set(), set())
        sets = (found.inbox, found.outbox, found.events, found.touched)
        for number, priority in self.env.execute_query(SQL(" UNION ALL ").join(looks)):
            sets[number].add(priority)
        return found

    def first_due(self, waiting: Waiting) -> datetime | None:
        """When the first of what is ``waiting`` may be tried; None if nothing may, ever."""
        dues = [fields.Datetime.now()] if waiting.touched else []
        priorities = (waiting.inbox, waiting.outbox, waiting.events)
        found = zip(self.all, priorities, strict=True)
        if firsts := [queue.first() for queue, any_waits in found if any_waits]:
            rows = self.env.execute_query(SQL(" UNION ALL ").join(firsts))
            dues += [due for (due,) in rows]
        return min(dues, default=None)
