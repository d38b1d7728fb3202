from odoo import api, fields, models, tools
from odoo.fields import Command

from ...services.database.transactions import forget_caches
from ...services.mapping.conversion import conversion_of, missing_values
from ...services.mapping.preview import preview
from .path import PATH_FIELDS

CONVERSIONS = [
    ("upper", "Upper case"),
    ("lower", "Lower case"),
    ("title", "Capital first letters"),
    ("trim", "Without extra spaces"),
    ("e164", "International phone number"),
    ("date", "Date only"),
    ("yes_no", "Yes / no as texts"),
    ("table", "Value table"),
    ("join", "All values as one text"),
    ("first", "First value only"),
]
TEXTS = ("yes_text", "no_text", "separator", "when_empty")
DETAILS = {"conversion", *TEXTS, "value_ids"}
CONVERTED_BY = ("conversion", *TEXTS, "value_ids.odoo_key", "value_ids.usercom_value")


class UsercomFieldMappingConversion(models.AbstractModel):
    """What is made of a pair's values on their way; `usercom/conversions.py` does it."""

    _name = "usercom.field.mapping.conversion"
    _description = "User.com Field Mapping: Conversion"

    conversion = fields.Selection(
        CONVERSIONS,
        compute="_compute_conversion",
        store=True,
        readonly=False,
        precompute=True,
        help="What is made of a value before it is sent. Values that cannot be turned back are "
        "only sent from Odoo to User.com.",
    )
    yes_text = fields.Char("Text for Yes", default=lambda self: self.env._("yes"))
    no_text = fields.Char("Text for No", default=lambda self: self.env._("no"))
    separator = fields.Char(default=", ", trim=False, help="Stands between the values.")
    when_empty = fields.Char(
        help="What is sent for contacts that have no value. The pair is then only sent from Odoo "
        "to User.com.",
    )
    value_ids = fields.One2many("usercom.field.mapping.value", "mapping_id", "Values")
    is_phone = fields.Boolean(compute="_compute_is_phone")
    preview = fields.Text(compute="_compute_preview")

    @api.depends("field_id", "path", "summary", "attribute_id", "conversion")
    def _compute_is_phone(self):
        for mapping in self:
            is_said = mapping.conversion == "e164" or mapping._is_named_as_phone()
            mapping.is_phone = is_said and mapping.field_type == "char"

    @api.depends("field_id", "path", "summary", "attribute_id")
    def _compute_conversion(self):
        """A phone number is sent in international form, unless another conversion is chosen."""
        for mapping in self:
            kept = mapping.conversion if conversion_of(mapping).fits(mapping.field_type) else False
            is_phone = mapping._is_named_as_phone() and mapping.field_type == "char"
            mapping.conversion = kept or (is_phone and "e164")

    @api.depends("field_id", *PATH_FIELDS, "attribute_id", *CONVERTED_BY)
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_preview(self):
        for mapping in self:
            mapping.preview = preview(mapping)

    @api.onchange("conversion")
    def _onchange_conversion(self):
        self._fill_value_table()

    def _is_named_as_phone(self):
        """Whether it is a field of the contact's that has a phone number."""
        if self.path:
            return False
        names = self.env["res.partner"]._phone_get_number_fields()
        return self.field_name in names or self.attribute_id.name_std == "phone_number"

    def _fill_value_table(self):
        """Give each choice that a value table lacks a line, with the text that is sent today."""
        for mapping in self.filtered(lambda mapping: mapping.conversion == "table"):
            if missing := missing_values(mapping):
                mapping.value_ids = [Command.create(values) for values in missing]

    def _drop_value_tables(self, vals):
        """Empty the value tables of those that ``vals`` give another field."""
        if vals.keys() & {"field_id", "path"}:
            self._moved_by(
                {k: v for k, v in vals.items() if k != "attribute_id"}
            ).value_ids.unlink()

    def _values_changed(self):
        """A line of a value table was changed by itself."""
        forget_caches(self)
        self._recheck()
        self._check_pair()
        self._requeue_later()

    def _conversion(self):
        """The plain ``Conversion``."""
        return self._stored_conversion() if isinstance(self.id, int) else conversion_of(self)

    @tools.ormcache("self.id")
    def _stored_conversion(self):
        return conversion_of(self.sudo())

    def action_conversion(self):
        """Open what is made of the pair's values, with a real contact's value."""
        self.ensure_one().check_access("read")
        view = self.env.ref("usercom_connector.usercom_field_mapping_conversion_view_form")
        return self._open(self, self.env._("Conversion")) | {"views": [(view.id, "form")]}

    def action_add_values(self):
        """Add the choices to the value table that Odoo has been given since."""
        self.ensure_one().check_access("write")
        self._fill_value_table()
        return self.action_conversion()
