"""What becomes of CSV files that User.com imports in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from ...usercom import Client, ImportReport, UsercomError
from ..database.transactions import committed

AGAIN = timedelta(seconds=15)
LONGEST_IMPORT = timedelta(hours=1)  # of one file, without its end
PATIENCE = timedelta(minutes=15)  # users may appear minutes after the end


class ImportProgress:
    """How far the imports of an initial sync are; kept with it, so that a restart asks on."""

    def __init__(self, sync: Any) -> None:
        self.sync = sync

    def note(self, report: ImportReport) -> dict[str, Any]:
        """Remember what a file was answered with: its number, or the whole report already."""
        if report.finished:
            return {"import_failed": self.sync.import_failed + report.failed}
        return {"import_ids": [*(self.sync.import_ids or []), report.id]}

    def ask(self, client: Client) -> int:
        """Ask User.com about the first unfinished file; 0 where the next run has to go on."""
        sync = self.sync
        import_id = sync.import_ids[0]
        # No snapshot is held while it waits for User.com.
        sync.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            report = client.import_status(import_id)
        except UsercomError as error:
            committed(sync.env, sync._give_up, error)
            return 0
        return committed(sync.env, self._store, import_id, report)

    def _store(self, import_id: str, report: ImportReport | None) -> int:
        sync, now = self.sync, fields.Datetime.now()
        if not sync._is_at_work():
            return 0
        values: dict[str, Any] = {"calls_total": sync.calls_total + 1}
        if report and not report.finished and now < sync.import_seen_at + LONGEST_IMPORT:
            sync._advance(1, next_at=now + AGAIN, **values)
            return 0
        left = [each for each in sync.import_ids or [] if each != import_id]
        if report is None:  # it is not served: reading users back has to tell
            left = []
        values["import_failed"] = sync.import_failed + (report.failed if report else 0)
        sync._advance(1, import_ids=left or False, import_seen_at=now, next_at=False, **values)
        return 1

    def may_bring(self, missing: int) -> bool:
        """Whether so many users who are ``missing`` may still appear."""
        sync, now = self.sync, fields.Datetime.now()
        return missing > sync.import_failed and now < sync.import_seen_at + PATIENCE

    def next_look(self) -> datetime:
        """When to look again: ever later, as each look reads all pages."""
        now = fields.Datetime.now()
        moment: datetime = now + max(AGAIN, (now - self.sync.import_seen_at) / 2)
        return moment
