from odoo import fields, models


class UsercomProduct(models.Model):
    """A product that User.com has, and what tells whether it is still the same there."""

    _name = "usercom.product"
    _inherit = "usercom.guarded"
    _description = "Product in User.com"
    _rec_name = "product_id"
    _fixed_fields = ("backend_id", "product_id")

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )
    digest = fields.Char(readonly=True, help="Of the product as it was sent.")

    _product_uniq = models.Constraint(
        "unique (backend_id, product_id)", "An account has each product once."
    )
