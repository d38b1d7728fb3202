"""One run of an account's scheduled job, from its first line to its last."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ...usercom.jobs import Outcome, overlapped
from ...usercom.mass import MOST, MassPush, mass_key
from ...usercom.throttle import LONGEST_HOLD
from ..account.connection import Connection, allows, may_go_on
from ..consents.chain import ConsentChain
from ..database.transactions import unless_locked
from ..queue.brake import Brake
from ..queue.claims import (
    LOOK_AHEAD,
    LOW,
    URGENT,
    USUAL,
    InboxClaims,
    OutboxClaims,
    Task,
    waiting_in,
)
from ..queue.event_claims import EventClaims
from ..queue.holds import DrainLock, ModuleOperation, SharedHold, Standing, throttle_of
from ..queue.quarantine import LOCKED_DELAY, Quarantine
from ..reconciliation import Reconciliation, is_reading
from ..stepwise import due_work
from .tasks import Settlement, TaskBuilder
from .turns import PRIORITIES, Turns

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
            if is_held and not _is_room_needed(self.env):
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
        ConsentChain(self.env, self.backend.company_id).seal_some()
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
            reconciliation = Reconciliation(backend, queues.let_edits_pass)
            for read in reconciliation.slices(client, deadline):
                done += read + queues.work_off()
            for work in due_work(backend):
                done += work.go_on(client, deadline, queues.work_off)
            done += queues.wait_for_locks()
        quarantine.release_locked(queues.settlement.undone())
        return done

    def _close_brake(self) -> None:
        """Count anew what was let through, once all of it is done."""
        opened = Brake(self.backend).opened()
        if opened and self.schedule.is_all_done():
            opened.opened = False

    def _preview_early(self) -> None:
        """Go on with the preview of an initial sync before the account runs: nothing is sent."""
        deadline, done = time.monotonic() + RUN_SECONDS, 0
        with Connection(self.backend).client() as client:
            queues = QueueRunner(self.backend, client, deadline)
            for work in due_work(self.backend):
                done += work.go_on(client, deadline, queues.work_off)
        self._end(done)


def _is_room_needed(env: Any) -> bool:
    """Whether apps are about to be installed or removed: the run ends for them."""
    return ModuleOperation(env).is_announced()


# ---- the rows of the queues ----

WORKERS = 32  # as many as `overlapped` has threads
SHORT_WAIT = 5.0
PATIENCE = 5.0  # seconds over time in which a mass update that took long to build may be sent
IDLE_SECONDS = 1.0  # where what is due is locked: its edit is not committed yet


class QueueRunner:
    """Claims rows, runs their jobs at User.com and settles them, until ``deadline`` (monotonic)."""

    def __init__(self, backend: Any, client: Any, deadline: float) -> None:
        self.backend, self.client, self.deadline = backend, client, deadline
        self.env = backend.env
        self.builder = TaskBuilder(backend)
        self.settlement = Settlement(backend, client)
        self._are_edits_passing = False

    def work_off(self) -> int:
        """Work off what is due, now or within a short wait; returns how many rows or masses."""
        self.settlement.settle_kept()
        done, idle = 0, 0.0
        while self._wait_for_work(idle):
            settled = self._run(self._tasks(PRIORITIES))
            idle = 0.0 if settled else IDLE_SECONDS
            done += settled
        return done

    def wait_for_locks(self) -> int:
        """Settle answers to rows that somebody has locked, once that ends; others are worked off.

        Returns how many those were.
        """
        done = 0
        while self.settlement.kept and self._may_wait():
            self._sleep(IDLE_SECONDS)
            done += self.work_off()
        self.settlement.settle_kept()
        return done

    def _may_wait(self) -> bool:
        """Whether time is left, and no app is waiting to be installed or removed."""
        is_time = time.monotonic() + IDLE_SECONDS < self.deadline
        return is_time and not _is_room_needed(self.env)

    def let_edits_pass(self) -> None:
        """Work off what is due of edits and calls, while something is done to thousands."""
        if not self._are_edits_passing:
            self._are_edits_passing = True
            self._run(self._tasks((URGENT, USUAL)))
            self._are_edits_passing = False

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
        self._sleep(min(wait, IDLE_SECONDS))  # an edit that comes meanwhile does not wait for all
        return True

    def _sleep(self, seconds: float) -> None:
        self.env["ir.cron"]._commit_progress()  # holds no snapshot while it sleeps
        time.sleep(seconds)

    def _tasks(self, priorities: Sequence[int]) -> Iterator[Task | None]:
        """Claim and yield until the queues are empty or time is up; the rest waits on.

        Yields None where it has taken long to find any.
        """
        gathered = Gathered()
        for rows in Turns(self.backend, priorities).claimed(self._may_go_on):
            if rows is None:
                yield None
            else:
                yield from self._built(rows, gathered)
            if gathered and self._is_anybody_held_up():
                yield from self._masses(gathered.all())
        yield from self._masses(gathered.all())

    def _is_anybody_held_up(self) -> bool:
        return bool(unless_locked(self.env, OutboxClaims(self.backend).is_anybody_held_up))

    def _built(self, rows: Any, gathered: Gathered) -> Iterator[Task]:
        """Yield the tasks of claimed rows; mass updates once there are no more like them."""
        for task in self.builder.build(rows):
            if not gathered.takes(task):
                yield from self._in_time(task, self.deadline)
        yield from self._masses(gathered.full())

    def _masses(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Yield mass updates, which were built long before, if the account may still send them."""
        for task in tasks:
            ends = may_go_on(self.backend, self.client) and self.deadline + PATIENCE
            yield from self._in_time(task, ends)

    def _in_time(self, task: Task, ends: float) -> Iterator[Task]:
        """Yield the task if it may still be run, else give it back."""
        if time.monotonic() < ends and not _is_room_needed(self.env):
            yield task
        else:
            unless_locked(self.env, self.builder.give_back, task)

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
            for number, part in enumerate(_in_parts(outcomes)):
                if number > 1:
                    self.let_edits_pass()
                self.settlement.settle(part)
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


