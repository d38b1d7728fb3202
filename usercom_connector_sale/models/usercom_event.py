from odoo import models

from odoo.addons.usercom_connector.services.events.deal_companies import COMPANY_KEYS

from ..services.late_companies import LateCompanies
from ..services.order_lines import sold_lines
from ..services.payloads import order_id_of
from ..services.products import Products


class UsercomEvent(models.Model):
    """Deals of orders, which User.com may refuse since it has lost their products."""

    _inherit = "usercom.event"

    def _settle(self, task, result):
        settled = super()._settle(task, result)
        if self.kind == "deal" and self.outcome == "sent":
            is_named = not COMPANY_KEYS.isdisjoint(task.job.data)
            LateCompanies(self.backend_id).note(self, is_named=is_named)
        return settled

    def _refuse(self, error):
        """Send the products of a refused deal anew, then the deal once more."""
        again = self.filtered(lambda row: not row.retries and row._sold_products())
        for backend, rows in again.grouped("backend_id").items():
            Products(backend).send_anew(rows._sold_products())
        again._count_attempt()
        again._put_back(retries=1)
        return super(UsercomEvent, self - again)._refuse(error)

    def _sold_products(self):
        """The products of the orders that these deals are."""
        ids = {order_id_of(row.key) for row in self if row.kind == "deal"}
        orders = self.env["sale.order"].sudo().browse(filter(None, ids)).exists()
        return self.env["sale.order.line"].union(*map(sold_lines, orders)).product_id
