"""What becomes of the files of a history: User.com imports them, and tells how far it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from odoo import fields

from odoo.addons.usercom_connector.services.database.transactions import committed
from odoo.addons.usercom_connector.usercom import Client, ImportReport, UsercomError

from .notes import HistoryNotes

AGAIN = timedelta(seconds=15)
LONGEST_IMPORT = timedelta(hours=1)  # of one file, without its end
PATIENCE = timedelta(minutes=15)  # deals may appear minutes after the end
LEAST = 50  # orders, below which files are not worth it


def smaller(size: int) -> int:
    """How many orders the files have into which one of so many is divided; 0 for none."""
    return 0 if size <= LEAST else max(size // 10, LEAST)


class HistoryImports:
    """How far they are is kept with the history, so that a restart asks on."""

    def __init__(self, history: Any) -> None:
        self.history = history
        self.env = history.env
        self._lines = self.env["usercom.order.history.line"]

    def ask(self, client: Client) -> int:
        """Ask about the first file that is not imported yet; 0 where the next run goes on."""
        if not self.history.imports:
            committed(self.env, self._go_on)
            return 1
        import_id, file = self.history.imports[0]
        # No snapshot is held while it waits for User.com.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            report = client.imports.status(import_id)
        except UsercomError as error:
            committed(self.env, self.history._give_up, error)
            return 0
        return committed(self.env, self._store, file, report)

    def _store(self, file: int, report: ImportReport | None) -> int:
        history, now = self.history, fields.Datetime.now()
        if not history._is_at_work():
            return 0
        calls = {"calls_total": history.calls_total + 1}
        is_late = now >= history.import_seen_at + LONGEST_IMPORT
        if report and not report.finished and not is_late:
            history._advance(1, next_at=now + AGAIN, settle_at=now + PATIENCE, **calls)
            return 0
        left = [each for each in history.imports or [] if each[1] != file]
        history._advance(1, imports=left or False, next_at=False, import_seen_at=now, **calls)
        self.settle(file, report if report and report.finished else None)
        return 1

    def settle(self, file: int, report: ImportReport | None) -> None:
        """Close the orders of a file, or send them anew; ``report`` is None where none is told.

        Which rows failed cannot be known for sure: a report names some of them at most, and how
        it counts them is not documented. Ever shorter files find them.
        """
        history = self.history
        lines = self._lines.search([*history._lines_with(result="importing"), ("file", "=", file)])
        history.settle_at = fields.Datetime.now() + PATIENCE
        if report and not report.failed:
            HistoryNotes(history.backend_id).confirm(lines)
            lines.result = "done"
            count = self.env["usercom.statistic"]._count
            count(history.backend_id, "event", len(lines))
        elif report:
            self.divide(lines)
        else:
            lines._send_singly()
            history._send_singly("untold")
        history.is_tried = True

    def divide(self, lines: Any) -> None:
        """Have the orders of a file go in shorter ones, or one by one."""
        size = smaller(len(lines))
        if size:
            lines._open_again()
            lines.chunk = size
            self.history.calls_total += 2 * (len(lines) / size)
        else:
            lines._send_singly()

    def end_sending(self) -> None:
        """Wait for what was sent."""
        self.history.write({"step": "verify", "next_at": False})

    def _go_on(self) -> None:
        """All files are imported: send the rest in others, or one by one.

        So are the orders of a file sent again whose worker was killed before its answer was stored.
        """
        history = self.history
        self._lines.search(history._lines_with(result="importing"))._open_again()
        is_left = self._lines.search_count(history._lines_left(), limit=1)
        history.step = "import" if is_left and history.use_csv else "send"
