from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from odoo.fields import Domain

from ...usercom.jobs import PagePrefetcher
from ..database.transactions import unless_locked
from ..queue.quarantine import PageGuard
from ..stepwise import STOPPED_WITH_QUEUED, Stepwise
from .preview import Preview
from .run import Run
from .sending import Sending


class InitialSync(Stepwise):
    """Goes on with the initial sync of an account, step after step, within its drain.

    Where it stands is stored with each page or chunk (``usercom.sync``), so whatever ends a drain,
    the next one goes on.
    """

    model = "usercom.sync"
    due = Stepwise.due | STOPPED_WITH_QUEUED
    name = "sync"
    what = "initial sync"

    @contextmanager
    def _tools(self, client: Any) -> Iterator[PagePrefetcher]:
        with PagePrefetcher(client) as pages:
            yield pages

    def _step(self, record: Any, tools: PagePrefetcher) -> int:
        part = Preview(record, tools) if record.state == "previewing" else Run(record, tools)
        return part.take_step()

    def _queues_have_worked(self, tools: PagePrefetcher) -> None:
        tools.forget()  # they may have undone what has just been sent

    def _queue_some(self, record: Any) -> int:
        return Sending(record).queue_some()

    def _look_after_others(self) -> None:
        """Take over what the outbox has made of whom it had when somebody stopped a sync."""
        mine = Domain("backend_id", "=", self.backend.id)
        for sync in self.env[self.model].search(STOPPED_WITH_QUEUED & mine):
            unless_locked(self.env, Sending(sync).take_over_results)

    def _count_work(self, record: Any, seconds: float) -> None:
        Sending(record).take_over_results()
        return super()._count_work(record, seconds)

    def standstill(self, record: Any) -> str:
        if record.error:
            return str(self.env._("The initial sync cannot continue."))
        return str(self.env._("The initial sync is paused."))

    def _stop(self, record: Any, message: str) -> None:
        if record._is_at_work():
            PageGuard(record).end()
        return super()._stop(record, message)
