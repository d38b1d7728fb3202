from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.contacts.texts import ContactText
from odoo.addons.usercom_connector.services.database.clean_up import BATCH, delete_batch

OPEN = ("new", "changed")


class UsercomOrderHistoryLine(models.Model):
    """An order of a history: whether it is sent, why not, and what became of it."""

    _name = "usercom.order.history.line"
    _inherit = "usercom.guarded"
    _description = "Order of a User.com Order History"
    _order = "id"
    _rec_name = "name"
    _fixed_fields = ("history_id",)

    history_id = fields.Many2one(
        "usercom.order.history", "Order History", required=True, readonly=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order", "Sales Order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    name = fields.Char("Order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    date_order = fields.Datetime("Order Date", readonly=True)
    kind = fields.Selection(
        [
            ("new", "To be sent"),
            ("changed", "Changed since it was sent"),
            ("known", "In User.com already"),
            ("state", "Nothing is sent in its state"),
            ("not_synchronized", "The customer is not synchronized"),
            ("not_there", "The customer is not in User.com yet"),
            ("gone", "The customer was deleted in User.com"),
            ("erased", "The customer was erased"),
            ("faulty", "The order cannot be read"),
        ],
        "What It Is",
        required=True,
        readonly=True,
    )
    order_state = fields.Selection(
        lambda self: (
            self.env["usercom.order.stage"]._fields["order_state"]._description_selection(self.env)
        ),
        "State",
        readonly=True,
    )
    amount = fields.Monetary("Value", readonly=True, aggregator=False)
    currency_id = fields.Many2one("res.currency", readonly=True)
    line_count = fields.Integer("Products", readonly=True, aggregator=False)
    result = fields.Selection(
        [
            ("done", "Sent"),
            ("importing", "In a file"),
            ("queued", "Being sent one by one"),
            ("skipped", "Not sent"),
            ("failed", "Failed"),
        ],
        readonly=True,
    )
    problems = ContactText("Problem", readonly=True)
    force_single = fields.Boolean(readonly=True, help="Not, or not again, to be in a file.")
    chunk = fields.Integer(readonly=True, aggregator=False, help="Orders in its next file.")
    file = fields.Integer(readonly=True, aggregator=False)
    digest = fields.Char(readonly=True, help="Of the deal as the file has it.")

    _kind_idx = models.Index("(history_id, kind, result)")
    _open_idx = models.Index(
        "(history_id, chunk, id) WHERE kind IN ('new', 'changed') AND result IS NULL"
    )
    _under_way_idx = models.Index(
        "(history_id, result, file) WHERE result IN ('queued', 'importing')"
    )

    def action_open_order(self):
        """The order itself, for who may see it."""
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }

    @api.autovacuum
    def _gc_lines(self):
        """Delete a batch of the orders of histories that ended before the account's log begins."""
        done = 0
        for backend in self.env["usercom.backend"].search_fetch([], ["log_days"]):
            moment = fields.Datetime.now() - timedelta(days=backend.log_days)
            ended = [("state", "in", ("done", "cancelled")), ("ended_at", "<", moment)]
            mine = [("backend_id", "=", backend.id), ("settle_at", "=", False)]
            histories = self.env["usercom.order.history"].search([*mine, *ended])
            condition = SQL("history_id = ANY(%s)", histories.ids)
            done += delete_batch(self, condition, BATCH - done)
        return done, int(done >= BATCH)

    # ---- for the drain ----

    def _close_unsendable(self, candidates):
        """Close those lines that are not to be sent any more; ``candidates`` are of their orders.

        Returns ``[(line id, candidate)]`` of the others.
        """
        lines, left = {line.order_id.id: line for line in self}, []
        for candidate in candidates:
            line = lines[candidate.order.id]
            if candidate.is_sent:
                left.append((line.id, candidate))
            elif candidate.kind == "known":  # it has changed meanwhile, and was sent for that
                line.result = "done"
            else:
                line.write(
                    {
                        "kind": candidate.kind,
                        "result": "skipped",
                        "problems": candidate.problem,
                    }
                )
        return left

    def _open_again(self):
        """Have them sent once more."""
        self.write({"result": False, "file": 0})

    def _send_singly(self):
        """Have them sent once more, in no file."""
        self.write({"result": False, "file": 0, "force_single": True})
