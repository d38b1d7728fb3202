from odoo import models

from .product_product import TOLD


class ProductTemplate(models.Model):
    """Products, whose name and category are those of their variants."""

    _inherit = "product.template"

    def write(self, vals):
        result = super().write(vals)
        if not TOLD.isdisjoint(vals):
            self.env["usercom.order"]._note("template", self._ids)
        return result
