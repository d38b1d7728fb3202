from odoo import api, fields, models

from ..services.history.report import HistoryReport


class UsercomOrderHistoryReport(models.AbstractModel):
    """What people see of an order history: numbers, sums, time it takes, lists."""

    _name = "usercom.order.history.report"
    _description = "User.com Report of an Order History"

    order_count = fields.Integer("Orders", compute="_compute_counts")
    product_count = fields.Integer("Products", compute="_compute_counts")
    line_count = fields.Integer("Order Lines", compute="_compute_counts")
    amounts = fields.Char("Value", compute="_compute_counts")
    effects = fields.Json(compute="_compute_counts")
    cost = fields.Char("It Will Take", compute="_compute_cost")
    api_cost = fields.Char("Without CSV Import", compute="_compute_cost")

    @api.depends("state", "calls_done", "use_csv")
    def _compute_counts(self):
        for history in self:
            report = HistoryReport(history)
            history.update(report.counts())
            history.effects = report.sentences()

    @api.depends("state", "use_csv")
    def _compute_cost(self):
        for history in self:
            is_shown, report = history.state == "ready", HistoryReport(history)
            history.cost = is_shown and report.cost(history.use_csv)
            history.api_cost = is_shown and report.cost(False)

    def action_orders(self, code=None):
        """The orders of one of the effects, by default all of them."""
        self.check_access("read")
        self.ensure_one()
        report = HistoryReport(self)
        return {
            "type": "ir.actions.act_window",
            "name": code and report.title(code) or self.env._("Orders"),
            "res_model": "usercom.order.history.line",
            "view_mode": "list,kanban,form",
            "mobile_view_mode": "kanban",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": report.domain(code),
            "context": {"create": False},
        }

    def action_confirm(self):
        """Ask once more before it runs, with what it will do."""
        self.check_access("read")
        self.ensure_one()
        view = self.env.ref("usercom_connector_sale.usercom_order_history_view_form_confirm")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Order History?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }
