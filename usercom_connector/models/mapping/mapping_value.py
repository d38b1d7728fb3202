from odoo import api, fields, models

from ...services.mapping.conversion import value_names


class UsercomFieldMappingValue(models.Model):
    """One line of a value table: a value of Odoo, and what it is called in User.com."""

    _name = "usercom.field.mapping.value"
    _inherit = "usercom.guarded"
    _description = "User.com Value Table Line"
    _order = "id"
    _rec_name = "usercom_value"
    _fixed_fields = ("mapping_id",)
    _is_made_by_people = True

    mapping_id = fields.Many2one(
        "usercom.field.mapping", "Pair", required=True, index=True, ondelete="cascade"
    )
    odoo_key = fields.Char("Key in Odoo", required=True, help="Of a record its number.")
    odoo_name = fields.Char("In Odoo", compute="_compute_odoo_name")
    usercom_value = fields.Char("In User.com", help="Empty: this value is not sent.")

    _odoo_key_uniq = models.Constraint(
        "unique (mapping_id, odoo_key)", "Each value of Odoo is in a value table only once."
    )

    @api.depends("odoo_key", "mapping_id.field_id", "mapping_id.path")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_odoo_name(self):
        for mapping, lines in self.grouped("mapping_id").items():
            names = value_names(mapping, lines.mapped("odoo_key"))
            for line in lines:
                line.odoo_name = names.get(line.odoo_key)

    def _comodel(self):
        """The name of the model whose record the key is; None of a selection."""
        field = self.mapping_id._partner_field()
        return field.comodel_name if field is not None else None

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.mapping_id._values_changed()
        return lines

    def write(self, vals):
        result = super().write(vals)
        self.mapping_id._values_changed()
        return result

    def unlink(self):
        mappings = self.mapping_id
        result = super().unlink()
        mappings._values_changed()
        return result
