from odoo import models

TOLD = {"name", "default_code", "barcode", "list_price", "lst_price", "categ_id"}


class ProductProduct(models.Model):
    """Variants, each of which is a product of its own in User.com."""

    _inherit = "product.product"

    def write(self, vals):
        result = super().write(vals)
        if not TOLD.isdisjoint(vals):
            self.env["usercom.order"]._note("product", self._ids)
        return result
