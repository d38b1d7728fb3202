"""In which order what waits in the queues of an account is claimed: whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ...usercom.mass import WORTHWHILE
from ..database.transactions import unless_locked
from ..exporter import Exporter
from ..queue.claims import LOW, NEWEST_ID, PRIORITIES, USUAL
from ..queue.quarantine import WaryLook
from ..stepwise import Stepwise
from .queues import Queues, Waiting

OUTBOX_TURN = 3
ROUND, EVENT_TURNS = 6, (1, 4)
Way = tuple[set[int], Callable[[int], Any]]  # the priorities that wait, and what claims one


class Turns:
    """Claims rows by priority; within a priority the inbox comes first, then the outbox's oldest.

    There are exceptions. Every third turn begins with the outbox, since more calls may come in
    than can ever be answered. Every second turn takes the newest edits, so that a person who edits
    one contact does not wait for 400 edits of others. Two of six turns begin with events: they go
    before edits, and yet thousands of them do not keep all edits waiting.

    Who edits one contact does not wait for all that is done to thousands: to find those that are
    alike, to send them and to queue the next ones is each a turn of its own.
    """

    def __init__(
        self,
        queues: Queues,
        priorities: Sequence[int] = PRIORITIES,
        work: Iterable[Stepwise] = (),
    ) -> None:
        """``work`` may queue some who can wait, once no others do."""
        self.queues = queues
        self.backend, self.env = queues.backend, queues.env
        self._priorities, self._work = priorities, work
        self._turn = 0
        self._looked_at = dict.fromkeys(PRIORITIES, 0)  # {priority: id of an outbox row}
        self._alike: dict[int, list[int]] = {}  # {priority: ids of outbox rows}, to be claimed next

    def claimed(self, looks: Iterable[Waiting]) -> Iterator[Any]:
        """Claim and yield a few rows at a time, or many that are alike, until there are no more.

        Each turn goes by the next of the ``looks``. Yields None after a turn that has claimed none,
        yet others will.
        """
        for waiting in looks:
            self._turn += 1
            waiting = self._with_edited(waiting)
            if rows := self._claim(waiting):
                yield rows
            elif self._alike:
                yield None
            elif self._may_refill(waiting) and unless_locked(self.env, self._refill):
                self._looked_at = dict.fromkeys(PRIORITIES, 0)
                yield None
            else:
                return

    def _claim(self, waiting: Waiting) -> Any:
        for priority in self._priorities:
            if rows := self._claim_alike(priority):
                return rows
            if self._is_newests_turn(priority, waiting) and (rows := self._claim_newest()):
                return rows
            for priorities, claim in self._ways(waiting):
                if priority not in priorities:
                    continue
                if (rows := claim(priority)) or priority in self._alike:
                    return rows
        return None

    def _ways(self, waiting: Waiting) -> list[Way]:
        """In which order the queues have their turn now."""
        ways: list[Way] = [
            (waiting.inbox, self._claim_inbox),
            (waiting.outbox, self._claim_outbox),
        ]
        if self._turn % OUTBOX_TURN == 0:
            ways.reverse()
        ways.insert(0 if self._is_events_turn() else 2, (waiting.events, self._claim_events))
        return ways

    def _is_events_turn(self) -> bool:
        return self._turn % ROUND in EVENT_TURNS

    def _with_edited(self, waiting: Waiting) -> Waiting:
        """What waits, with the contacts of records that have been edited since the last turn."""
        if waiting.is_edited and unless_locked(self.env, self._queue_edited):
            return self.queues.waiting()
        return waiting

    def _queue_edited(self) -> bool:
        """Queue the first contacts of records just edited; few go with the edits of contacts."""
        return bool(self.env["usercom.touched"]._new_of(self.backend)._queue_new())

    def _is_newests_turn(self, priority: int, waiting: Waiting) -> bool:
        is_events = self._is_events_turn() and USUAL in waiting.events
        is_turn = self._turn % 2 == 0 and not is_events
        return priority == USUAL and is_turn and USUAL in waiting.outbox

    def _claim_inbox(self, priority: int) -> Any:
        return unless_locked(self.env, self.queues.inbox.claim, priority)

    def _claim_events(self, priority: int) -> Any:
        """Claim events, or what has to be sent before them: less urgent ones, and contacts."""
        events, outbox = self.queues.events, self.queues.outbox
        for claim in (events.claim, events.claim_ahead, outbox.claim_awaited):
            if rows := unless_locked(self.env, claim, priority):
                return rows
        return None

    def _claim_newest(self) -> Any:
        """Claim the newest edits; none where no others wait, so that alike ones may go as one."""
        outbox = self.queues.outbox
        if not unless_locked(self.env, outbox.is_waiting, USUAL, self._looked_at[USUAL]):
            return None
        return unless_locked(self.env, outbox.claim_newest, USUAL)

    def _claim_outbox(self, priority: int) -> Any:
        """Claim a few rows up to the id looked at; without any look ahead for some alike.

        A look that finds some claims none: it takes the turn.
        """
        while not (found := unless_locked(self.env, self._claim_or_look, priority)):
            last = self._looked_at[priority]
            if found is None or self._find_alike(priority, last):
                return None
        return found

    def _claim_or_look(self, priority: int) -> Any:
        """Claim the next rows if they are few; None if there are none, and empty if many."""
        outbox, last = self.queues.outbox, self._looked_at[priority]
        if last and (rows := outbox.claim(priority, last)):
            return rows
        ids = outbox.next_ids(priority, last, WORTHWHILE)
        if len(ids) >= WORTHWHILE:
            return outbox.queue
        self._looked_at[priority] = max(ids, default=last)
        return ids and outbox.claim(priority, ids[-1]) or None

    def _claim_alike(self, priority: int) -> Any:
        alike = self._alike.pop(priority, None)
        return unless_locked(self.env, self.queues.outbox.claim_alike, alike) if alike else None

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
        linked, newest = self.queues.outbox.look_ahead(priority, last)
        alike = Exporter(self.backend).alike(linked) if len(linked) >= WORTHWHILE else []
        return alike, newest or NEWEST_ID

    def _may_refill(self, waiting: Waiting) -> bool:
        return LOW in self._priorities and bool(waiting.touched or self._work)

    def _refill(self) -> bool:
        """Queue some of those who can wait, now that no others do; whether there were any."""
        if self.env["usercom.touched"]._of(self.backend)._queue_some():
            return True
        return any(work.queue_some() for work in self._work)
