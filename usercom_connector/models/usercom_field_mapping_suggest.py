from odoo import api, models
from odoo.exceptions import UserError

from ..usercom import directions

# (contact field, attribute) that mean the same for everybody.
OBVIOUS_PAIRS = (
    ("email", "email"),
    ("firstname", "first_name"),  # of OCA's partner_firstname, which knows both halves
    ("lastname", "last_name"),
    ("name", "first_name"),
    ("name", "last_name"),
    ("phone", "phone_number"),
    ("city", "city"),
    ("state_id", "region"),
    ("country_id", "country"),
    ("tz", "timezone"),
)


class UsercomFieldMapping(models.Model):
    """Help with finding pairs."""

    _inherit = "usercom.field.mapping"

    def action_suggest(self):
        """Open the obvious pairs that are not mapped yet."""
        self.check_access("read")
        backend = self._connected_account()
        backend._check_manager()
        lines = self._suggestions(backend)
        if not lines:
            raise UserError(
                self.env._("There is nothing left to suggest: the obvious pairs are mapped.")
            )
        wizard = (
            self.env["usercom.mapping.suggestion"]
            .sudo()
            .create({"backend_id": backend.id, "line_ids": [(0, 0, line) for line in lines]})
        )
        return self._open(wizard, self.env._("Suggested Mappings"))

    def action_create_attribute(self):
        """Open the form of a new User.com attribute, for the chosen mapping's field if any."""
        self.check_access("read")
        backend = self._connected_account()
        wizard = self.env["usercom.attribute.creation"].create({"backend_id": backend.id})
        return self._open(wizard, self.env._("New Attribute in User.com"))

    def action_fetch_attributes(self):
        """Fetch the attributes of the current company's account again."""
        self.check_access("read")
        return self._connected_account().action_fetch_attributes()

    @api.model
    def _connected_account(self):
        backend = self.env["usercom.backend"]._of_company()
        if not backend.attribute_ids:
            raise UserError(
                self.env._("Connect User.com first: Settings → User.com → Authenticate.")
            )
        return backend

    def _open(self, wizard, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _suggestions(self, backend):
        """Values of the pairs to propose: both sides exist, and the attribute is free."""
        taken = backend.mapping_ids.attribute_id
        free = {attribute.name_std: attribute for attribute in backend.attribute_ids - taken}
        fields_by_name = self._mappable_fields()
        pairs = {}
        for name, key in (*OBVIOUS_PAIRS, *self._namesakes(free, fields_by_name)):
            if name in fields_by_name and key in free and not free[key].is_gone:
                pairs.setdefault(key, name)  # the first that is there
        return [
            {"field_id": fields_by_name[name].id, "attribute_id": free[key].id}
            for key, name in pairs.items()
        ]

    @api.model
    def _mappable_fields(self):
        """``{name: ir.model.fields}`` of the contact fields that may be mapped."""
        found = self.env["ir.model.fields"].search(self._mappable_domain())
        return {field.name: field for field in found}

    @api.model
    def _namesakes(self, attributes, fields_by_name):
        """``(field, attribute)`` of custom attributes named as a field of a type that fits."""
        table = self._type_table()
        for key, attribute in attributes.items():
            for name in () if attribute.is_standard else (key, f"x_{key}", f"x_studio_{key}"):
                field = fields_by_name.get(name)
                if field and directions(field.ttype, attribute.value_type, table=table):
                    yield name, key