# ---- mass updates: built a part at a time, sent as one, settled in parts again ----


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


def _in_parts(outcomes: list[Any]) -> Iterator[list[Any]]:
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


# ---- when there is something to do ----

CRON_INTERVAL = timedelta(minutes=1)


class Schedule:
    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env

    def next_due(self) -> Any:
        """When the earliest row of any queue may be tried, None if no row waits."""
        waits = self._first_dues()
        if self.env["usercom.touched"]._of(self.backend):
            waits.append(fields.Datetime.now())
        held = fields.Datetime.now() + timedelta(seconds=SharedHold(self.backend).seconds())
        return max(min(waits), held) if waits else None

    def _first_dues(self) -> list[datetime]:
        """When the first row of each queue may be tried, of those queues where any waits."""
        queues = [claims(self.backend) for claims in (InboxClaims, OutboxClaims, EventClaims)]
        found = zip(queues, waiting_in(queues, PRIORITIES), strict=True)
        firsts = [queue.first() for queue, priorities in found if priorities]
        query = SQL(" UNION ALL ").join(firsts)
        return [due for (due,) in self.env.execute_query(query)] if firsts else []

    def is_all_done(self) -> bool:
        return not (self.next_due() or is_reading(self.backend))

    def come_back(self) -> None:
        """Have the job run again when there is something to do, if not by itself by then."""
        if _is_room_needed(self.env):
            return
        if self.backend.state == "running":
            due = self._rows_due()
            if due and due < fields.Datetime.now() + CRON_INTERVAL:
                self.backend.cron_id._trigger(due)
        for work in due_work(self.backend):
            if due := work.next_due():
                self.backend.cron_id._trigger(due)

    def _rows_due(self) -> Any:
        now = fields.Datetime.now()
        due = now if is_reading(self.backend) else self.next_due()
        if Quarantine(self.backend).has_orphans():  # somebody has them locked
            due = min(due or datetime.max, now + LOCKED_DELAY)
        return due
