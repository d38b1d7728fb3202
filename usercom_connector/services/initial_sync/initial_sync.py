import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from odoo import fields
from odoo.fields import Domain

from ...usercom.jobs import PagePrefetcher
from ..database.transactions import RIVALS, committed, described, is_transient, unless_locked
from ..queue.holds import ModuleOperation
from .preview import Preview
from .run import Run
from .sending import Sending

_logger = logging.getLogger(__name__)


class InitialSync:
    """Goes on with the initial sync of an account, step after step, within its drain.

    Where it stands is stored with each page or chunk (``usercom.sync``), so whatever ends a drain,
    the next one goes on.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env

    def go_on(self, client: Any, deadline: float, work_off_queues: Callable[[], int]) -> int:
        """Take step after step until ``deadline`` (monotonic); between them the queues go first:
        ``work_off_queues()`` returns how many rows it has settled.

        Returns how many people were dealt with.
        """
        self._count_stopped()
        sync, count = self._under_way(), 0
        if not sync:
            return 0
        with PagePrefetcher(client) as pages:
            while self.may_go_on(sync, deadline):
                started = time.monotonic()
                done = self._take_step(sync, pages)
                if settled := work_off_queues():
                    pages.forget()  # it may undo what has just been sent
                count += done + settled
                unless_locked(self.env, self._count_work, sync, time.monotonic() - started)
                self.env["ir.cron"]._commit_progress(done)  # Odoo puts off jobs that show none
                if not done:
                    break
        return count

    def queue_some(self) -> int:
        """Hand some contacts to the outbox, if a sync sends them now; returns how many."""
        sync = self._under_way()
        return Sending(sync).queue_some() if sync else 0

    def next_due(self) -> datetime | None:
        """When the account's cron has to come back for its sync; None if it has not to.

        After an error the next regular run will do; what is being sent, the outbox keeps time for.
        """
        sync = self._under_way()
        if sync.error or sync.step in (False, "send") or not sync._may_be_gone_on_with():
            return None
        return max(sync.next_at or fields.Datetime.now(), fields.Datetime.now())

    def may_go_on(self, sync: Any, deadline: float) -> bool:
        """Whether the next step may be taken now."""
        self.env.invalidate_all()
        if not sync.exists() or time.monotonic() >= deadline:
            return False
        if ModuleOperation(self.env).is_announced():
            return False
        is_time = not sync.next_at or sync.next_at <= fields.Datetime.now()
        return is_time and sync._may_be_gone_on_with()

    def _under_way(self) -> Any:
        return self.env["usercom.sync"]._under_way(self.backend)

    def _count_stopped(self) -> None:
        """Take over what the outbox has made of whom it had when somebody stopped a sync."""
        waiting = Domain("line_ids", "any", [("result", "=", "queued")])
        stopped = Domain("state", "in", ("paused", "cancelled"))
        mine = Domain("backend_id", "=", self.backend.id)
        for sync in self.env["usercom.sync"].search(waiting & stopped & mine):
            unless_locked(self.env, Sending(sync).count_sent)

    def _count_work(self, sync: Any, seconds: float) -> None:
        sync.worked_seconds += seconds
        Sending(sync).count_sent()

    def _take_step(self, sync: Any, pages: PagePrefetcher) -> int:
        """Do the next piece; returns how many people that was, 0 to leave it for this run."""
        part = Preview(sync, pages) if sync.state == "previewing" else Run(sync, pages)
        try:
            return part.take_step()
        except RIVALS:  # the next run takes it
            return 0
        except Exception as error:  # of what other apps have a hand in
            if is_transient(error):
                raise
            self.env.cr.rollback()
            _logger.error("user.com initial sync failed: %s", described(error))
            committed(self.env, sync._stop, self.env._("Unexpected error: %s", error))
            return 0
