"""One run of an account's scheduled job, from its first line to its last."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from odoo import fields

from ...usercom.jobs import Outcome, overlapped
from ...usercom.mass import MOST, MassPush, mass_key
from ...usercom.throttle import LONGEST_HOLD
from ..account.connection import Connection, allows, may_go_on
from ..consents.chain import ConsentChain
from ..database.transactions import unless_locked
from ..queue.brake import Brake
from ..queue.claims import LOOK_AHEAD, LOW, PRIORITIES, URGENT, USUAL, Task
from ..queue.holds import DrainLock, ModuleOperation, SharedHold, Standing
from ..queue.quarantine import LOCKED_DELAY, Quarantine
from ..reconciliation import Reconciliation
from ..stepwise import Stepwise
from .outlook import Outlook
from .queues import Queues, Waiting
from .tasks import Settlement, TaskBuilder
from .turns import Turns

# ---- the run ----

RUN_SECONDS = 45.0  # well within the 120 that Odoo gives a job by default
CRON_INTERVAL = timedelta(minutes=1)


class Drain:
    """Works off the queues of an account; lists of users and long work go on between them.

    Only the account's own scheduled job calls this. Odoo can run it twice at once where the
    connection that holds the job's lock was ended; then `DrainLock` stops the second drain.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend._in_its_language()
        self.env = self.backend.env

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
        outlook = Outlook.of(self.backend)
        if outlook.has_orphans:
            Quarantine(self.backend).release_orphans()
            outlook = Outlook.of(self.backend)
        with Connection(self.backend).client() as client:
            queues = QueueRunner(self.backend, client, time.monotonic() + RUN_SECONDS)
            queues.work = outlook.work
            done = queues.work_off_suspects() if outlook.has_suspects else 0
            done += self._read_lists(queues)
            worked, outlook = self._go_on(queues)
        self._end(queues, done + worked, self._tidied(queues, outlook))

    def _read_lists(self, queues: QueueRunner) -> int:
        """Returns how many users were read, and rows worked off between."""
        reconciliation = Reconciliation(self.backend, queues.let_edits_pass)
        slices = reconciliation.slices(queues.client, queues.deadline)
        return sum(read + queues.work_off() for read in slices)

    def _go_on(self, queues: QueueRunner) -> tuple[int, Outlook]:
        """Go on with long work; returns ``(how many were dealt with, what there is now)``."""
        outlook, done = Outlook.of(self.backend), 0
        queues.work = outlook.work
        for work in outlook.work:
            done += work.go_on(queues.client, queues.deadline, queues.work_off)
        if outlook.work or queues.settlement.kept:
            done += queues.wait_for_locks()
            outlook = Outlook.of(self.backend)
        return done, outlook

    def _tidied(self, queues: QueueRunner, outlook: Outlook) -> Outlook:
        """What there is once locked rows are given back, the brake is closed, the log sealed."""
        if outlook.has_orphans:
            Quarantine(self.backend).release_locked(queues.settlement.undone())
            queues.look()
            outlook = Outlook.of(self.backend)
        if outlook.is_brake_open and not (queues.due or outlook.is_reading):
            unless_locked(self.env, self._close_brake)
        if outlook.is_unsealed:
            ConsentChain(self.env, self.backend.company_id).seal_some()
        return outlook

    def _close_brake(self) -> None:
        """Count anew what was let through, once all of it is done."""
        Brake(self.backend).opened().opened = False

    def _end(self, queues: QueueRunner, done: int, outlook: Outlook) -> None:
        if calls := queues.hold.throttle.take_count():
            self.env["usercom.statistic"]._count(self.backend, "calls", calls)
        self._come_back(queues.due, outlook)
        self.env["ir.cron"]._commit_progress(done)

    def _come_back(self, rows_due: datetime | None, outlook: Outlook) -> None:
        """Have the job run again when there is something to do, if not by itself by then."""
        now = fields.Datetime.now()
        dues = [due for work in outlook.work if (due := work.next_due())]
        due = now if outlook.is_reading else rows_due
        if outlook.has_orphans:  # somebody has them locked
            due = min(due or datetime.max, now + LOCKED_DELAY)
        if due and due < now + CRON_INTERVAL and self.backend.state == "running":
            dues.append(due)
        if dues and not _is_room_needed(self.env):
            self.backend.cron_id._trigger(dues)

    def _preview_early(self) -> None:
        """Go on with the preview of an initial sync before the account runs: nothing is sent."""
        with Connection(self.backend).client() as client:
            queues = QueueRunner(self.backend, client, time.monotonic() + RUN_SECONDS)
            done, outlook = self._go_on(queues)
        self._end(queues, done, outlook)


def _is_room_needed(env: Any) -> bool:
    """Whether apps are about to be installed or removed: the run ends for them."""
    return ModuleOperation(env).is_announced()


