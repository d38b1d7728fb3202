"""When there is something to do for an account's drain."""

from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from ..initial_sync import InitialSync
from ..queue.claims import InboxClaims, OutboxClaims
from ..queue.holds import ModuleOperation, SharedHold
from ..queue.quarantine import LOCKED_DELAY, Quarantine

CRON_INTERVAL = timedelta(minutes=1)


class Schedule:
    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env

    def next_due(self) -> Any:
        """When the earliest row of either queue may be tried, None if no row waits."""
        claims = InboxClaims(self.backend), OutboxClaims(self.backend)
        waits = [due for queue in claims if (due := queue.next_due())]
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
        if due := InitialSync(self.backend).next_due():
            self.backend.cron_id._trigger(due)

    def _rows_due(self) -> Any:
        now = fields.Datetime.now()
        due = now if self.env["usercom.sweep"]._is_reading(self.backend) else self.next_due()
        if Quarantine(self.backend).has_orphans():  # somebody has them locked
            due = min(due or datetime.max, now + LOCKED_DELAY)
        return due
