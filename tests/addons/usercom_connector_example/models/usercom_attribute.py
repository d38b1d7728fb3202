from odoo import fields, models


class UsercomAttribute(models.Model):
    _inherit = "usercom.attribute"

    value_type = fields.Selection(
        selection_add=[("location", "Location")], ondelete={"location": "cascade"}
    )