# ---- the rows of the queues ----

WORKERS = 32  # as many as `overlapped` has threads
SHORT_WAIT = 5.0
PATIENCE = 5.0  # seconds over time in which a mass update that took long to build may be sent
IDLE_SECONDS = 1.0  # where what is due is locked: its edit is not committed yet
BELIEVED_SECONDS = 0.2  # for which nobody asks again whether apps are to be installed


class QueueRunner:
    """Claims rows, runs their jobs at User.com and settles them, until ``deadline`` (monotonic)."""

    def __init__(self, backend: Any, client: Any, deadline: float) -> None:
        self.backend, self.client, self.deadline = backend, client, deadline
        self.env = backend.env
        self.hold = SharedHold(backend)
        self.queues = Queues(backend)
        self.work: list[Stepwise] = []  # that may queue some who can wait
        self.due: datetime | None = None  # when the first row may be tried, by the last look
        self.builder = TaskBuilder(backend)
        self.settlement = Settlement(backend, client)
        self._are_edits_passing = False
        self._asked_at = -math.inf  # when the account was last known to be free to send

    def work_off(self) -> int:
        """Work off what is due, now or within a short wait; returns how many rows or masses."""
        self.settlement.settle_kept()
        done, idle = 0, 0.0
        while waiting := self._wait_for_work(idle):
            settled = self._run(self._tasks(PRIORITIES, waiting))
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
        for queue in self.queues.all:
            while self._may_go_on() and (rows := unless_locked(self.env, queue.claim_suspect)):
                self._run(self.builder.build(rows))
                done += len(rows)
        return done

    def look(self) -> Waiting | None:
        """What waits, None where nothing of it may be sent; notes when the first may be tried."""
        self._end_snapshot()
        waiting = self.queues.waiting()
        self.due = self.queues.first_due(waiting)
        if not self.due:
            return None
        may_go_on = self._may_go_on()
        held = timedelta(seconds=self.hold.throttle.held_for())
        self.due = max(self.due, fields.Datetime.now() + held)
        return waiting if may_go_on else None

    def _look_again(self) -> Waiting | None:
        """What waits, None where no row that is claimed now could be sent at once."""
        self._end_snapshot()
        return self.queues.waiting() if self._may_go_on() else None

    def _wait_for_work(self, idle: float) -> Waiting | None:
        """What waits, once a row is due; None where the wait is one for the job's own clock."""
        if not (waiting := self.look()) or not self.due:
            return None
        wait = max(idle, (self.due - fields.Datetime.now()).total_seconds())
        if wait > SHORT_WAIT or time.monotonic() + wait >= self.deadline:
            return None
        if wait <= 0:
            return waiting
        self._sleep(min(wait, IDLE_SECONDS))  # an edit that comes meanwhile does not wait for all
        return self._look_again()

    def _sleep(self, seconds: float) -> None:
        self._end_snapshot()
        time.sleep(seconds)

    def _end_snapshot(self) -> None:
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _tasks(self, priorities: Sequence[int], *seen: Waiting) -> Iterator[Task | None]:
        """Claim and yield until the queues are empty or time is up; the rest waits on.

        Yields None where it has taken long to find any. What was ``seen`` to wait is not looked for
        anew.
        """
        gathered = Gathered()
        looks = chain(seen, iter(self._look_again, None))
        for rows in Turns(self.queues, priorities, self.work).claimed(looks):
            if rows is None:
                yield None
            else:
                yield from self._built(rows, gathered)
            if gathered and self._is_anybody_held_up():
                yield from self._masses(gathered.all())
        yield from self._masses(gathered.all())
        self._end_snapshot()  # none is held while User.com is waited for

    def _is_anybody_held_up(self) -> bool:
        return bool(unless_locked(self.env, self.queues.outbox.is_anybody_held_up))

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
        if time.monotonic() < ends and not self._is_room_needed():
            yield task
        else:
            unless_locked(self.env, self.builder.give_back, task)

    def _is_room_needed(self) -> bool:
        """As the function, where the account was not asked only just now."""
        is_known = time.monotonic() < self._asked_at + BELIEVED_SECONDS
        return not is_known and _is_room_needed(self.env)

    def _may_go_on(self) -> bool:
        """Whether this drain is the only one, and the account may send."""
        if time.monotonic() >= self.deadline or not (standing := Standing.of(self.backend)):
            return False
        may_go_on = (
            allows(standing, self.backend, self.client)
            and standing.is_drain_lock_held
            and self.hold.compared(standing.held_seconds) <= LONGEST_HOLD
        )
        self._asked_at = time.monotonic() if may_go_on else -math.inf
        return may_go_on

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
        limit = self.hold.throttle.rate
        under_way = limit * self.hold.throttle.usual_duration()
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
