import logging
import time

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..services.cron_trigger import request_drain
from ..services.database_errors import is_transient
from ..services.module_operation import ModuleOperation
from ..services.page_guard import PageGuard
from ..services.quiet_sql import described
from ..services.transactions import RIVALS, committed, unless_locked
from ..usercom.prefetch import PagePrefetcher
from .usercom_backend import BAD_DOMAIN

_logger = logging.getLogger(__name__)

ACTIVE = ("previewing", "running")
PAGE_SIZE = 100


class UsercomSync(models.Model):
    """The first bringing together of all contacts and all users: previewed, then run.

    Where it stands is stored with each page or chunk, so whatever ends a drain, the next goes on.
    """

    _name = "usercom.sync"
    _inherit = ["usercom.guarded", "usercom.page.guard"]
    _description = "User.com Initial Sync"
    _order = "id desc"

    backend_id = fields.Many2one(
        "usercom.backend",
        "Account",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["usercom.backend"]._of_company(),
    )
    company_id = fields.Many2one(related="backend_id.company_id")
    state = fields.Selection(
        [
            ("draft", "Choose"),
            ("previewing", "Preview Under Way"),
            ("ready", "Preview"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    direction = fields.Selection(
        [
            ("export", "Odoo → User.com"),
            ("import", "User.com → Odoo"),
            ("both", "Both ways"),
        ],
        required=True,
        default="both",
        help="Which way values and new people go this first time. Withdrawn consents always go "
        "both ways. Afterwards each edit goes as its field mapping says.",
    )
    domain = fields.Char(
        "Contacts",
        required=True,
        default="[]",
        help="Which of the contacts that take part; all of them by default.",
    )
    use_csv = fields.Boolean(
        "Create Users by CSV Import",
        default=True,
        help="Thousands of new users in one call. Whom it does not bring is created one by one, "
        "which starts User.com's automations.",
    )
    trigger_automations = fields.Boolean(
        "Start User.com's Automations for Imported Users",
        help="Leave this off unless every imported user should now get, for instance, your welcome "
        "e-mail.",
    )
    field_ids = fields.One2many("usercom.sync.field", "sync_id", "Different Values")
    line_ids = fields.One2many("usercom.sync.line", "sync_id", "People")
    error = fields.Text("Last Error", readonly=True, copy=False)

    # ---- where it stands ----
    step = fields.Selection(
        [
            ("pages", "Reading the users of User.com"),
            ("contacts", "Looking through the contacts of Odoo"),
            ("import", "Sending new users as CSV files"),
            ("verify", "Reading back what was imported"),
            ("send", "Sending contacts one by one"),
        ],
        readonly=True,
        copy=False,
    )
    next_page = fields.Char(readonly=True, copy=False)
    page_count = fields.Integer("Pages Read", readonly=True, copy=False)
    last_line_id = fields.Integer(readonly=True, copy=False)
    chunk_size = fields.Integer(readonly=True, copy=False, help="Rows of the next CSV file.")
    import_began_at = fields.Datetime(readonly=True, copy=False)
    import_left = fields.Integer(readonly=True, copy=False, help="Imported, not yet read back.")
    import_seen_at = fields.Datetime(readonly=True, copy=False)
    is_import_open = fields.Boolean(
        readonly=True, copy=False, help="User.com may still be importing."
    )
    import_ids = fields.Json("Imports Under Way", readonly=True, copy=False)
    import_failed = fields.Integer(readonly=True, copy=False, help="Rows that User.com refused.")
    next_at = fields.Datetime(readonly=True, copy=False, help="When to go on.")
    calls_total = fields.Float("Calls Expected", readonly=True, copy=False)
    calls_done = fields.Float("Calls Made", readonly=True, copy=False)
    worked_seconds = fields.Float(readonly=True, copy=False)
    started_at = fields.Datetime("Started", readonly=True, copy=False)
    ended_at = fields.Datetime("Ended", readonly=True, copy=False)

    progress = fields.Float(compute="_compute_progress")
    time_left = fields.Char(compute="_compute_progress")

    _active_uniq = models.UniqueIndex(
        "(backend_id) WHERE state NOT IN ('done', 'cancelled')",
        "This account has an initial sync already. Finish or cancel that one first.",
    )

    @api.depends("backend_id", "create_date")
    def _compute_display_name(self):
        for sync in self:
            sync.display_name = self.env._("Initial sync of %s", sync.backend_id.display_name or "")

    @api.constrains("domain")
    def _check_domain(self):
        # As who chose it: the preview runs as root, and would tell of fields kept from them.
        contacts = self.env["res.partner"].sudo(False)
        for sync in self:
            try:
                contacts.search_count(sync._domain(), limit=1)
            except BAD_DOMAIN as error:
                raise ValidationError(
                    self.env._("The filter of contacts cannot be used: %s", error)
                ) from error

    def _domain(self):
        """The contacts that were chosen, of those that take part."""
        return self.backend_id._bound(self.domain)

    # ---- progress ----

    @api.depends("state", "calls_total", "calls_done", "worked_seconds")
    def _compute_progress(self):
        for sync in self:
            share = sync.calls_done / sync.calls_total if sync.calls_total else 0
            sync.progress = 100 if sync.state == "done" else min(100 * share, 99)
            seconds = sync._seconds_left() if sync.state in (*ACTIVE, "paused") else 0
            sync.time_left = self._duration(seconds) if seconds else False

    def _seconds_left(self):
        """By the account's limit, or by the pace so far where that is slower."""
        pace = self.worked_seconds / self.calls_done if self.calls_done else 0
        left = max(self.calls_total - self.calls_done, 0)
        return left * max(pace, 1 / (self.backend_id.rate_limit or 1))

    @api.model
    def _duration(self, seconds):
        """In words, as exact as anybody wants to know."""
        if seconds < 90:
            return self.env._("about a minute")
        if seconds < 5400:
            return self.env._("%s minutes", round(seconds / 60))
        return self.env._("%s hours", formatLang(self.env, seconds / 3600, digits=1))

    def _advance(self, calls, **values):
        """Store how far it has come."""
        self.write({"calls_done": self.calls_done + calls, "error": False, **values})

    # ---- buttons ----

    def action_preview(self):
        """Compare all users with all contacts, in the background; writes to neither."""
        sync = self._check_state("draft")
        sync._check_account("previewing")
        sync.env["usercom.sync.field"]._offer(sync)
        sync._begin("previewing")

    def action_run(self):
        """Bring both sides together, in the background."""
        sync = self._check_state("ready")
        sync._check_account("running")
        sync._begin("running", calls_total=sync._expected_calls(sync.use_csv))

    def action_pause(self):
        self._check_state("running", "paused").state = "paused"

    def action_resume(self):
        self._check_state("paused", "running").write({"state": "running", "error": False})
        request_drain(self.backend_id)

    def action_cancel(self):
        """Stop for good. What has been brought together stays so."""
        sync = self._check_state("previewing", "ready", "running", "paused", "draft")
        sync.write({"state": "cancelled", "ended_at": fields.Datetime.now()})

    def action_change(self):
        """Back to the choices; the preview is thrown away."""
        sync = self._check_state("previewing", "ready")
        sync._forget_lines()
        sync.state = "draft"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        """Whom User.com may be importing is known by the lines."""
        if self.filtered(lambda sync: sync.state in (*ACTIVE, "paused")):
            raise UserError(self.env._("Cancel the initial sync before you delete it."))

    def _check_state(self, *allowed):
        """The sync, for a button that may be pressed now by this person to change its state."""
        self.check_access("write")
        self.ensure_one()
        if self.state not in allowed:
            raise UserError(self.env._("This cannot be done now. State: %s.", self._state_label()))
        return self.sudo()

    def _check_account(self, state):
        if refusal := self._refusal(state):
            raise UserError(refusal)

    def _refusal(self, state):
        """Why the account lets no sync be in this ``state``, None if it does."""
        account = self.backend_id.state
        if account == "running" or (account, state) == ("authenticated", "previewing"):
            return None
        if account == "draft":
            return self.env._("Connect the account first: Settings → User.com.")
        return self.env._("The account is not running. Press Save and Run in Settings → User.com.")

    def _state_label(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _begin(self, state, calls_total=0):
        if state == "previewing":
            self._forget_lines()
        self.write(
            {
                "state": state,
                "step": "pages",
                "next_page": False,
                "page_count": 0,
                "last_line_id": 0,
                "chunk_size": 0,
                "csv_column_sets": False,
                "is_import_open": False,
                "import_began_at": False,
                "import_ids": False,
                "import_failed": 0,
                "next_at": False,
                "error": False,
                "calls_total": calls_total,
                "calls_done": 0,
                "worked_seconds": 0,
                "started_at": fields.Datetime.now(),
                "ended_at": False,
            }
        )
        request_drain(self.backend_id)

    def _people_with(self, **values):
        """The domain of the lines of this sync that have these values."""
        return [("sync_id", "=", self.id), *((name, "=", value) for name, value in values.items())]

    def _forget_lines(self):
        """Delete the preview, past the ORM: nothing hangs on its rows."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM usercom_sync_line WHERE sync_id = ANY(%s)", [self.ids])
        self.invalidate_recordset()
        self.env["usercom.sync.line"].invalidate_model()

    @api.model
    def action_open(self):
        """The current company's initial sync, a new one if there is none under way."""
        return self._open(self.env["usercom.backend"]._of_company())

    @api.model
    def _open(self, backend):
        self.check_access("read")
        sync = self.search(
            [("backend_id", "=", backend.id), ("state", "not in", ("done", "cancelled"))], limit=1
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Initial Sync"),
            "res_model": self._name,
            "res_id": sync.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {"default_backend_id": backend.id},
        }

    # ---- in the drain ----

    @api.model
    def _under_way(self, backend):
        """The sync of the account that has to be gone on with, if any."""
        return self.search([("backend_id", "=", backend.id), ("state", "in", ACTIVE)], limit=1)

    @api.model
    def _standing_still(self, backend):
        """The sync of the account that waits for somebody, or is in trouble, if any."""
        trouble = Domain("state", "in", ACTIVE) & Domain("error", "!=", False)
        mine = Domain("backend_id", "=", backend.id)
        return self.search(mine & (Domain("state", "=", "paused") | trouble), limit=1)

    @api.model
    def _go_on(self, backend, client, deadline, work_off_queues):
        """Take step after step until ``deadline`` (monotonic); between them the queues go first:
        ``work_off_queues()`` returns how many rows it has settled.

        Returns how many people were dealt with.
        """
        self._count_stopped(backend)
        sync, count = self._under_way(backend), 0
        if not sync:
            return 0
        with PagePrefetcher(client) as pages:
            while sync._may_go_on(deadline):
                started = time.monotonic()
                done = sync._take_step(client, pages)
                if settled := work_off_queues():
                    pages.forget()  # it may undo what has just been sent
                count += done + settled
                unless_locked(self.env, sync._count_work, time.monotonic() - started)
                self.env["ir.cron"]._commit_progress(done)  # Odoo puts off jobs that show none
                if not done:
                    break
        return count

    @api.model
    def _count_stopped(self, backend):
        """Take over what the outbox has made of whom it had when somebody stopped a sync."""
        waiting = Domain("line_ids", "any", [("result", "=", "queued")])
        stopped = Domain("state", "in", ("paused", "cancelled"))
        for sync in self.search(waiting & stopped & Domain("backend_id", "=", backend.id)):
            unless_locked(self.env, sync._count_sent)

    @api.model
    def _next_due(self, backend):
        """When the account's cron has to come back for its sync; None if it has not to.

        After an error the next regular run will do; what is being sent, the outbox keeps time for.
        """
        sync = self._under_way(backend)
        if sync.error or sync.step in (False, "send") or not sync._may_be_gone_on_with():
            return None
        return max(sync.next_at or fields.Datetime.now(), fields.Datetime.now())

    def _may_be_gone_on_with(self):
        return self.state in ACTIVE and not self._refusal(self.state)

    def _may_go_on(self, deadline):
        self.env.invalidate_all()
        if not self.exists() or time.monotonic() >= deadline:
            return False
        if ModuleOperation(self.env).is_announced():
            return False
        is_time = not self.next_at or self.next_at <= fields.Datetime.now()
        return is_time and self._may_be_gone_on_with()

    def _count_work(self, seconds):
        self.worked_seconds += seconds
        self._count_sent()

    def _take_step(self, client, pages):
        """Do the next piece; returns how many people that was, 0 to leave it for this run."""
        take = getattr(self, f"_{'preview' if self.state == 'previewing' else 'run'}_{self.step}")
        try:
            return take(client, pages)
        except RIVALS:  # the next run takes it
            return 0
        except Exception as error:  # of what other apps have a hand in
            if is_transient(error):
                raise
            self.env.cr.rollback()
            _logger.error("user.com initial sync failed: %s", described(error))
            committed(self.env, self._stop, self.env._("Unexpected error: %s", error))
            return 0

    def _stop(self, message):
        """Tell what is in the way; a run waits for somebody to resume it."""
        if self._is_at_work():
            PageGuard(self).end()
            self.error = message
            self.state = "paused" if self.state == "running" else self.state

    def _finish(self, state):
        self.write(
            {
                "state": state,
                "step": False,
                "next_page": False,
                "error": False,
                "calls_done": self.calls_total,
                "ended_at": fields.Datetime.now(),
            }
        )
