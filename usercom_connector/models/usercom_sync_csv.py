import math
import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models

from ..services.comparison import Comparison
from ..services.contact_names import by_id
from ..services.email_addresses import normalized
from ..services.error_texts import explain
from ..services.identity import ContactIdentity
from ..services.import_progress import PATIENCE, ImportProgress
from ..services.linking import Linking
from ..services.savepoints import attempted
from ..services.transactions import committed
from ..usercom import CredentialsError, RejectedError, ThrottledError, UsercomError
from ..usercom.jobs import Push
from ..usercom.user_file import user_files
from .usercom_sync import PAGE_SIZE

CHUNK = 5000  # rows a file; how many User.com takes is not documented
STEP_SECONDS = 4.0  # of files in a row: as long as an edit may have to wait
LEAST = 100  # rows, below which files are not worth it
CLOCKS = timedelta(minutes=10)  # by which two clocks may differ


class UsercomSync(models.Model):
    """New users as CSV files, read back by pages; who is not found then goes one by one.

    A file is never sent twice: where nobody knows what became of it, reading back tells.
    """

    _inherit = "usercom.sync"

    # {names of the filled attributes: how many new users have just these}
    csv_column_sets = fields.Json("Sets of Filled Attributes", readonly=True, copy=False)

    def _csv_calls(self, count):
        """Files, for each filling its own, pages to read them back, and who goes singly."""
        count -= self.single_count
        chunks = math.ceil(count / CHUNK)
        files = sum(min(alike, chunks) for alike in (self.csv_column_sets or {}).values())
        return (files or chunks) + math.ceil(count / PAGE_SIZE) + 2 * self.single_count

    # ---- sending ----

    def _run_import(self, client, _pages):
        files = committed(self.env, self._next_files)
        if files is None:
            return 0
        sent, until = 0, time.monotonic() + STEP_SECONDS
        for ids, content in files:
            if sent and time.monotonic() > until or not self._send_file(client, ids, content):
                break
            sent += len(ids)
        return sent or 1

    def _next_files(self):
        """``[(line ids, file)]`` of the next contacts, not marked yet; [] if none is left."""
        if not self._is_at_work():
            return None
        self.chunk_size = self.chunk_size or CHUNK
        left = self._people_with(kind="new_there", result=False, force_single=False)
        lines = self.env["usercom.sync.line"].search(left, limit=self.chunk_size)
        if not lines:
            self._end_import()
            return []
        if not self.import_began_at:
            self.import_began_at = fields.Datetime.now() - CLOCKS
        attributes = self.backend_id._active_mappings()._attributes()
        return user_files(self._rows(self._open_lines(lines)), attributes)

    def _send_file(self, client, ids, content):
        """Send a file, noted before it leaves; returns whether the next one may follow."""
        commit, was_open = partial(committed, self.env), self.is_import_open
        if not commit(self._mark_sent, ids):
            return False
        try:
            report = client.import_users(content, trigger_automations=self.trigger_automations)
        except (ThrottledError, CredentialsError) as error:
            commit(self._put_off, ids, error, was_open)
            return False
        except RejectedError as error:
            commit(self._take_back, ids, error, was_open)
        except UsercomError as error:  # it may have been taken: reading back tells
            commit(self._doubt, error)
            return False
        else:
            commit(self._note_report, report)
        return True

    def _mark_sent(self, ids):
        """Note a file before it leaves: killed now, nobody knows whether it has, or how far it is.

        Returns whether it may leave: not if what it says of somebody has been edited since.
        """
        if not self._is_at_work():
            return False
        lines = self.env["usercom.sync.line"].browse(ids)
        if self.env["usercom.outbox"]._waiting_contacts(self.backend_id, lines.partner_id):
            return False
        lines.result = "importing"
        self.is_import_open = True
        return True

    def _end_import(self):
        importing = self._people_with(result="importing")
        left = self.env["usercom.sync.line"].search_count(importing)
        values = {"import_left": left, "import_seen_at": fields.Datetime.now(), "next_page": False}
        self.write({"step": "verify" if left else "send", "page_count": 0, **values})

    def _rows(self, lines):
        """``{line id: JSON values}`` of new users.

        Who has no key to be found by, or the e-mail address of another, goes singly.
        """
        rivals, rows = self._rivals(lines), {}
        for line, row, _problems in self._new_users(lines):
            if row and line not in rivals:
                rows[line.id] = row
        self._force_single(lines.filtered(lambda line: line.id not in rows))
        return rows

    def _new_users(self, lines):
        """``[(line, JSON values, problems)]``; None for values where no file will do: nothing to
        find the user by, or one that exists is named already, or another app is in the way.
        """
        found, error = attempted(self.env, self._read_new_users, lines)
        if error is None:
            return found
        if len(lines) == 1:
            return [(lines, None, [f"{by_id(lines.partner_id)}: {error}"])]
        return [user for line in lines for user in self._new_users(line)]

    def _read_new_users(self, lines):
        users, backend = [], self.backend_id
        identities = ContactIdentity(backend)
        terms = Comparison(backend._active_mappings(), lines.partner_id)
        for line, partner in zip(lines, backend._seen(lines.partner_id), strict=True):
            values, problems = terms.export(partner)
            identity = identities.of(partner, None)
            custom_id = identities.new_custom_id(partner, None)
            push = Push(identity, terms.rules, terms.attributes, {}, values, custom_id)
            can_be_imported = not identity.user_id and (identity.email or identity.custom_id)
            users.append((line, push.new_user() if can_be_imported else None, problems))
        return users

    def _rivals(self, lines):
        """Those ``lines`` whose e-mail address another contact has brought to User.com."""
        emails = lines.partner_id.mapped("email_normalized")
        linked, looked_for = Linking(self.backend_id).holders(emails)
        taken = linked.keys() | looked_for.keys()
        return lines.filtered(lambda line: line.partner_id.email_normalized in taken)

    def _force_single(self, lines):
        lines.write({"result": False, "force_single": True})
        self.calls_total += 2 * len(lines)

    def _note_report(self, report):
        self._advance(1, **ImportProgress(self).note(report))

    def _put_off(self, ids, error, was_open):
        """User.com has not taken the file: it goes again, as if it had never left."""
        self.env["usercom.sync.line"].browse(ids).result = False
        self.is_import_open = was_open
        if isinstance(error, ThrottledError):
            self.next_at = fields.Datetime.now() + timedelta(seconds=error.retry_after)
        else:
            self._give_up(error)

    def _take_back(self, ids, error, was_open):
        """User.com refuses the file: it is too long, or no file will do."""
        self.is_import_open = was_open
        lines = self.env["usercom.sync.line"].browse(ids)
        lines.result = False
        if self.chunk_size // 2 < LEAST:
            self._force_single(lines)
        self.chunk_size = max(self.chunk_size // 2, LEAST)
        self.error = explain(self.env, error)

    def _doubt(self, error):
        self.error = explain(self.env, error)
        self._end_import()

    @api.model
    def _importing(self, backend, partners):
        """Whom User.com may be about to create, of ``partners`` and those with their addresses.

        Of a sync that was stopped only for a while: nobody reads back what became of them.
        """
        syncs = self.search(
            [
                ("backend_id", "=", backend.id),
                ("is_import_open", "=", True),
                "|",
                ("state", "=", "running"),
                ("write_date", ">=", fields.Datetime.now() - PATIENCE),
            ]
        )
        emails = [email for email in partners.mapped("email_normalized") if email]
        lines = self.env["usercom.sync.line"].search(
            [
                ("sync_id", "in", syncs.ids),
                ("result", "=", "importing"),
                "|",
                ("partner_id", "in", partners.ids),
                ("partner_id.email_normalized", "in", emails),
            ]
        )
        return lines.partner_id

    # ---- reading back ----

    def _run_verify(self, client, pages):
        if self.import_ids:
            return ImportProgress(self).ask(client)
        return self._take_page(pages, self._run_imported)

    def _run_imported(self, users):
        """Who is there but cannot be linked so, as one of two contacts of an address, goes singly:
        there he is looked for, and so created by nobody once more.
        """
        self._run_users(users)
        emails = [email for user in users if (email := normalized(user.email))]
        there = [("partner_id.email_normalized", "in", emails)]
        importing = self._people_with(result="importing")
        self._force_single(self.env["usercom.sync.line"].search([*importing, *there]))

    def _after_verify_pages(self):
        """Read again while users may still come; then send singly who has not come."""
        missing = self.env["usercom.sync.line"].search(self._people_with(result="importing"))
        now = fields.Datetime.now()
        if len(missing) < self.import_left:
            come = self.import_left - len(missing)
            self.env["usercom.statistic"]._count(self.backend_id, "sent", come)
            self.write({"import_left": len(missing), "import_seen_at": now})
        progress = ImportProgress(self)
        if progress.may_bring(len(missing)):
            total, at = self.calls_total + self.page_count, progress.next_look()
            self._advance(0, next_page=False, next_at=at, page_count=0, calls_total=total)
            return
        self._force_single(missing)
        left = self._people_with(kind="new_there", result=False, force_single=False)
        more = self.env["usercom.sync.line"].search_count(left, limit=1)
        self.write(
            {
                "step": "import" if more else "send",
                "next_page": False,
                "next_at": False,
                "is_import_open": False,
                "import_failed": 0,
            }
        )
