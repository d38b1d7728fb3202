"""One run of an account's scheduled job, from its first line to its last."""

import math
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ...usercom.jobs import overlapped
from ...usercom.mass import WORTHWHILE
from ...usercom.throttle import LONGEST_HOLD
from ..account.connection import Connection, allows, may_go_on
from ..database.transactions import unless_locked
from ..exporter import Exporter
from ..queue.brake import Brake
from ..queue.claims import (
    LOW,
    NEWEST_ID,
    URGENT,
    USUAL,
    InboxClaims,
    OutboxClaims,
    Task,
)
from ..queue.event_claims import EventClaims
from ..queue.holds import DrainLock, ModuleOperation, SharedHold, Standing, throttle_of
from ..queue.quarantine import LOCKED_DELAY, Quarantine, WaryLook
from ..reconciliation import Reconciliation
from .tasks import Settlement, TaskBuilder

# ---- the run ----

RUN_SECONDS = 45.0  # well within the 120 that Odoo gives a job by default


class Drain:
    """Works off the queues of an account; lists of users and long work go on between them.

    Only the account's own scheduled job calls this. Odoo can run it twice at once where the
    connection that holds the job's lock was ended; then `DrainLock` stops the second drain.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend.with_context(lang=backend._language())
        self.env = self.backend.env
        self.schedule = Schedule(self.backend)

    def run(self) -> None:
        with DrainLock(self.backend).held() as is_held:
            if is_held and not ModuleOperation(self.env).is_announced():
                self._run_alone()

    def _run_alone(self) -> None:
        if self.backend.state == "running":
            if refusal := Connection(self.backend).refusal():
                self.backend._pause(refusal)
            else:
                self._drain()
        elif self.backend.state == "authenticated" and not Connection(self.backend).refusal():
            self._preview_early()

    def _drain(self) -> None:
        quarantine = Quarantine(self.backend)
        quarantine.release_orphans()
        done = self._work_off(quarantine)
        unless_locked(self.env, self._close_brake)
        self.env["usercom.consent.chain"]._seal_for(self.backend)
        self._end(done)

    def _end(self, done: int) -> None:
        if calls := throttle_of(self.backend).take_count():
            self.env["usercom.statistic"]._count(self.backend, "calls", calls)
        self.schedule.come_back()
        self.env["ir.cron"]._commit_progress(done)

    def _work_off(self, quarantine: Quarantine) -> int:
        """Returns how many rows and users were dealt with."""
        deadline, backend = time.monotonic() + RUN_SECONDS, self.backend
        with Connection(backend).client() as client:
            queues = QueueRunner(backend, client, deadline)
            done = queues.work_off_suspects()
            for read in Reconciliation(backend).slices(client, deadline):
                done += read + queues.work_off()
            for work in backend._stepwise_work():
                done += work.go_on(client, deadline, queues.work_off)
        quarantine.release_locked(queues.settlement.undone)
        return done

    def _close_brake(self) -> None:
        """Count anew what was let through, once all of it is done."""
        if self.schedule.is_all_done():
            Brake(self.backend).close()

    def _preview_early(self) -> None:
        """Go on with the preview of an initial sync before the account runs: nothing is sent."""
        deadline, done = time.monotonic() + RUN_SECONDS, 0
        with Connection(self.backend).client() as client:
            queues = QueueRunner(self.backend, client, deadline)
            for work in self.backend._stepwise_work():
                done += work.go_on(client, deadline, queues.work_off)
        self._end(done)


# ---- the rows of the queues ----

WORKERS = 16
SHORT_WAIT = 5.0
IDLE_SECONDS = 1.0  # where what is due is locked: its edit is not committed yet


class QueueRunner:
    """Claims rows, runs their jobs at User.com and settles them, until ``deadline`` (monotonic)."""

    def __init__(self, backend: Any, client: Any, deadline: float) -> None:
        self.backend, self.client, self.deadline = backend, client, deadline
        self.env = backend.env
        self.builder = TaskBuilder(backend)
        self.settlement = Settlement(backend, client)

    def work_off(self) -> int:
        """Work off what is due, now or within a short wait; returns how many rows or masses."""
        done, idle = 0, 0.0
        while self._wait_for_work(idle):
            settled = self._run(self._tasks())
            idle = 0.0 if settled else IDLE_SECONDS
            done += settled
        return done

    def work_off_suspects(self) -> int:
        """Work off, one at a time, the rows that two workers died with; returns how many."""
        done = 0
        if not Quarantine(self.backend).has_suspects():
            return done
        for claims in (InboxClaims, OutboxClaims, EventClaims):
            suspect = claims(self.backend).claim_suspect
            while self._may_go_on() and (rows := unless_locked(self.env, suspect)):
                self._run(self.builder.build(rows))
                done += len(rows)
        return done

    def _wait_for_work(self, idle: float) -> bool:
        """Whether a row is due, now or within a wait too short for the job's own clock."""
        due = Schedule(self.backend).next_due()
        if not due or not may_go_on(self.backend, self.client):
            return False
        wait = max(idle, (due - fields.Datetime.now()).total_seconds())
        if wait > SHORT_WAIT or time.monotonic() + wait >= self.deadline:
            return False
        self.env["ir.cron"]._commit_progress()  # holds no snapshot while it sleeps
        time.sleep(wait)
        return True

    def _tasks(self) -> Iterator[Task | None]:
        """Claim and yield until the queues are empty or time is up; the rest waits on.

        Yields None where it has taken long to find any.
        """
        for rows in Turns(self.backend).claimed(self._may_go_on):
            if rows is None:
                yield None
                continue
            for task in self.builder.build(rows):
                if self._has_time():
                    yield task
                else:
                    unless_locked(self.env, self.builder.give_back, task)

    def _has_time(self) -> bool:
        """Whether a task that has been built may still be run."""
        return time.monotonic() < self.deadline and not ModuleOperation(self.env).is_announced()

    def _may_go_on(self) -> bool:
        """Whether a row that is claimed now could be sent at once."""
        if time.monotonic() >= self.deadline or not (standing := Standing.of(self.backend)):
            return False
        return (
            allows(standing, self.backend, self.client)
            and standing.is_drain_lock_held
            and SharedHold(self.backend).compared(standing.held_seconds) <= LONGEST_HOLD
        )

    def _run(self, tasks: Any) -> int:
        """Run the tasks' jobs at User.com and settle them; returns how many."""
        done = 0
        for outcomes in overlapped(tasks, self._call, workers=self._workers):
            self.settlement.settle(outcomes)
            done += len(outcomes)
        return done

    def _call(self, task: Task) -> Any:
        return task.job.run(self.client)

    def _workers(self) -> int:
        """How many calls at once: no more than the account's limit lets through in time.

        What waits for the limit goes before an edit that comes now. So there are as many as it
        takes while each waits for its answer, and two in reserve.
        """
        limit = self.backend.rate_limit
        under_way = limit * throttle_of(self.backend).usual_duration()
        return min(WORKERS, math.ceil(2 * limit), math.ceil(1.5 * under_way) + 2)


