from odoo import models

TOLD = {"state", "partner_id", "name"}


class SaleOrder(models.Model):
    """Orders whose changes User.com is told of."""

    _inherit = "sale.order"

    def write(self, vals):
        result = super().write(vals)
        if not TOLD.isdisjoint(vals):
            self._usercom_note()
        return result

    def unlink(self):
        self.env["usercom.order"]._tell_deleted(self)
        return super().unlink()

    def _compute_amounts(self):
        result = super()._compute_amounts()
        self._usercom_note()
        return result

    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        self._usercom_note()
        return result

    def _usercom_note(self):
        self.env["usercom.order"]._note("order", self._ids)
