from odoo import api, fields, models


class IrActionsServerUsercomChoice(models.Model):
    """One line of a value table: a value of Odoo, and what is sent for it."""

    _name = "ir.actions.server.usercom.choice"
    _description = "Value Table Line of a User.com Event"
    _order = "id"
    _rec_name = "usercom_value"

    value_id = fields.Many2one(
        "ir.actions.server.usercom.value", required=True, index=True, ondelete="cascade"
    )
    odoo_key = fields.Char("Key in Odoo", required=True, help="Of a record its number.")
    odoo_name = fields.Char("In Odoo", compute="_compute_odoo_name")
    usercom_value = fields.Char("In User.com", help="Empty: this value is not sent.")

    @api.depends("odoo_key", "value_id.path")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_odoo_name(self):
        for value, lines in self.grouped("value_id").items():
            names = dict(value._path().choices())
            for line in lines:
                line.odoo_name = names.get(line.odoo_key)

    def _comodel(self):
        """The name of the model whose record the key is; None of a selection."""
        field = self.value_id._path().last
        return field.comodel_name if field is not None else None
