from collections import Counter

from odoo import api, fields, models

from ...services.mapping.examples import Examples
from ...services.mapping.samples import sample_values
from .conversion import CONVERTED_BY
from .path import PATH_FIELDS


class UsercomFieldMappingExamples(models.AbstractModel):
    """What people see of a pair: a real contact's values, how many have one, how many failed."""

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
    error_count = fields.Integer(
        "Errors",
        compute="_compute_error_count",
        help="How many entries of the outbox and the inbox failed because of a value of this pair.",
    )
    has_history = fields.Boolean(compute="_compute_has_history")

    @api.depends("field_id", *PATH_FIELDS, "attribute_id", "direction", "is_consent", *CONVERTED_BY)
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

    def _compute_error_count(self):
        failed = [("mapping_id", "in", self.ids), ("state", "=", "failed")]
        counts = Counter()
        for queue in ("usercom.outbox", "usercom.inbox"):
            groups = self.env[queue].sudo()._read_group(failed, ["mapping_id"], ["__count"])
            counts.update({mapping.id: count for mapping, count in groups})
        for mapping in self:
            mapping.error_count = counts[mapping.id]

    @api.depends("is_consent", "attribute_id", "backend_id.history_days")
    def _compute_has_history(self):
        """Whether it is kept what the pair moved."""
        for mapping in self:
            mapping.has_history = mapping.is_consent or mapping.backend_id.history_days

    def action_open_errors(self):
        """Open what failed because of a value of this pair, alike failures as one line."""
        self.check_access("read")
        self.ensure_one().backend_id._check_manager()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector.usercom_failure_action"
        )
        return action | {"domain": [("mapping_id", "=", self.id)]}

    def action_open_history(self):
        """Open what this pair moved, for a consent what was said of it."""
        self.check_access("read")
        self.ensure_one()
        name, domain = "value_change", [("mapping_id", "=", self.id)]
        if self.is_consent:
            company = self.backend_id.company_id
            name, domain = "consent_log", [("company_id", "=", company.id)]
            domain.append(("consent", "=", self._key()))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"usercom_connector.usercom_{name}_action"
        )
        return action | {"domain": domain}
