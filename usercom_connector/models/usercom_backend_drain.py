import logging
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import retrying

from ..usercom import CredentialsError, RetryableError, ThrottledError, UsercomError
from ..usercom.overlap import overlapped
from .usercom_errors import explain
from .usercom_queue import URGENT

_logger = logging.getLogger(__name__)

WORKERS = 16
RUN_SECONDS = 45.0  # well within the 120 that Odoo gives a job by default
SHORT_WAIT = 5.0


@dataclass(frozen=True)
class Task:
    """One contact's work: the claimed rows of a queue, the job at User.com, what was left out."""

    rows: Any
    job: Any
    problems: list = field(default_factory=list)


class UsercomBackend(models.Model):
    """How the queues of an account are worked off."""

    _inherit = "usercom.backend"

    def _drain(self):
        """Work off both queues, inbox first.

        Only the account's own cron calls this, and Odoo never runs one cron twice at once.
        """
        self.ensure_one()
        if self.state != "running":
            return
        if refusal := self._refusal_to_send():
            self._pause(refusal)
            return
        for queue in self._queues():
            queue._release_orphans(self)
        done = self._work_off(time.monotonic() + RUN_SECONDS)
        self._come_back()
        self.env["ir.cron"]._commit_progress(done)

    def _queues(self):
        return self.env["usercom.inbox"], self.env["usercom.outbox"]

    def _work_off(self, deadline):
        done = 0
        with self._client() as client:
            while self._wait_for_work(deadline):
                tasks = self._tasks(deadline)
                for outcomes in overlapped(tasks, lambda t: t.job.run(client), workers=WORKERS):
                    retrying(partial(self._settle_all, outcomes), self.env)
                    done += len(outcomes)
        return done

    def _wait_for_work(self, deadline):
        """Whether a row is due, now or within a wait too short for the cron's own clock."""
        due = self._next_due()
        if not due or not self._is_running():
            return False
        wait = max(0.0, (due - fields.Datetime.now()).total_seconds())
        if wait > SHORT_WAIT or time.monotonic() + wait >= deadline:
            return False
        self.env["ir.cron"]._commit_progress()  # holds no snapshot while it sleeps
        time.sleep(wait)
        return True

    def _next_due(self):
        """When the earliest row of either queue may be tried, if any waits."""
        waits = [due for queue in self._queues() if (due := queue._next_due(self))]
        return min(waits, default=None)

    def _tasks(self, deadline):
        """Claim and yield, a few rows at a time, until the queues are empty or time is up."""
        while time.monotonic() < deadline and self._is_running():
            tasks = retrying(self._claim_tasks, self.env)
            if not tasks:
                return
            yield from tasks

    def _is_running(self):
        self.env.invalidate_all()
        return self.state == "running"

    def _claim_tasks(self):
        self.env.invalidate_all()
        for priority in (URGENT, 0):
            for queue in self._queues():
                if rows := queue._claim(self, priority):
                    return rows._tasks(self)
        return []

    def _settle_all(self, outcomes):
        self.env.invalidate_all()
        for outcome in outcomes:
            try:
                with self.env.cr.savepoint():
                    self._settle(outcome)
            except (OperationalError, ConcurrencyError):
                raise  # to be tried again by ``retrying``
            except Exception as error:  # another app's rules; one contact must not stop the rest
                _logger.info("user.com result could not be stored", exc_info=True)
                self.env.invalidate_all()
                outcome.task.rows._fail(str(error))

    def _settle(self, outcome):
        rows = outcome.task.rows
        match outcome.error:
            case None:
                rows._settle(outcome.task, outcome.result)
            case ThrottledError():
                rows._postpone(outcome.error.retry_after)
            case RetryableError():
                rows._retry_later(explain(self.env, outcome.error))
            case CredentialsError():
                rows._release()
                self._pause(explain(self.env, outcome.error))
            case UsercomError():
                rows._fail(explain(self.env, outcome.error))
            case _:
                _logger.error("user.com job failed", exc_info=outcome.error)
                rows._retry_later(self.env._("Unexpected error: %s", outcome.error))

    def _come_back(self):
        """Have the cron run again when the next row is due."""
        if self.state == "running" and (due := self._next_due()):
            self.cron_id._trigger(max(due, fields.Datetime.now()))
