from odoo import fields, models


class UsercomLabel(models.Model):
    """Lists of User.com can be paired, too."""

    _inherit = "usercom.label"

    kind = fields.Selection(selection_add=[("lists", "Lists")], ondelete={"lists": "cascade"})
