from odoo import models


class AccountMove(models.Model):
    """Invoices and credit notes of orders."""

    _inherit = "account.move"

    def _compute_payment_state(self):
        result = super()._compute_payment_state()
        self.env["usercom.order"]._note("move", self._ids)
        return result
