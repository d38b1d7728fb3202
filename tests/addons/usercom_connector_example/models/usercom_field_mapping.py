from odoo import api, models

BOTH = frozenset({"export", "import"})


class UsercomFieldMapping(models.Model):
    _inherit = "usercom.field.mapping"

    @api.model
    def _type_table(self):
        """Several records travel as a JSON list of their names."""
        table = super()._type_table()
        return {**table, "json": {**table["json"], "many2many": BOTH}}

    @api.model
    def _computed_fields(self):
        return super()._computed_fields() | {"example_greeting"}

    def _is_list(self):
        return self.field_type == "many2many" and self.value_type == "json"

    def _export_value(self, partner):
        """In one order, since two lists are compared as they stand."""
        value = super()._export_value(partner)
        return sorted(value) if self._is_list() and value else value

    def _odoo_value(self, partner, value, vals):
        """Names that Odoo does not know yet become tags."""
        if self._is_list():
            tags = partner.env["res.partner.category"]
            known = tags.search([("name", "in", value or [])])
            missing = set(value or ()) - set(known.mapped("name"))
            known += tags.create([{"name": name} for name in sorted(missing)])
            return {self.field_name: known.ids}
        return super()._odoo_value(partner, value, vals)
