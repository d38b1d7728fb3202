"""Orders as CSV files of deals. A file may be sent twice: each deal has its custom id."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from odoo import fields
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.database.transactions import committed
from odoo.addons.usercom_connector.services.failures.problem import explain
from odoo.addons.usercom_connector.usercom import (
    CredentialsError,
    ImportReport,
    RejectedError,
    ThrottledError,
    UnservedError,
    UsercomError,
    strict_json,
)
from odoo.addons.usercom_connector.usercom.csv_files import csv_files

from .candidates import Candidate, Candidates
from .imports import AGAIN, PATIENCE, HistoryImports, smaller
from .notes import HistoryNotes, row_of

PILOT = 50  # orders in the first file: nobody knows yet what User.com makes of one
CHUNK = 2000  # orders a file; how many User.com takes is not documented
READ_AT_ONCE = 500
STEP_SECONDS = 4.0  # of files in a row: as long as an edit may have to wait


@dataclass(frozen=True)
class File:
    """The lines of a history and their CSV file; ``rows``: what is noted of each order."""

    line_ids: list[int]
    content: bytes
    rows: list[dict[str, Any]]


class HistoryFiles:
    """Builds the files of a history and sends them."""

    def __init__(self, history: Any, client: Any) -> None:
        self.history = history
        self.env = history.env
        self.backend = history.backend_id
        self._lines = self.env["usercom.order.history.line"]
        self._client = client
        self._imports = HistoryImports(history)

    def send(self) -> int:
        """Send the next files; returns how many orders they had, 0 to leave it for this run."""
        files = committed(self.env, self._next_files)
        if files is None:
            return 0
        sent, until = 0, time.monotonic() + STEP_SECONDS
        for file in files:
            if sent and time.monotonic() > until or not self._send_file(file):
                break
            sent += len(file.line_ids)
        return sent or 1

    # ---- building ----

    def _next_files(self) -> list[File] | None:
        """The files of the next orders, which nobody has marked yet; [] if none is left."""
        history = self.history
        if not history._is_at_work() or self._products_wait():
            return None
        lines = self._next_lines()
        if not lines:
            self._imports.end_sending()
            return []
        rows: dict[int, dict[str, Any]] = {}
        notes: dict[int, dict[str, Any]] = {}
        for line_id, candidate in self._open(lines):
            rows[line_id] = candidate.as_row()
            notes[line_id] = {"line_id": line_id, **row_of(candidate), **_digest(candidate)}
        return [
            File(ids, content, [notes[line_id] for line_id in ids])
            for ids, content in csv_files(rows)
        ]

    def _products_wait(self) -> bool:
        """Whether a product is to be sent now, which an order may have."""
        now = fields.Datetime.now()
        waiting = [
            ("backend_id", "=", self.backend.id),
            ("kind", "=", "product"),
            ("state", "=", "pending"),
            "|",
            ("next_attempt_at", "=", False),
            ("next_attempt_at", "<=", now),
        ]
        return bool(self.env["usercom.event"].search_count(waiting, limit=1))

    def _next_lines(self) -> Any:
        """The lines of the next file: those that wait for one of the same size."""
        history, is_left = self.history, self.history._lines_left()
        if not history.use_csv:
            return self._lines
        first = self._lines.search(is_left, order="chunk, id", limit=1)
        size = first.chunk or (history.chunk_size or CHUNK if history.is_tried else PILOT)
        return self._lines.search([*is_left, ("chunk", "=", first.chunk)], order="id", limit=size)

    def _open(self, lines: Any) -> Iterator[tuple[int, Candidate]]:
        """Yield those that are still to be sent, a few read at a time; the others are closed."""
        candidates = Candidates(self.history)
        for first in range(0, len(lines), READ_AT_ONCE):
            some = lines[first : first + READ_AT_ONCE]
            found = candidates.of(some.order_id.sudo())
            yield from some._close_unsendable(found)
            self.env.invalidate_all()

    # ---- sending ----

    def _send_file(self, file: File) -> bool:
        """Send a file, noted before it leaves; returns whether the next one may follow."""
        if not committed(self.env, self._mark_sent, file):
            return False
        try:
            report = self._client.imports.deals(file.content)
        except (ThrottledError, CredentialsError) as error:
            committed(self.env, self._put_off, file, error)
            return False
        except (RejectedError, UnservedError) as error:
            committed(self.env, self._refused, file, error)
            return self.history.use_csv
        except UsercomError as error:  # it may have been taken; once more does no harm
            committed(self.env, self._lost, file, error)
            return False
        committed(self.env, self._taken, file, report)
        return self.history.step == "import"

    def _mark_sent(self, file: File) -> bool:
        """Note a file before it leaves: killed now, nobody knows how far it is."""
        history = self.history
        if not history._is_at_work():
            return False
        history.write(
            {
                "last_file": history.last_file + 1,
                "import_seen_at": fields.Datetime.now(),
                "settle_at": fields.Datetime.now() + PATIENCE,
            }
        )
        HistoryNotes(self.backend).note_leaving(file.rows)
        self._lines.flush_model()
        rows = strict_json.dumps(file.rows)
        self.env.cr.execute(SQL(MARK, rows=rows, file=history.last_file))
        self._lines.invalidate_model()
        return True

    def _taken(self, file: File, report: ImportReport) -> None:
        history = self.history
        if report.finished:
            self._imports.settle(history.last_file, report)
        else:
            history.imports = [*(history.imports or []), [report.id, history.last_file]]
        history._advance(1)
        if not history.is_tried:
            self._imports.end_sending()

    def _put_off(self, file: File, error: UsercomError) -> None:
        """Prepare to send the file again, since User.com has not taken it."""
        self._lines.browse(file.line_ids)._open_again()
        if isinstance(error, ThrottledError):
            self.history.next_at = fields.Datetime.now() + timedelta(seconds=error.retry_after)
        else:
            self.history._give_up(error)

    def _refused(self, file: File, error: UsercomError) -> None:
        """Send shorter files, or none, since User.com has refused this one."""
        history = self.history
        self._imports.divide(self._lines.browse(file.line_ids))
        if history.is_tried:
            history.chunk_size = smaller(len(file.line_ids)) or history.chunk_size
        else:
            history._send_singly("refused")
        history.error = explain(self.env, error)

    def _lost(self, file: File, error: UsercomError) -> None:
        """Send shorter files: this one may have been too long to be answered in time."""
        lines = self._lines.browse(file.line_ids)
        lines._open_again()
        lines.chunk = smaller(len(lines)) or len(lines)
        error_text, later = explain(self.env, error), fields.Datetime.now() + AGAIN
        self.history.write({"error": error_text, "next_at": later})


def _digest(candidate: Candidate) -> dict[str, Any]:
    return {"digest": candidate.report.values["digest"] if candidate.report else None}


MARK = """
    UPDATE usercom_order_history_line l
       SET result = 'importing', file = %(file)s, digest = r.digest, order_state = r.order_state
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (line_id int, digest text, order_state text)
     WHERE l.id = r.line_id"""
