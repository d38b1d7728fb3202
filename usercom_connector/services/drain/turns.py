"""In which order the waiting rows of an account are claimed."""

from collections.abc import Callable, Iterator
from typing import Any

from ...usercom.mass import WORTHWHILE
from ..database.transactions import unless_locked
from ..exporter import Exporter
from ..initial_sync import InitialSync
from ..queue.claims import LOW, NEWEST_ID, URGENT, USUAL, InboxClaims, OutboxClaims
from ..queue.quarantine import WaryLook

OUTBOX_TURN = 3
PRIORITIES = (URGENT, USUAL, LOW)


class Turns:
    """Claims rows by priority; within a priority the inbox comes first, then the outbox's oldest.

    There are two exceptions. Every third turn begins with the outbox, since more calls may come in
    than can ever be answered. Every second turn takes the newest edits, so that a person who edits
    one contact does not wait for 400 edits of others.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env
        self.inbox, self.outbox = InboxClaims(backend), OutboxClaims(backend)
        self._turn = 0
        self._looked_at = dict.fromkeys(PRIORITIES, 0)  # {priority: id of an outbox row}

    def claimed(self, may_go_on: Callable[[], bool]) -> Iterator[Any]:
        """Claim and yield a few rows at a time, or many that are alike, until there are no more."""
        while may_go_on():
            self._turn += 1
            if rows := self._claim():
                yield rows
            elif unless_locked(self.env, self._refill):
                self._looked_at = dict.fromkeys(PRIORITIES, 0)
            else:
                return

    def _claim(self) -> Any:
        waiting = unless_locked(self.env, self._waiting) or {}
        ways = [self._claim_inbox, self._claim_outbox]
        if self._turn % OUTBOX_TURN == 0:
            ways.reverse()
        for priority in PRIORITIES:
            if self._is_newests_turn(priority, waiting) and (rows := self._claim_newest()):
                return rows
            for claim in ways:
                if priority in waiting.get(claim, ()) and (rows := claim(priority)):
                    return rows
        return None

    def _waiting(self) -> dict[Callable[[int], Any], set[int]]:
        """The priorities of what waits, by how it is claimed: each look costs a transaction."""
        return {
            self._claim_inbox: self.inbox.waiting_of(PRIORITIES),
            self._claim_outbox: self.outbox.waiting_of(PRIORITIES),
        }

    def _is_newests_turn(
        self, priority: int, waiting: dict[Callable[[int], Any], set[int]]
    ) -> bool:
        is_waiting = USUAL in waiting.get(self._claim_outbox, ())
        return priority == USUAL and self._turn % 2 == 0 and is_waiting

    def _claim_inbox(self, priority: int) -> Any:
        return unless_locked(self.env, self.inbox.claim, priority)

    def _claim_newest(self) -> Any:
        """Claim the newest edits; none where no others wait, so that alike ones may go as one."""
        if not unless_locked(self.env, self.outbox.is_waiting, USUAL, self._looked_at[USUAL]):
            return None
        return unless_locked(self.env, self.outbox.claim_newest, USUAL)

    def _claim_outbox(self, priority: int) -> Any:
        """Claim a few rows up to the id looked at; without any look ahead for some alike."""
        while not (rows := self._claim_looked_at(priority)):
            last = self._looked_at[priority]
            ids = unless_locked(self.env, self.outbox.next_ids, priority, last, WORTHWHILE)
            if not ids:
                break
            if len(ids) < WORTHWHILE:
                self._looked_at[priority] = ids[-1]
            elif rows := self._claim_alike(priority, last):
                break
        return rows

    def _claim_looked_at(self, priority: int) -> Any:
        return unless_locked(self.env, self.outbox.claim, priority, self._looked_at[priority])

    def _claim_alike(self, priority: int, last: int) -> Any:
        """Where the last look ahead ended its worker, all are claimed a few at a time instead."""
        found = WaryLook(self.backend).at(self._look_ahead, priority, last)
        alike, self._looked_at[priority] = found or ((), NEWEST_ID)
        return unless_locked(self.env, self.outbox.claim_alike, alike) if alike else None

    def _look_ahead(self, priority: int, last: int) -> tuple[list[int], int]:
        """``(ids of rows that mass updates can stand for, id of the last row looked at)``."""
        linked, newest = self.outbox.look_ahead(priority, last)
        alike = Exporter(self.backend).alike(linked) if len(linked) >= WORTHWHILE else []
        return alike, newest or NEWEST_ID

    def _refill(self) -> bool:
        """Queue some of those who can wait, now that no others do; whether there were any."""
        if self.env["usercom.touched"]._of(self.backend)._queue_some():
            return True
        return bool(InitialSync(self.backend).queue_some())
