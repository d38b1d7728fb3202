from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.usercom_connector.models.common.stepwise import ENDED
from odoo.addons.usercom_connector.services.queue.cron_trigger import request_drain

from ..services.history.preview import HistoryPreview
from ..services.history.report import HistoryReport
from .usercom_order_history_line import OPEN

EARLY = ("draft",)
UNTIL_IT_ENDS = ("draft", "ready", "paused")


class UsercomOrderHistory(models.Model):
    """The orders of the last months as deals: previewed, then sent.

    `services/history/` does the work; here is what was chosen and where it stands.
    """

    _name = "usercom.order.history"
    _inherit = [
        "usercom.guarded",
        "usercom.stepwise",
        "usercom.stepwise.opening",
        "usercom.order.history.report",
    ]
    _description = "User.com Order History"
    _order = "id desc"
    _is_made_by_people = True
    _path = "usercom-order-histories"
    _list_action = "usercom_connector_sale.usercom_order_history_action"

    months = fields.Integer(
        required=True,
        default=12,
        aggregator=False,
        help="How far back the orders go that are sent.",
    )
    since = fields.Datetime("Orders Since", readonly=True, copy=False)
    sends_known = fields.Boolean(
        "Also Those in User.com Already",
        help="Send them once more, for instance where their deals were deleted in User.com.",
    )
    use_csv = fields.Boolean(
        "Send by CSV Import",
        default=True,
        help="Thousands of orders in one call, and no automation starts. What User.com refuses in "
        "a file is sent one by one.",
    )
    line_ids = fields.One2many(
        "usercom.order.history.line", "history_id", "Orders Looked At", readonly=True
    )
    product_ids = fields.Many2many(
        "product.product",
        "usercom_order_history_product_rel",
        "history_id",
        "product_id",
        "Products of the Orders",
        readonly=True,
        copy=False,
    )

    # ---- where it stands ----
    state = fields.Selection(  # as inherited: labels are translated in the module that has them
        selection_add=[
            ("draft", "Choose"),
            ("previewing", "Preview Under Way"),
            ("ready", "Preview"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ]
    )
    step = fields.Selection(
        [
            ("orders", "Looking through the orders"),
            ("products", "Sending the products"),
            ("import", "Sending orders as CSV files"),
            ("verify", "Waiting until User.com has imported them"),
            ("send", "Sending orders one by one"),
        ],
        readonly=True,
        copy=False,
    )
    last_id = fields.Integer(readonly=True, copy=False)
    last_file = fields.Integer(readonly=True, copy=False)
    chunk_size = fields.Integer(readonly=True, copy=False, help="Orders in the next CSV file.")
    is_tried = fields.Boolean(readonly=True, copy=False, help="What becomes of a file is known.")
    imports = fields.Json(readonly=True, copy=False, help="[[import, file]] that are under way.")
    import_seen_at = fields.Datetime(readonly=True, copy=False)
    is_settled = fields.Boolean(readonly=True, copy=False)
    settle_at = fields.Datetime(
        readonly=True, copy=False, help="When no file can undo what has changed since."
    )
    single_reason = fields.Selection(
        [
            ("refused", "User.com does not take orders as CSV files, so they are sent one by one."),
            (
                "untold",
                "User.com does not say what became of a CSV file, so the orders are sent one by "
                "one.",
            ),
        ],
        readonly=True,
        copy=False,
    )

    _months_check = models.Constraint(
        "check (months BETWEEN 1 AND 240)", "The number of months is between 1 and 240."
    )
    _active_uniq = models.UniqueIndex(
        "(backend_id) WHERE state NOT IN ('done', 'cancelled')",
        "This account has an order history already. Finish or cancel that one first.",
    )
    _settle_idx = models.Index("(backend_id) WHERE settle_at IS NOT NULL")

    @api.depends("backend_id", "create_date")
    def _compute_display_name(self):
        for history in self:
            name = history.backend_id.display_name or ""
            history.display_name = self.env._("Order history of %s", name)

    def write(self, vals):
        """Refuse to change what was chosen while it is carried out, for RPC as for the form."""
        if not self.env.su:
            self._refuse_late(vals, "months", EARLY)
            self._refuse_late(vals, "sends_known", EARLY)
            self._refuse_late(vals, "use_csv", UNTIL_IT_ENDS)
        return super().write(vals)

    def _refuse_late(self, vals, name, states):
        for history in self:
            if name in vals and history[name] != vals[name] and history.state not in states:
                label = history._fields[name]._description_string(self.env)
                raise UserError(self.env._("“%s” cannot be changed now.", label))

    def _form_title(self):
        return self.env._("Order History")

    # ---- buttons ----

    def action_preview(self):
        """See which orders would be sent, in the background, without any call."""
        history = self._check_state("draft")
        history._check_may_begin("previewing")
        history._forget_lines()
        history.since = fields.Datetime.now() - relativedelta(months=history.months)
        history._begin("previewing", "orders", HistoryPreview(history).count())

    def action_run(self):
        """Send them, in the background."""
        history = self._check_state("ready")
        history._check_may_begin("running")
        history._begin("running", "products", HistoryReport(history).calls(history.use_csv))

    def action_change(self):
        """Back to the choices; the preview is thrown away."""
        history = self._check_state("previewing", "ready")
        history._forget_lines()
        history.state = "draft"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_under_way(self):
        """Refuse while files may be under way: its lines say what they may undo."""
        if self.filtered(lambda history: history.state not in (*ENDED, "draft", "ready")):
            raise UserError(self.env._("Cancel the order history before you delete it."))

    def _check_may_begin(self, state):
        self._check_account(state)
        if not self.backend_id.sends_orders:
            raise UserError(
                self.env._("Turn on “Send orders” first: Settings → User.com → Orders.")
            )

    def _begin(self, state, step, calls):
        self.write(
            {
                "state": state,
                "step": step,
                "last_id": 0,
                "last_file": 0,
                "chunk_size": 0,
                "is_tried": False,
                "imports": False,
                "is_settled": False,
                "single_reason": False,
                "next_at": False,
                "error": False,
                "calls_total": calls,
                "calls_done": 0,
                "worked_seconds": 0,
                "started_at": fields.Datetime.now(),
                "ended_at": False,
            }
        )
        request_drain(self.backend_id)

    def _forget_lines(self):
        """Delete the preview, past the ORM: nothing hangs on its rows."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM usercom_order_history_line WHERE history_id = ANY(%s)", [self.ids]
        )
        self.env.cr.execute(
            "DELETE FROM usercom_order_history_product_rel WHERE history_id = ANY(%s)", [self.ids]
        )
        self.env.invalidate_all()

    @api.model
    def _end_of(self, backends):
        """End those of these accounts: where the files went, nothing of them counts any more."""
        histories = self.search([("backend_id", "in", backends.ids)])
        histories.settle_at = False
        histories.filtered(lambda each: each.state not in ENDED).state = "cancelled"

    def _send_singly(self, reason):
        """Send no further file; what was sent is waited for."""
        if self.use_csv:
            self.write({"use_csv": False, "single_reason": reason, "step": "verify"})

    # ---- its lines ----

    def _lines_with(self, **values):
        """The domain of the lines of this history that have these values."""
        found = [(name, "=", value) for name, value in values.items()]
        return [("history_id", "in", self.ids), *found]

    def _lines_open(self):
        """The domain of the lines whose orders are still to be sent."""
        return [*self._lines_with(result=False), ("kind", "in", OPEN)]

    def _lines_left(self):
        """The domain of those that a file may have."""
        return [*self._lines_open(), ("force_single", "=", False)]
