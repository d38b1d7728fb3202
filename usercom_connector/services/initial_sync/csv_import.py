"""New users as CSV files, read back by pages; who is not found then goes one by one."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from ...usercom import (
    Client,
    CredentialsError,
    ImportReport,
    RejectedError,
    ThrottledError,
    User,
    UsercomError,
)
from ...usercom.csv_files import csv_files
from ..contacts.identity import normalized
from ..database.transactions import committed
from ..failures.problem import explain
from .pages import PAGE_SIZE
from .sending import CsvRows, Sending

# ---- how an import gets on ----

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
            report = client.imports.status(import_id)
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


# ---- files of new users ----

CHUNK = 5000  # rows a file; how many User.com takes is not documented
STEP_SECONDS = 1.0  # of files in a row: as long as an edit may have to wait
LEAST = 100  # rows, below which files are not worth it
CLOCKS = timedelta(minutes=10)  # by which two clocks may differ


class CsvImport:
    """Sends files of new users.

    A file is never sent twice: where nobody knows what became of it, reading back tells.
    """

    def __init__(self, sync: Any, client: Any) -> None:
        self.sync = sync
        self.env = sync.env
        self.backend = sync.backend_id
        self.progress = ImportProgress(sync)
        self._client = client
        self._sending = Sending(sync)

    # ---- sending ----

    def send_files(self) -> int:
        """Send the next files; returns how many contacts they had, 0 to leave it for this run."""
        files = committed(self.env, self._next_files)
        if files is None:
            return 0
        sent, until = 0, time.monotonic() + STEP_SECONDS
        for ids, content in files:
            if sent and time.monotonic() > until or not self._send_file(ids, content):
                break
            sent += len(ids)
        return sent or 1

    def _next_files(self) -> Any:
        """``[(line ids, file)]`` of the next contacts, not marked yet; [] if none is left."""
        sync = self.sync
        if not sync._is_at_work():
            return None
        sync.chunk_size = sync.chunk_size or CHUNK
        lines = self.env["usercom.sync.line"].search(self._left(), limit=sync.chunk_size)
        if not lines:
            self._end_sending()
            return []
        if not sync.import_began_at:
            sync.import_began_at = fields.Datetime.now() - CLOCKS
        attributes = self.backend._active_mappings()._attributes()
        return csv_files(self._rows(self._sending.still_open(lines)), attributes)

    def _left(self) -> list[Any]:
        return self.sync._people_with(kind="new_there", result=False, force_single=False)

    def _rows(self, lines: Any) -> dict[int, dict[str, Any]]:
        """``{line id: JSON values}`` of new users.

        Who has no key to be found by, or the e-mail address of another, is sent one by one.
        """
        rows = CsvRows(self.sync).without_rivals(lines)
        self._sending.one_by_one(lines.filtered(lambda line: line.id not in rows))
        return rows

    def _send_file(self, ids: list[int], content: bytes) -> bool:
        """Send a file, noted before it leaves; returns whether the next one may follow."""
        was_open, automations = self.sync.is_import_open, self.sync.trigger_automations
        if not committed(self.env, self._mark_sent, ids):
            return False
        try:
            report = self._client.imports.users(content, trigger_automations=automations)
        except (ThrottledError, CredentialsError) as error:
            committed(self.env, self._put_off, ids, error, was_open)
            return False
        except RejectedError as error:
            committed(self.env, self._take_back, ids, error, was_open)
        except UsercomError as error:  # it may have been taken: reading back tells
            committed(self.env, self._doubt, error)
            return False
        else:
            committed(self.env, self._note_report, report)
        return True

    def _mark_sent(self, ids: list[int]) -> bool:
        """Note a file before it leaves: killed now, nobody knows whether it has, or how far it is.

        Returns whether it may leave: not if what it says of somebody has been edited since.
        """
        if not self.sync._is_at_work():
            return False
        lines = self.env["usercom.sync.line"].browse(ids)
        if self.env["usercom.outbox"]._waiting_contacts(self.backend, lines.partner_id):
            return False
        lines.result = "importing"
        self.sync.is_import_open = True
        return True

    def _note_report(self, report: Any) -> None:
        self.sync._advance(1, **self.progress.note(report))

    def _put_off(self, ids: list[int], error: UsercomError, was_open: bool) -> None:
        """Prepare to send the file again, since User.com has not taken it."""
        self.env["usercom.sync.line"].browse(ids).result = False
        self.sync.is_import_open = was_open
        if isinstance(error, ThrottledError):
            self.sync.next_at = fields.Datetime.now() + timedelta(seconds=error.retry_after)
        else:
            self.sync._give_up(error)

    def _take_back(self, ids: list[int], error: UsercomError, was_open: bool) -> None:
        """Send a shorter file, or none, since User.com has refused this one."""
        sync, lines = self.sync, self.env["usercom.sync.line"].browse(ids)
        sync.is_import_open = was_open
        lines.result = False
        if sync.chunk_size // 2 < LEAST:
            self._sending.one_by_one(lines)
        sync.chunk_size = max(sync.chunk_size // 2, LEAST)
        sync.error = explain(self.env, error)

    def _doubt(self, error: UsercomError) -> None:
        self.sync.error = explain(self.env, error)
        self._end_sending()

    def _end_sending(self) -> None:
        left = self.env["usercom.sync.line"].search_count(self._importing())
        values = {"import_left": left, "import_seen_at": fields.Datetime.now(), "next_page": False}
        self.sync.write({"step": "verify" if left else "send", "page_count": 0, **values})

    # ---- reading back ----

    def _importing(self) -> list[Any]:
        return self.sync._people_with(result="importing")

    def send_ambiguous(self, users: list[User]) -> None:
        """Send contacts one by one who are among ``users`` but could not be linked with one.

        So it is with two contacts of one e-mail address. Sending looks for the user first, so none
        is created twice.
        """
        emails = [email for user in users if (email := normalized(user.email))]
        there = [("partner_id.email_normalized", "in", emails)]
        lines = self.env["usercom.sync.line"].search([*self._importing(), *there])
        self._sending.one_by_one(lines)

    def after_reading_back(self) -> None:
        """Read again while users may still come; then send the others one by one."""
        sync, missing = self.sync, self.env["usercom.sync.line"].search(self._importing())
        self._count_those_who_came(missing)
        if self.progress.may_bring(len(missing)):
            total, at = sync.calls_total + sync.page_count, self.progress.next_look()
            sync._advance(0, next_page=False, next_at=at, page_count=0, calls_total=total)
            return
        self._sending.one_by_one(missing)
        more = self.env["usercom.sync.line"].search_count(self._left(), limit=1)
        sync.write(
            {
                "step": "import" if more else "send",
                "next_page": False,
                "next_at": False,
                "is_import_open": False,
                "import_failed": 0,
            }
        )

    def _count_those_who_came(self, missing: Any) -> None:
        come = self.sync.import_left - len(missing)
        if come > 0:
            self.env["usercom.statistic"]._count(self.backend, "sent", come)
            now = fields.Datetime.now()
            self.sync.write({"import_left": len(missing), "import_seen_at": now})


def calls_for_files(sync: Any, count: int) -> int:
    """How many calls it takes to create ``count`` users by files, at most.

    Files, for each set of filled attributes its own, pages to read them back, and contacts that
    are sent one by one.
    """
    count -= sync.single_count
    chunks = math.ceil(count / CHUNK)
    files = sum(min(alike, chunks) for alike in (sync.csv_column_sets or {}).values())
    return (files or chunks) + math.ceil(count / PAGE_SIZE) + 2 * sync.single_count


def being_imported(backend: Any, partners: Any) -> Any:
    """Whom User.com may be about to create, of ``partners`` and those with their addresses.

    Of a sync that was stopped only for a while: nobody reads back what became of them.
    """
    syncs = backend.env["usercom.sync"].search(
        [
            ("backend_id", "=", backend.id),
            ("is_import_open", "=", True),
            "|",
            ("state", "=", "running"),
            ("write_date", ">=", fields.Datetime.now() - PATIENCE),
        ]
    )
    emails = [email for email in partners.mapped("email_normalized") if email]
    lines = backend.env["usercom.sync.line"].search(
        [
            ("sync_id", "in", syncs.ids),
            ("result", "=", "importing"),
            "|",
            ("partner_id", "in", partners.ids),
            ("partner_id.email_normalized", "in", emails),
        ]
    )
    return lines.partner_id
