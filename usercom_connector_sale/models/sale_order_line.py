from odoo import models


class SaleOrderLine(models.Model):
    """Lines that are delivered: entered by hand here, computed where Inventory is installed."""

    _inherit = "sale.order.line"

    def write(self, vals):
        result = super().write(vals)
        if "qty_delivered" in vals:
            self.order_id._usercom_note()
        return result

    def _compute_qty_delivered(self):
        result = super()._compute_qty_delivered()
        self.order_id._usercom_note()
        return result
