import math
from datetime import timedelta

from odoo import fields, models

from ..usercom import CredentialsError, RejectedError, UsercomError
from ..usercom.jobs import Push
from ..usercom.user_file import user_files
from .usercom_errors import explain
from .usercom_sync import PAGE_SIZE

CHUNK = 5000  # rows a file; how many User.com takes is not documented
LEAST = 100  # rows, below which files are not worth it
CLOCKS = timedelta(minutes=10)  # by which two clocks may differ
AGAIN = timedelta(seconds=15)
PATIENCE = timedelta(minutes=5)  # with an import in the background that shows nothing new
HOLD_SECONDS = 15


class UsercomSync(models.Model):
    """New users as CSV files, read back by pages; who is not found then goes one by one.

    A file is never sent twice: where nobody knows what became of it, reading back tells.
    """

    _inherit = "usercom.sync"

    def _csv_calls(self, count):
        return math.ceil(count / CHUNK) + math.ceil(count / PAGE_SIZE)

    # ---- sending ----

    def _run_import(self, client, _pages):
        committed = self.backend_id._committed
        files = committed(self._next_files)
        if files is None:
            return 0
        for ids, content in files:
            was_open = self.is_import_open
            if not committed(self._mark_sent, ids):
                break
            try:
                report = client.import_users(content, trigger_automations=self.trigger_automations)
            except RejectedError as error:
                committed(self._take_back, ids, error, was_open)
            except UsercomError as error:  # it may have been taken: reading back tells
                committed(self._doubt, error)
                break
            else:
                committed(self._note_report, report, was_open)
        return sum(len(ids) for ids, _content in files) or 1

    def _next_files(self):
        """``[(line ids, file)]`` of the next contacts, not marked yet; [] if none is left."""
        if not self._is_at_work():
            return None
        self.chunk_size = self.chunk_size or CHUNK
        left = [("sync_id", "=", self.id), ("kind", "=", "new_there"), ("result", "=", False)]
        lines = self.env["usercom.sync.line"].search(
            [*left, ("singly", "=", False)], limit=self.chunk_size
        )
        if not lines:
            self._end_import()
            return []
        if not self.import_began_at:
            self.import_began_at = fields.Datetime.now() - CLOCKS
        return user_files(self._rows(self._open_lines(lines)))

    def _mark_sent(self, ids):
        """Note a file before it leaves: killed now, nobody knows whether it has, or how far it is.

        Returns whether it may leave.
        """
        if not self._is_at_work():
            return False
        self.env["usercom.sync.line"].browse(ids).result = "importing"
        self.is_import_open = True
        return True

    def _end_import(self):
        importing = [("sync_id", "=", self.id), ("result", "=", "importing")]
        left = self.env["usercom.sync.line"].search_count(importing)
        values = {"import_left": left, "import_seen_at": fields.Datetime.now(), "next_page": False}
        self.write({"step": "verify" if left else "send", **values})

    def _rows(self, lines):
        """``{line id: JSON values}`` of new users; who has no key to be found by goes singly."""
        backend = self.backend_id
        mappings = backend._active_mappings()
        rules, attributes = mappings._rules(), mappings._attributes()
        rows = {}
        for line, partner in zip(lines, backend._seen(lines.partner_id), strict=True):
            identity = backend._identity(partner, None)
            if identity.user_id or not (identity.email or identity.custom_id):
                line.singly = True
                continue
            values, _problems = mappings._export_values(partner)
            custom_id = backend._new_custom_id(partner, None)
            push = Push(identity, rules, attributes, {}, values, custom_id)
            rows[line.id] = push.new_user()
        return rows

    def _note_report(self, report, was_open):
        self._advance(1, is_import_open=was_open or not report.finished)

    def _take_back(self, ids, error, was_open):
        """User.com refuses the file: it is too long, or no file will do."""
        self.is_import_open = was_open
        lines = self.env["usercom.sync.line"].browse(ids)
        lines.result = False
        if self.chunk_size // 2 < LEAST:
            lines.singly = True
        self.chunk_size = max(self.chunk_size // 2, LEAST)
        self.error = explain(self.env, error)

    def _doubt(self, error):
        self.error = explain(self.env, error)
        self._end_import()
        if isinstance(error, CredentialsError):
            self.backend_id._pause(self.error)

    # ---- reading back ----

    def _run_verify(self, _client, pages):
        return self._take_page(pages, self._run_users)

    def _after_verify_pages(self):
        """Read again while an import goes on; then send singly who has not come."""
        self._follow_queued()
        importing = [("sync_id", "=", self.id), ("result", "=", "importing")]
        missing = self.env["usercom.sync.line"].search(importing)
        now = fields.Datetime.now()
        if len(missing) < self.import_left:
            come = self.import_left - len(missing)
            self.env["usercom.statistic"]._count(self.backend_id, "sent", come)
            self.write({"import_left": len(missing), "import_seen_at": now})
        if missing and self.is_import_open and now < self.import_seen_at + PATIENCE:
            self.write({"next_page": False, "next_at": now + AGAIN})
            return
        missing.write({"result": False, "singly": True})
        open_lines = [("sync_id", "=", self.id), ("kind", "=", "new_there"), ("result", "=", False)]
        more = self.env["usercom.sync.line"].search_count(
            [*open_lines, ("singly", "=", False)], limit=1
        )
        self.calls_total += 2 * len(missing)
        self.write(
            {
                "step": "import" if more else "send",
                "next_page": False,
                "next_at": False,
                "is_import_open": False,
            }
        )


class UsercomOutbox(models.Model):
    _inherit = "usercom.outbox"

    def _without_rivals(self, backend, bindings):
        """But for contacts that an import may be about to create: they wait for its end."""
        lines = self.env["usercom.sync.line"].search(
            [
                ("sync_id.backend_id", "=", backend.id),
                ("partner_id", "in", self.partner_id.ids),
                ("result", "=", "importing"),
            ]
        )
        held = self.filtered(lambda row: row.partner_id in lines.partner_id)
        held._postpone(HOLD_SECONDS) if held else None
        return super(UsercomOutbox, self - held)._without_rivals(backend, bindings)
