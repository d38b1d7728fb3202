"""Field mappings: fields, attributes and pairs of them."""

from odoo.exceptions import ValidationError

from .common import UsercomCase


class MappingCase(UsercomCase):
    def field(self, name):
        return self.env["ir.model.fields"]._get("res.partner", name)

    def attribute(self, name_std):
        return self.backend.attribute_ids.filtered(lambda a: a.name_std == name_std)

    def define(self, name, value_type, choices=None, **more):
        """A custom attribute at User.com, fetched."""
        self.simulator.attribute(name, value_type, choices, **more)
        self.backend.action_fetch_attributes()
        return self.attribute(name.lower().replace(" ", "_"))

    def custom_field(self, name, ttype, model="res.partner", **more):
        """A custom field, of contacts or another model, as an administrator adds it."""
        self.addCleanup(self.registry.reset_changes)
        return self.env["ir.model.fields"].create(
            {
                "name": name,
                "field_description": name,
                "model_id": self.env["ir.model"]._get_id(model),
                "ttype": ttype,
                **more,
            }
        )

    def refused(self, field, attribute, *parts, **values):
        with self.assertRaises(ValidationError) as caught:
            self.pair(self.backend, field, attribute, **values)
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def mapping(self, attribute):
        return self.backend.mapping_ids.filtered(lambda m: m._key() == attribute)


class PathCase(MappingCase):
    """Pairs whose Odoo side follows relations, with an attribute "industry" to send them to."""

    def setUp(self):
        super().setUp()
        self.define("Industry", "string")

    def path(self, path, attribute="industry", **values):
        return self.env["usercom.field.mapping"].create(
            {
                "backend_id": self.backend.id,
                "path": path,
                "attribute_id": self.attribute(attribute).id,
                **values,
            }
        )

    def value(self, contact, key="industry"):
        return self.remote(contact)["attributes"].get(key)

    def refused_path(self, path, *parts, **values):
        with self.assertRaises(ValidationError) as caught:
            self.path(path, **values)
        for part in parts:
            self.assertIn(part, str(caught.exception))
