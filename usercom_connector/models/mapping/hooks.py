from dataclasses import replace

from odoo import api, models, tools

from ...services.consents.answers import UNSUBSCRIBED_FIELD, ConsentField
from ...services.values.exporter import value_reader
from ...services.values.importer import odoo_value
from ...usercom import TYPE_TABLE, consent_attribute, export_value
from ...usercom.texts import NAME_PARTS


class UsercomFieldMappingHooks(models.AbstractModel):
    """What other addons extend: which pairs there are, and how a value is converted.

    docs/development.md shows each in use.
    """

    _name = "usercom.field.mapping.hooks"
    _description = "User.com Field Mapping: Hooks"

    @api.model
    def _type_table(self):
        """``{User.com value type: {Odoo field type: directions}}`` that may be paired.

        A hook: extend a copy, it is shared by all databases. ``directions`` is a set of "export"
        and "import".
        """
        return TYPE_TABLE

    @api.model
    def _computed_fields(self):
        """Names of fields of contacts that are not stored and can be paired all the same.

        A hook: an ordinary computed field named here is offered in the mappings. An edit of
        anything in its ``api.depends`` has the contact sent.
        """
        return {UNSUBSCRIBED_FIELD}

    @api.model
    def _mappable_domain(self):
        """The ``ir.model.fields`` that may be paired."""
        return [
            ("model", "=", "res.partner"),
            "|",
            ("store", "=", True),
            ("name", "in", sorted(self._computed_fields())),
            ("ttype", "in", sorted(set().union(*self._type_table().values()))),
        ]

    @tools.ormcache("self.id")
    def _as_attribute(self):
        """The plain ``Attribute``; that of a consent is a boolean one.

        A hook: return a known ``value_type`` for a type that User.com has added.
        """
        attribute = self.attribute_id._as_attribute()
        if self.is_consent:
            return consent_attribute(attribute)
        is_exact = attribute.name_std in NAME_PARTS and not self._is_name_part()
        return replace(attribute, is_exact=True) if is_exact else attribute

    def _value_exporter(self):
        """A function from a contact to the canonical value.

        A hook: the function is asked for once and called for many contacts. It raises
        ConversionError for a value that cannot be carried over.
        """
        if self.is_consent:
            return ConsentField(self).canonical_value
        read, pair = value_reader(self), self._pair()
        kind, attribute, conversion = pair.field_type, pair.attribute, pair.conversion
        if not conversion:
            return lambda partner: export_value(read(partner), kind, attribute)
        kind = conversion.becomes(kind, attribute.value_type)
        return lambda partner: export_value(conversion.to_usercom(read(partner)), kind, attribute)

    def _odoo_value(self, partner, value, vals):
        """``{field: value to write}`` for the canonical ``value``.

        A hook. ``partner`` may be empty: a contact still to be created. ``vals`` is what the pairs
        before this one write. Raises ConversionError for a value that cannot be carried over.
        """
        return odoo_value(self, partner, value, vals)
