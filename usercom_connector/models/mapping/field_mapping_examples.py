from odoo import api, fields, models

from ...services.mapping.examples import Examples
from ...services.mapping.samples import sample_values
from .conversion import CONVERTED_BY


class UsercomFieldMappingExamples(models.AbstractModel):
    """What people see of a pair: the values of a real contact, and how many contacts have one."""

    _name = "usercom.field.mapping.examples"
    _description = "User.com Field Mapping: Examples"

    odoo_example = fields.Char(
        "Example in Odoo",
        compute="_compute_examples",
        help="The value of a contact as it is sent to User.com.",
    )
    usercom_example = fields.Char(
        "Example in User.com",
        compute="_compute_examples",
        help="The value that the same contact last had in User.com.",
    )
    example_partner_id = fields.Many2one(
        "res.partner",
        "Example Contact",
        compute="_compute_examples",
        help="The contact whose values are shown.",
    )
    filled_share = fields.Float(
        "Filled In",
        compute="_compute_examples",
        help="How many of the synchronized contacts have a value. Of more than 5,000 contacts, "
        "about so many are looked at.",
    )
    compared_count = fields.Integer("Contacts Compared", compute="_compute_examples")

    @api.depends("field_id", "path", "attribute_id", "direction", "is_consent", *CONVERTED_BY)
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_examples(self):
        self._show_example(None, None)
        for backend, mappings in self._origin.grouped("backend_id").items():
            sample = sample_values(backend)
            examples = Examples(backend, mappings, sample).all()
            for mapping in self.filtered(lambda m, its=mappings: m in its):
                mapping._show_example(examples.get(mapping.id), sample.get(mapping._key()))

    def _show_example(self, example, sample):
        """Show the example and the sample of the pair; both are None where there is nothing."""
        self.odoo_example = (example and example.odoo) or False
        self.usercom_example = (example and example.usercom) or False
        self.example_partner_id = example.partner if example else False
        self.filled_share = sample.filled / sample.compared if sample else 0
        self.compared_count = sample.compared if sample else 0