# ---- in which order rows are claimed ----

OUTBOX_TURN = 3
ROUND, EVENT_TURNS = 6, (1, 4)
PRIORITIES = (URGENT, USUAL, LOW)


class Turns:
    """Claims rows by priority; within a priority the inbox comes first, then the outbox's oldest.

    There are exceptions. Every third turn begins with the outbox, since more calls may come in
    than can ever be answered. Every second turn takes the newest edits, so that a person who edits
    one contact does not wait for 400 edits of others. Two of six turns begin with events: they go
    before edits, and yet thousands of them do not keep all edits waiting.

    Who edits one contact does not wait for all that is done to thousands: to find those that are
    alike, to send them and to queue the next ones is each a turn of its own.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env
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
        waiting = unless_locked(self.env, self._waiting) or {}
        for priority in PRIORITIES:
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

    def _waiting(self) -> dict[Callable[[int], Any], set[int]]:
        """The priorities of what waits, by how it is claimed: each look costs a transaction."""
        return {
            self._claim_inbox: self.inbox.waiting_of(PRIORITIES),
            self._claim_outbox: self.outbox.waiting_of(PRIORITIES),
            self._claim_events: self.events.waiting_of(PRIORITIES),
        }

    def _is_newests_turn(
        self, priority: int, waiting: dict[Callable[[int], Any], set[int]]
    ) -> bool:
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
        return unless_locked(self.env, self.outbox.claim, priority, self._looked_at[priority])

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
        if self.env["usercom.touched"]._of(self.backend)._queue_some():
            return True
        return any(work.queue_some() for work in self.backend._stepwise_work())


# ---- when there is something to do ----

CRON_INTERVAL = timedelta(minutes=1)


class Schedule:
    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env

    def next_due(self) -> Any:
        """When the earliest row of any queue may be tried, None if no row waits."""
        queues = (InboxClaims, OutboxClaims, EventClaims)
        firsts = SQL(" UNION ALL ").join(claims(self.backend).first() for claims in queues)
        waits = [due for (due,) in self.env.execute_query(firsts)]
        if self.env["usercom.touched"]._of(self.backend):
            waits.append(fields.Datetime.now())
        held = fields.Datetime.now() + timedelta(seconds=SharedHold(self.backend).seconds())
        return max(min(waits), held) if waits else None

    def is_all_done(self) -> bool:
        return not (self.next_due() or self.env["usercom.sweep"]._is_reading(self.backend))

    def come_back(self) -> None:
        """Have the job run again when there is something to do, if not by itself by then."""
        if ModuleOperation(self.env).is_announced():
            return
        if self.backend.state == "running":
            due = self._rows_due()
            if due and due < fields.Datetime.now() + CRON_INTERVAL:
                self.backend.cron_id._trigger(due)
        for work in self.backend._stepwise_work():
            if due := work.next_due():
                self.backend.cron_id._trigger(due)

    def _rows_due(self) -> Any:
        now = fields.Datetime.now()
        due = now if self.env["usercom.sweep"]._is_reading(self.backend) else self.next_due()
        if Quarantine(self.backend).has_orphans():  # somebody has them locked
            due = min(due or datetime.max, now + LOCKED_DELAY)
        return due
