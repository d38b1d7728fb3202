from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...services.initial_sync.report import SyncReport
from ...services.mapping.paths import BAD_DOMAIN
from ...services.queue.cron_trigger import request_drain
from ..common.stepwise import ACTIVE

EARLY = ("draft",)
BEFORE_IT_RUNS = ("draft", "ready")


class UsercomSync(models.Model):
    """The first bringing together of all contacts and all users: previewed, then run.

    `services/initial_sync/` does the work; here is what was chosen and where it stands.
    """

    _name = "usercom.sync"
    _inherit = [
        "usercom.guarded",
        "usercom.stepwise",
        "usercom.page.guard",
        "usercom.sync.opening",
        "usercom.sync.report",
    ]
    _description = "User.com Initial Sync"
    _order = "id desc"
    _is_made_by_people = True

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
        help="Which of the synced contacts; all of them by default.",
    )
    use_csv = fields.Boolean(
        "Create Users by CSV Import",
        default=True,
        help="Thousands of new users in one call. Whoever is not in it is created one by one, "
        "which starts User.com's automations.",
    )
    trigger_automations = fields.Boolean(
        "Start User.com's Automations for Imported Users",
        help="Leave this off unless every imported user should now get, for instance, your welcome "
        "e-mail.",
    )
    field_ids = fields.One2many("usercom.sync.field", "sync_id", "Different Values")
    line_ids = fields.One2many("usercom.sync.line", "sync_id", "People")

    # ---- where it stands ----
    step = fields.Selection(
        [
            ("pages", "Reading the users of User.com"),
            ("companies", "Reading the companies of User.com"),
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
    chunk_size = fields.Integer(readonly=True, copy=False, help="Users in the next CSV file.")
    import_began_at = fields.Datetime(readonly=True, copy=False)
    import_left = fields.Integer(readonly=True, copy=False, help="Imported, not yet read back.")
    import_seen_at = fields.Datetime(readonly=True, copy=False)
    is_import_open = fields.Boolean(
        readonly=True, copy=False, help="User.com may still be importing."
    )
    import_ids = fields.Json("Imports Under Way", readonly=True, copy=False)
    import_failed = fields.Integer(readonly=True, copy=False, help="Users that User.com refused.")

    # {names of the filled attributes: how many new users have just these}
    csv_column_sets = fields.Json("Sets of Filled Attributes", readonly=True, copy=False)

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

    def write(self, vals):
        """Refuse to change what was chosen while it is carried out, for RPC as for the form.

        Our own code, which runs as superuser, is not asked.
        """
        if not self.env.su:
            self._refuse_late(self, vals, ("direction", "domain"), EARLY)
            self._refuse_late(self, vals, ("use_csv", "trigger_automations"), BEFORE_IT_RUNS)
        return super().write(vals)

    def _refuse_late(self, records, vals, names, states):
        """Raise where ``vals`` change one of ``names`` and the record's sync is in no such state.

        ``records`` are syncs, or their choices in the same order.
        """
        for record in records:
            sync = record if record._name == self._name else record.sync_id
            changed = [name for name in names if name in vals and record[name] != vals[name]]
            if changed and sync.state not in states:
                label = record._fields[changed[0]]._description_string(self.env)
                raise UserError(sync._too_late(label))

    def _too_late(self, label):
        if self.state in ("previewing", "ready"):
            return self.env._("“%s” cannot be changed now. Press Change the Choices first.", label)
        return self.env._(
            "“%s” cannot be changed any more. Begin a new initial sync for that; one that is under "
            "way has to be cancelled first.",
            label,
        )

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
        calls = SyncReport(sync).expected_calls(sync.use_csv)
        sync._begin("running", calls_total=calls)

    def action_change(self):
        """Back to the choices; the preview is thrown away."""
        sync = self._check_state("previewing", "ready")
        sync._forget_lines()
        sync.state = "draft"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        """Refuse while a sync is under way: its lines say whom User.com may be importing."""
        if self.filtered(lambda sync: sync.state in (*ACTIVE, "paused")):
            raise UserError(self.env._("Cancel the initial sync before you delete it."))

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
        return [
            ("sync_id", "in", self.ids),
            *((name, "=", value) for name, value in values.items()),
        ]

    def _forget_lines(self):
        """Delete the preview, past the ORM: nothing hangs on its rows."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM usercom_sync_line WHERE sync_id = ANY(%s)", [self.ids])
        self.invalidate_recordset()
        self.env["usercom.sync.line"].invalidate_model()
