from odoo import models


class PaymentTransaction(models.Model):
    """Payments of orders on the portal."""

    _inherit = "payment.transaction"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.sudo().sale_order_ids._usercom_note()
        return result
