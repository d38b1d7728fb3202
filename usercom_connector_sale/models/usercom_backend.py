from odoo import api, fields, models, tools

from ..services.history import OrderHistory
from ..services.late_companies import LateCompanies


class UsercomBackend(models.Model):
    """What an account is told of its company's orders."""

    _inherit = "usercom.backend"

    sends_orders = fields.Boolean(
        "Send Orders", help="Sales orders become deals, events and purchases in User.com."
    )
    orders_since = fields.Datetime(
        "Orders Sent Since",
        readonly=True,
        copy=False,
        help="Of orders confirmed before, the deal alone is sent.",
    )
    order_amounts = fields.Selection(
        [("total", "With taxes"), ("untaxed", "Without taxes")], required=True, default="total"
    )
    product_id_rule = fields.Selection(
        [
            ("default_code", "Internal reference"),
            ("barcode", "Barcode"),
            ("database_id", "Odoo's database id"),
        ],
        "Product ID in User.com",
        required=True,
        default="default_code",
    )
    product_id_prefix = fields.Char("Prefix of the Product ID", size=64)
    order_stage_ids = fields.One2many("usercom.order.stage", "backend_id", "Order Stages")

    @api.model_create_multi
    def create(self, vals_list):
        backends = super().create(vals_list)
        backends.filtered("sends_orders")._begin_orders()
        return backends

    def write(self, vals):
        sending, with_companies = self.filtered("sends_orders"), self.filtered("sync_companies")
        moved = self.filtered(lambda backend: backend._is_moved_to(vals.get("linked_subdomain")))
        result = super().write(vals)
        moved._forget_orders()
        (self.filtered("sends_orders") - sending)._begin_orders()
        (self.filtered("sync_companies") - with_companies)._note_known_companies()
        return result

    def _note_known_companies(self):
        """Companies that User.com has are synchronized again: deals went without them meanwhile."""
        known = [("backend_id", "in", self.ids), ("external_id", ">", 0)]
        self.env["usercom.company"].sudo().search(known)._note_due_deals()

    def _begin_orders(self):
        """Orders are sent from now on."""
        if self:
            self.sudo().orders_since = fields.Datetime.now()
            self.env["usercom.order.stage"]._ensure(self)

    def _is_moved_to(self, subdomain):
        """Whether it is linked with this other system from now on."""
        return subdomain and self.linked_subdomain and self.linked_subdomain != subdomain

    def _forget_orders(self):
        """Another system has been told of nothing: all is told with the next change."""
        self.env["usercom.order.history"].sudo()._end_of(self)
        for model in ("usercom.order", "usercom.product"):
            self.env[model].sudo().search([("backend_id", "in", self.ids)]).unlink()

    def action_order_history(self):
        """The order history of this account."""
        self.check_access("read")
        return self.env["usercom.order.history"]._open(self)

    def _stepwise_work(self):
        return [LateCompanies(self), *super()._stepwise_work(), OrderHistory(self)]

    @api.model
    @tools.ormcache()
    def _order_accounts(self):
        """``{company id: account id}`` of those that are told of orders."""
        chosen = [("sends_orders", "=", True), ("state", "in", ("running", "paused"))]
        return {backend.company_id.id: backend.id for backend in self.sudo().search(chosen)}
