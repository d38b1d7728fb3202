from odoo import api, fields, models, tools
from odoo.fields import Domain

from ...services.database.transactions import forget_caches
from ...services.mapping.fitting import fitting_after, fitting_attributes
from ...usercom import Attribute
from ...usercom.conversions import CONVERSIONS
from ...usercom.records import COMPANIES, USERS

VALUE_TYPES = [
    ("boolean", "Yes / no"),
    ("string", "Text"),
    ("integer", "Whole number"),
    ("float", "Decimal number"),
    ("date", "Date"),
    ("datetime", "Date and time"),
    ("fixed", "Fixed choices"),
    ("json", "JSON"),
]


class UsercomAttribute(models.Model):
    """A User.com attribute of contacts, as last fetched; standard ones included."""

    _name = "usercom.attribute"
    _inherit = "usercom.guarded"
    _description = "User.com Attribute"
    _order = "is_standard desc, name"
    _rec_names_search = ("name", "name_std")

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    name_std = fields.Char("Technical Name", required=True)
    value_type = fields.Selection(VALUE_TYPES, "Type", required=True)
    choices = fields.Json()
    multiple = fields.Boolean("Several Choices")
    multiple_untold = fields.Boolean(help="User.com does not tell whether it allows several.")
    resource = fields.Selection(
        [(USERS, "Contacts"), (COMPANIES, "Companies")],
        "Attribute Of",
        required=True,
        default=USERS,
    )
    is_standard = fields.Boolean("Standard")
    read_only = fields.Boolean()
    max_length = fields.Integer()
    is_gone = fields.Boolean("Gone from User.com")
    shown_by = fields.Char(help="The contact field that was the last to show this consent.")
    mapping_ids = fields.One2many("usercom.field.mapping", "attribute_id", "Field Mappings")
    # To search by: which attributes a mapping offers for its field.
    fits_field_id = fields.Many2one("ir.model.fields", store=False, search="_search_fits_field_id")
    fits_consent_id = fields.Many2one(
        "ir.model.fields", store=False, search="_search_fits_consent_id"
    )
    fits_conversion = fields.Char(store=False, search="_search_fits_conversion")

    _name_std_uniq = models.Constraint(
        "unique (backend_id, resource, name_std)",
        "User.com attributes have distinct technical names.",
    )

    @api.depends("name", "value_type")
    def _compute_display_name(self):
        labels = dict(self._fields["value_type"]._description_selection(self.env))
        for attribute in self:
            label = labels.get(attribute.value_type, "")
            attribute.display_name = f"{attribute.name} ({label})"

    @api.model
    def _search_fits_field_id(self, operator, value):
        return self._fitting(operator, value, is_consent=False)

    @api.model
    def _search_fits_consent_id(self, operator, value):
        return self._fitting(operator, value, is_consent=True)

    @api.model
    def _search_fits_conversion(self, operator, value):
        if operator != "in" or not set(value) <= CONVERSIONS.keys():
            return NotImplemented
        mappings = self.env["usercom.field.mapping"]
        return Domain.OR(fitting_after(mappings, name) for name in value)

    def _fitting(self, operator, value, *, is_consent):
        """The domain of what fits one of the fields; where none is chosen yet, of everything."""
        if operator != "in":
            return NotImplemented
        mappings = self.env["usercom.field.mapping"]
        return Domain.OR(
            fitting_attributes(mappings, field, is_consent=is_consent) if field else Domain.TRUE
            for field in map(self.env["ir.model.fields"].browse, value)
        )

    def write(self, vals):
        result = super().write(vals)
        forget_caches(self)
        return result

    @tools.ormcache("self.id")
    def _as_attribute(self):
        """The plain ``usercom.Attribute`` of this record."""
        self.ensure_one()
        return Attribute(
            name=self.name,
            name_std=self.name_std,
            resource=self.resource,
            value_type=self.value_type,
            choices=tuple(self.choices or ()),
            multiple=None if self.multiple_untold else self.multiple,
            is_standard=self.is_standard,
            read_only=self.read_only,
            max_length=self.max_length or None,
        )

    @api.model
    def _values_of(self, attribute):
        """The column values that store the plain ``attribute``."""
        return {
            "name": attribute.name,
            "name_std": attribute.name_std,
            "resource": attribute.resource,
            "value_type": attribute.value_type,
            "choices": list(attribute.choices),
            "multiple": attribute.multiple,
            "multiple_untold": attribute.multiple is None,
            "is_standard": attribute.is_standard,
            "read_only": attribute.read_only,
            "max_length": attribute.max_length or 0,
        }

    @api.model
    def _store(self, backend, attributes, resources=(USERS,)):
        """Make the stored attributes of ``backend`` equal to the fetched ones of ``resources``.

        One that vanished stays, marked as gone, while a mapping needs it.
        """
        found = self.search([("backend_id", "=", backend.id), ("resource", "in", resources)])
        known = {(record.resource, record.name_std): record for record in found}
        missing = []
        for attribute in attributes:
            values = {**self._values_of(attribute), "is_gone": False}
            if record := known.pop((attribute.resource, attribute.name_std), None):
                record._update(values)
            else:
                missing.append({"backend_id": backend.id, **values})
        self.create(missing)
        self.union(*known.values())._vanish()
        (backend.mapping_ids + backend.company_mapping_ids)._recheck()

    @api.model
    def _add(self, backend, attribute):
        """The record of the plain ``attribute``, which User.com has just been given."""
        domain = [
            ("backend_id", "=", backend.id),
            ("resource", "=", attribute.resource),
            ("name_std", "=", attribute.name_std),
        ]
        values = {**self._values_of(attribute), "is_gone": False}
        if known := self.search(domain, limit=1):
            known._update(values)
        return known or self.create({"backend_id": backend.id, **values})

    def _update(self, values):
        """Write what differs, if anything does: a write has all processes forget their caches."""
        changed = {k: value for k, value in values.items() if (self[k] or None) != (value or None)}
        if changed:
            self.write(changed)

    def _vanish(self):
        mapped = self.env["usercom.field.mapping"].search([("attribute_id", "in", self.ids)])
        mapped.attribute_id.is_gone = True
        (self - mapped.attribute_id).unlink()
