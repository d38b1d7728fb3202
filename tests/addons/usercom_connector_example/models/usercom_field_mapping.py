from dataclasses import replace

from odoo import api, models

from odoo.addons.usercom_connector.usercom import ConversionError, Reason

BOTH = frozenset({"export", "import"})
AXES = ("lat", "lon")


class UsercomFieldMapping(models.Model):
    _inherit = "usercom.field.mapping"

    @api.model
    def _type_table(self):
        """A further pair: several records as a JSON list. A further type: a place on the map."""
        table = super()._type_table()
        json = {**table["json"], "many2many": BOTH}
        return {**table, "json": json, "location": {"char": BOTH}}

    @api.model
    def _computed_fields(self):
        return super()._computed_fields() | {"example_greeting"}

    def _is_list(self):
        return self.field_type == "many2many" and self.value_type == "json"

    def _as_attribute(self):
        """The connector reads and writes a location as it does any JSON."""
        attribute = super()._as_attribute()
        is_place = attribute.value_type == "location"
        return replace(attribute, value_type="json") if is_place else attribute

    # ---- Odoo to User.com ----

    def _value_exporter(self):
        if self.value_type == "location":
            return lambda partner: self._place(partner[self.field_name])
        return super()._value_exporter()

    def _place(self, text):
        try:
            return dict(zip(AXES, map(float, text.split(",")), strict=True)) if text else None
        except ValueError:
            raise ConversionError(text, Reason.NOT_A_NUMBER) from None

    # ---- User.com to Odoo ----

    def _odoo_value(self, partner, value, vals):
        if self.value_type == "location":
            place = value and ", ".join(str(value[axis]) for axis in AXES)
            return {self.field_name: place or False}
        if self._is_list():
            return {self.field_name: self._tags(partner.env, value or []).ids}
        return super()._odoo_value(partner, value, vals)

    def _tags(self, env, names):
        """Names that Odoo does not know yet become tags."""
        known = env["res.partner.category"].search([("name", "in", names)])
        missing = sorted(set(names) - set(known.mapped("name")))
        return known + known.create([{"name": name} for name in missing])
