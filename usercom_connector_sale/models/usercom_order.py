import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.database.transactions import attempted, described

from ..services.orders import Orders
from ..services.products import Products

_logger = logging.getLogger(__name__)

NOTED = "usercom.order.noted"  # what was changed, until precommit


class UsercomOrder(models.Model):
    """An order that User.com knows, and what it has been told of it."""

    _name = "usercom.order"
    _inherit = "usercom.guarded"
    _description = "Order in User.com"
    _rec_name = "order_id"
    _order = "id desc"
    _fixed_fields = ("backend_id", "order_id")

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    order_state = fields.Char("State", readonly=True)
    digest = fields.Char(readonly=True, help="Of the deal as it was sent.")
    told_states = fields.Json(readonly=True, help="The states whose event was sent.")
    lines = fields.Json(readonly=True, help="What was sent of each line as bought and refunded.")

    lacks_company = fields.Boolean(
        readonly=True, help="Its deal was sent before User.com had its company."
    )

    _order_uniq = models.Constraint("unique (order_id)", "An order is one deal.")

    # ---- what is changed is told when the transaction is about to commit ----

    @api.model
    def _note(self, path, ids):
        """Note that records were changed: ``path`` tells of which orders or products they are."""
        ids = [record_id for record_id in ids if record_id]  # none of a form that is being filled
        if not ids or not self.env["usercom.backend"]._order_accounts():
            return
        precommit = self.env.cr.precommit
        if NOTED not in precommit.data:
            precommit.data[NOTED] = defaultdict(set)
            precommit.add(self.sudo()._tell_noted)
        precommit.data[NOTED][path].update(ids)

    def _tell_noted(self):
        noted = self.env.cr.precommit.data.pop(NOTED)
        accounts = self.env["usercom.backend"]._order_accounts()
        if order_ids := noted["order"] | self._orders_of_moves(noted["move"]):
            self._tell_orders(accounts, order_ids)
        if noted["product"] or noted["template"]:
            self._tell_products(accounts, noted)

    def _tell_orders(self, accounts, order_ids):
        of_accounts = [("id", "in", list(order_ids)), ("company_id", "in", list(accounts))]
        orders = self.env["sale.order"].search(of_accounts, order="id")
        for company, some in orders.grouped("company_id").items():
            backend = self.env["usercom.backend"].browse(accounts[company.id])
            self._stop_nobody(Orders(backend).tell, some)

    @api.model
    def _tell_deleted(self, orders):
        """Have quotations that User.com knows be cancelled there, before they are deleted."""
        known = self.sudo().search([("order_id", "in", orders.ids)]).order_id
        if quotations := known.filtered(lambda order: order.state in ("draft", "sent")):
            quotations.state = "cancel"
            self.env.flush_all()
            self.sudo()._tell_orders(self.env["usercom.backend"]._order_accounts(), quotations.ids)

    def _tell_products(self, accounts, noted):
        """Queue anew those of the products, or of their variants, that the accounts have."""
        changed = Domain("product_id", "in", list(noted["product"]))
        changed |= Domain("product_id.product_tmpl_id", "in", list(noted["template"]))
        of_accounts = Domain("backend_id", "in", list(accounts.values()))
        known = self.env["usercom.product"].search(of_accounts & changed)
        for backend, notes in known.grouped("backend_id").items():
            self._stop_nobody(Products(backend).queue, notes.product_id)

    def _stop_nobody(self, tell, records):
        """Tell of the records; the log names one of which nothing can be told.

        It is told with its next change, if that goes well: whoever sells is not to be stopped.
        """
        _done, error = attempted(self.env, tell, records)
        if error and len(records) > 1:
            for record in records:
                self._stop_nobody(tell, record)
        elif error:
            _logger.error("user.com is not told of %s: %s", records, described(error))

    def _orders_of_moves(self, move_ids):
        if not move_ids:
            return set()
        query = SQL(
            """SELECT DISTINCT s.order_id FROM account_move_line l
                 JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                 JOIN sale_order_line s ON s.id = r.order_line_id
                WHERE l.move_id = ANY(%s)""",
            list(move_ids),
        )
        return {order_id for (order_id,) in self.env.execute_query(query)}
