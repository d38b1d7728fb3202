"""The rows of both queues, called for and settled."""

import math
import time
from collections.abc import Iterator
from typing import Any

from odoo import fields

from ...usercom.jobs import overlapped
from ...usercom.throttle import LONGEST_HOLD
from ..account.current_client import may_go_on
from ..database.transactions import unless_locked
from ..queue.claims import InboxClaims, OutboxClaims, Task
from ..queue.holds import DrainLock, ModuleOperation, SharedHold, throttle_of
from .schedule import Schedule
from .settlement import Settlement
from .task_builder import TaskBuilder
from .turns import Turns

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
        for claims in (InboxClaims(self.backend), OutboxClaims(self.backend)):
            while self._may_go_on() and (rows := unless_locked(self.env, claims.claim_suspect)):
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

    def _tasks(self) -> Iterator[Task]:
        """Claim and yield until the queues are empty or time is up; the rest waits on."""
        for rows in Turns(self.backend).claimed(self._may_go_on):
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
        return (
            time.monotonic() < self.deadline
            and may_go_on(self.backend, self.client)
            and DrainLock(self.backend).is_held()
            and SharedHold(self.backend).seconds() <= LONGEST_HOLD
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
