"""In which order rows are claimed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...usercom.mass import WORTHWHILE
from ..database.transactions import unless_locked
from ..exporter import Exporter
from ..queue.claims import (
    LOW,
    NEWEST_ID,
    URGENT,
    USUAL,
    InboxClaims,
    OutboxClaims,
    waiting_in,
)
from ..queue.event_claims import EventClaims
from ..queue.quarantine import WaryLook
from ..stepwise import due_work

OUTBOX_TURN = 3
ROUND, EVENT_TURNS = 6, (1, 4)
PRIORITIES = (URGENT, USUAL, LOW)
Waiting = dict[Callable[[int], Any], set[int]]
"""The priorities of what waits, by how it is claimed."""


class Turns:
    """Claims rows by priority; within a priority the inbox comes first, then the outbox's oldest.

    There are exceptions. Every third turn begins with the outbox, since more calls may come in
    than can ever be answered. Every second turn takes the newest edits, so that a person who edits
    one contact does not wait for 400 edits of others. Two of six turns begin with events: they go
    before edits, and yet thousands of them do not keep all edits waiting.

    Who edits one contact does not wait for all that is done to thousands: to find those that are
    alike, to send them and to queue the next ones is each a turn of its own.
    """

    def __init__(self, backend: Any, priorities: Sequence[int] = PRIORITIES) -> None:
        self.backend = backend
        self.env = backend.env
        self._priorities = priorities
        self.inbox, self.outbox = InboxClaims(backend), OutboxClaims(backend)
        self.events = EventClaims(backend)
        self._turn = 0
        self._looked_at = dict.fromkeys(PRIORITIES, 0)  # {priority: id of an outbox row}
        self._alike: dict[int, list[int]] = {}  # {priority: ids of outbox rows}, to be claimed next

    def claimed(self, may_go_on: Callable[[], bool]) -> Iterator[Any]:
        """Claim and yield a few rows at a time, or many that are alike, until there are no more.

        Yields None after a turn that has claimed none, yet others will.
        """
        while may_go_on():
            self._turn += 1
            if rows := self._claim():
                yield rows
            elif self._alike:
                yield None
            elif unless_locked(self.env, self._refill):
                self._looked_at = dict.fromkeys(PRIORITIES, 0)
                yield None
            else:
                return

    def _claim(self) -> Any:
        waiting = self._look()
        for priority in self._priorities:
            if rows := self._claim_alike(priority):
                return rows
            if self._is_newests_turn(priority, waiting) and (rows := self._claim_newest()):
                return rows
            for claim in self._ways():
                if priority not in waiting.get(claim, ()):
                    continue
                if (rows := claim(priority)) or priority in self._alike:
                    return rows
        return None

    def _ways(self) -> list[Callable[[int], Any]]:
        """In which order the queues have their turn now."""
        ways = [self._claim_inbox, self._claim_outbox]
        if self._turn % OUTBOX_TURN == 0:
            ways.reverse()
        return (
            [self._claim_events, *ways] if self._is_events_turn() else [*ways, self._claim_events]
        )

    def _is_events_turn(self) -> bool:
        return self._turn % ROUND in EVENT_TURNS

    def _look(self) -> Waiting:
        """What waits, with the contacts of records that have been edited since the last turn."""
        waiting, are_edited = unless_locked(self.env, self._waiting) or ({}, False)
        if are_edited and unless_locked(self.env, self._queue_edited):
            waiting, _are_edited = unless_locked(self.env, self._waiting) or ({}, False)
        return waiting

    def _waiting(self) -> tuple[Waiting, bool]:
        """What waits, and whether records were edited; at once: each look costs a transaction."""
        ways = (self._claim_inbox, self._claim_outbox, self._claim_events)
        found = waiting_in((self.inbox, self.outbox, self.events), PRIORITIES)
        waiting: Waiting = dict(zip(ways, found, strict=True))
        return waiting, bool(self.env["usercom.touched"]._new_of(self.backend))

    def _queue_edited(self) -> bool:
        """Queue the first contacts of records just edited; few go with the edits of contacts."""
        return bool(self.env["usercom.touched"]._new_of(self.backend)._queue_new())

    def _is_newests_turn(self, priority: int, waiting: Waiting) -> bool:
        is_waiting = USUAL in waiting.get(self._claim_outbox, ())
        is_turn = self._turn % 2 == 0 and not (
            self._is_events_turn() and USUAL in waiting.get(self._claim_events, ())
        )
        return priority == USUAL and is_turn and is_waiting

    def _claim_inbox(self, priority: int) -> Any:
        return unless_locked(self.env, self.inbox.claim, priority)

    def _claim_events(self, priority: int) -> Any:
        """Claim events, or what has to be sent before them: less urgent ones, and contacts."""
        for claim in (self.events.claim, self.events.claim_ahead, self.outbox.claim_awaited):
            if rows := unless_locked(self.env, claim, priority):
                return rows
        return None

    def _claim_newest(self) -> Any:
        """Claim the newest edits; none where no others wait, so that alike ones may go as one."""
        if not unless_locked(self.env, self.outbox.is_waiting, USUAL, self._looked_at[USUAL]):
            return None
        return unless_locked(self.env, self.outbox.claim_newest, USUAL)

    def _claim_outbox(self, priority: int) -> Any:
        """Claim a few rows up to the id looked at; without any look ahead for some alike.

        A look that finds some claims none: it takes the turn.
        """
        while not (rows := self._claim_looked_at(priority)):
            last = self._looked_at[priority]
            ids = unless_locked(self.env, self.outbox.next_ids, priority, last, WORTHWHILE)
            if not ids:
                break
            if len(ids) < WORTHWHILE:
                self._looked_at[priority] = ids[-1]
            elif self._find_alike(priority, last):
                break
        return rows

    def _claim_looked_at(self, priority: int) -> Any:
        last = self._looked_at[priority]
        return unless_locked(self.env, self.outbox.claim, priority, last) if last else None

    def _claim_alike(self, priority: int) -> Any:
        alike = self._alike.pop(priority, None)
        return unless_locked(self.env, self.outbox.claim_alike, alike) if alike else None

    def _find_alike(self, priority: int, last: int) -> bool:
        """Whether some of the next rows are alike; they are claimed in a later turn.

        Where the last look ahead ended its worker, all are claimed a few at a time instead.
        """
        found = WaryLook(self.backend).at(self._look_ahead, priority, last)
        alike, self._looked_at[priority] = found or ((), NEWEST_ID)
        if alike:
            self._alike[priority] = alike
        return bool(alike)

    def _look_ahead(self, priority: int, last: int) -> tuple[list[int], int]:
        """``(ids of rows that mass updates can stand for, id of the last row looked at)``."""
        linked, newest = self.outbox.look_ahead(priority, last)
        alike = Exporter(self.backend).alike(linked) if len(linked) >= WORTHWHILE else []
        return alike, newest or NEWEST_ID

    def _refill(self) -> bool:
        """Queue some of those who can wait, now that no others do; whether there were any."""
        if LOW not in self._priorities:
            return False
        if self.env["usercom.touched"]._of(self.backend)._queue_some():
            return True
        return any(work.queue_some() for work in due_work(self.backend))
