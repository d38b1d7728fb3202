"""One run of an account's scheduled job, from its first line to its last."""

import time
from typing import Any

from ..account.connection import Connection
from ..database.transactions import unless_locked
from ..initial_sync import InitialSync
from ..queue.brake import Brake
from ..queue.holds import DrainLock, ModuleOperation, throttle_of
from ..queue.quarantine import Quarantine
from ..reconciliation import Reconciliation
from .queue_runner import QueueRunner
from .schedule import Schedule

RUN_SECONDS = 45.0  # well within the 120 that Odoo gives a job by default


class Drain:
    """Works off both queues of an account; lists of users and an initial sync go on between them.

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
        done = self._work_off()
        quarantine.release_locked()
        unless_locked(self.env, self._close_brake)
        self.env["usercom.consent.chain"]._seal_for(self.backend)
        self._end(done)

    def _end(self, done: int) -> None:
        if calls := throttle_of(self.backend).take_count():
            self.env["usercom.statistic"]._count(self.backend, "calls", calls)
        self.schedule.come_back()
        self.env["ir.cron"]._commit_progress(done)

    def _work_off(self) -> int:
        """Returns how many rows and users were dealt with."""
        deadline, backend = time.monotonic() + RUN_SECONDS, self.backend
        with Connection(backend).client() as client:
            queues = QueueRunner(backend, client, deadline)
            done = queues.work_off_suspects()
            for read in Reconciliation(backend).slices(client, deadline):
                done += read + queues.work_off()
            done += InitialSync(backend).go_on(client, deadline, queues.work_off)
        return done

    def _close_brake(self) -> None:
        """Count anew what was let through, once all of it is done."""
        if self.schedule.is_all_done():
            Brake(self.backend).close()

    def _preview_early(self) -> None:
        """Go on with the preview of an initial sync before the account runs: nothing is sent."""
        deadline = time.monotonic() + RUN_SECONDS
        with Connection(self.backend).client() as client:
            queues = QueueRunner(self.backend, client, deadline)
            done = InitialSync(self.backend).go_on(client, deadline, queues.work_off)
        self._end(done)
