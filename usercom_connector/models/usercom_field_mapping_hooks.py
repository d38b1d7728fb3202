from odoo import api, models

from ..usercom import TYPE_TABLE
from .usercom_field_mapping import UNSUBSCRIBED_FIELD


class UsercomFieldMapping(models.Model):
    """What other addons extend: which pairs there are, and which values are sent.

    How a value is converted is ``_value_exporter`` and ``_odoo_value``. docs/development.md shows
    each in use.
    """

    _inherit = "usercom.field.mapping"

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
