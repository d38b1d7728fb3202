"""Work that goes on step by step within an account's drains, behind its queues."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from odoo import fields
from odoo.fields import Domain

from .database.transactions import RIVALS, committed, described, is_transient, unless_locked
from .queue.holds import ModuleOperation

_logger = logging.getLogger(__name__)

STOPPED_WITH_QUEUED = Domain("state", "in", ("paused", "cancelled")) & Domain(
    "line_ids", "any", [("result", "=", "queued")]
)


class Stepwise:
    """Goes on with the record of ``model`` (a ``usercom.stepwise``) that is under way, if any.

    A kind of work extends it with ``_tools`` and ``_step``, and where it has to with the others.
    """

    model: str
    due = Domain("state", "in", ("previewing", "running"))
    """The records of which there may be anything to do; of others a drain does not ask."""
    name: str  # among what somebody should do, on the dashboard
    what: str  # for the log

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env

    def go_on(self, client: Any, deadline: float, work_off_queues: Callable[[], int]) -> int:
        """Take step after step until ``deadline`` (monotonic); between them the queues go first:
        ``work_off_queues()`` returns how many rows it has settled.

        Returns how many people or records were dealt with.
        """
        self._look_after_others()
        record, count = self._under_way(), 0
        if not record:
            return 0
        with self._tools(client) as tools:
            while self.may_go_on(record, deadline):
                started = time.monotonic()
                done = self._take_step(record, tools)
                if settled := work_off_queues():
                    self._queues_have_worked(tools)
                count += done + settled
                unless_locked(self.env, self._count_work, record, time.monotonic() - started)
                self.env["ir.cron"]._commit_progress(done)  # Odoo puts off jobs that show none
                if not done:
                    break
        return count

    def queue_some(self) -> int:
        """Hand some records to a queue, if the work sends them one by one; returns how many."""
        record = self._under_way()
        return self._queue_some(record) if record else 0

    def next_due(self) -> datetime | None:
        """When the account's cron has to come back for the work; None if it has not to.

        After an error the next regular run will do; what is being sent, its queue keeps time for.
        """
        record = self._under_way()
        if record.error or record.step in (False, "send") or not record._may_be_gone_on_with():
            return None
        return max(record.next_at or fields.Datetime.now(), fields.Datetime.now())

    def may_go_on(self, record: Any, deadline: float) -> bool:
        """Whether the next step may be taken now."""
        self.env.invalidate_all()
        if not record.exists() or time.monotonic() >= deadline:
            return False
        if ModuleOperation(self.env).is_announced():
            return False
        is_time = not record.next_at or record.next_at <= fields.Datetime.now()
        return is_time and record._may_be_gone_on_with()

    def _under_way(self) -> Any:
        return self.env[self.model]._under_way(self.backend)

    def _take_step(self, record: Any, tools: Any) -> int:
        """Do the next piece; returns how many that was, 0 to leave it for this run."""
        try:
            return self._step(record, tools)
        except RIVALS:  # the next run takes it
            return 0
        except Exception as error:  # of what other apps have a hand in
            if is_transient(error):
                raise
            self.env.cr.rollback()
            _logger.error("user.com %s failed: %s", self.what, described(error))
            committed(self.env, self._stop, record, self.env._("Unexpected error: %s", error))
            return 0

    # ---- what stands still ----

    def stopped(self) -> Any:
        """The record that waits for somebody, or is in trouble; empty if none is."""
        return self.env[self.model]._standing_still(self.backend)

    def standstill(self, record: Any) -> str:
        """The sentence that monitors are told of one that is ``stopped``."""
        raise NotImplementedError

    # ---- what a kind of work says ----

    @contextmanager
    def _tools(self, client: Any) -> Iterator[Any]:
        """What its steps share during a run: by default the client."""
        yield client

    def _step(self, record: Any, tools: Any) -> int:
        """Do the next piece; returns how many that was, 0 to leave it for this run."""
        raise NotImplementedError

    def _look_after_others(self) -> None:
        """Do what is due of those that are not under way."""

    def _queues_have_worked(self, tools: Any) -> None:
        """Forget what may have changed meanwhile."""

    def _queue_some(self, record: Any) -> int:
        raise NotImplementedError

    def _count_work(self, record: Any, seconds: float) -> None:
        record.worked_seconds += seconds

    def _stop(self, record: Any, message: str) -> None:
        record._stop(message)


# ---- records that go to a queue, when they are sent one by one ----

REFILL = 20  # queued at once: as long as an edit may have to wait
PUT_OFF = 100  # at most, that wait for their next attempt while others go


class HandOver:
    """Hands the records of a ``usercom.stepwise`` to a queue, a few at a time, behind all edits."""

    def __init__(self, record: Any) -> None:
        self.record = record
        self.env = record.env
        self.backend = record.backend_id

    def queue_or_finish(self) -> int:
        """Queue the first ones; the drain asks for more. Ends when none is left."""
        if not self.record._is_at_work():
            return 0
        if self.queue_some():
            return 1
        if not self._lines().search_count(self._queued(), limit=1):
            self.record._finish("done")
            return 1
        return 0

    def queue_some(self) -> int:
        """Hand some to the queue, unless enough wait there; returns how many."""
        if self.record.step != "send":
            return 0
        self.take_over_results()
        return 0 if self._is_enough_queued() else self._hand_over()

    def _hand_over(self) -> int:
        """Hand over the next ones: whatever was in the way, it goes on."""
        count = self._queue_next()
        if count and self.record.error:
            self.record.error = False
        return count

    # ---- what a kind of record says ----

    def _lines(self) -> Any:
        """The model of what is handed over."""
        raise NotImplementedError

    def _queued(self) -> list[Any]:
        """The domain of those that are in the queue."""
        raise NotImplementedError

    def take_over_results(self) -> None:
        """Take over what the queue has made of those it was handed."""
        raise NotImplementedError

    def _is_enough_queued(self) -> bool:
        """Whether so many are on their way, besides some that wait for their next attempt."""
        raise NotImplementedError

    def _queue_next(self) -> int:
        """Hand over the next ones; returns how many were looked at."""
        raise NotImplementedError
