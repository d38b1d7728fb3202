from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...services.companies.usual_pairs import pair_usual_fields
from ...services.contacts.identity import fallback_custom_id
from ...usercom.records import COMPANIES, STANDARD_COMPANY_ATTRIBUTES, USERS

KEYS = [
    ("model", "=", "res.partner"),
    ("ttype", "=", "char"),
    ("store", "=", True),
    "|",
    ("state", "=", "manual"),
    ("name", "in", ("ref", "vat", "company_registry", "barcode")),
]


class UsercomBackendCompany(models.AbstractModel):
    """Whether and how companies of Odoo are companies in User.com."""

    _name = "usercom.backend.company"
    _description = "User.com Account: Companies"

    sync_companies = fields.Boolean(
        "Synchronize Companies",
        help="The companies of synchronized contacts become companies in User.com, and their "
        "contacts members of them.",
    )
    company_id_field_id = fields.Many2one(
        "ir.model.fields",
        "Custom ID of Companies",
        ondelete="set null",
        domain=KEYS,
        help="The field whose value is the custom ID in User.com. Without one, and for companies "
        "without a value, it is “odoo-” and the database ID.",
    )
    company_removal_policy = fields.Selection(
        [("keep", "Keep the company as it is"), ("delete", "Delete the company")],
        "Companies Archived or Deleted",
        required=True,
        default="keep",
    )
    company_mapping_ids = fields.One2many(
        "usercom.field.mapping",
        "backend_id",
        "Company Mappings",
        domain=[("resource", "=", COMPANIES)],
    )
    company_attribute_ids = fields.One2many(
        "usercom.attribute",
        "backend_id",
        "Company Attributes",
        domain=[("resource", "=", COMPANIES)],
    )

    @api.constrains("company_id_field_id")
    def _check_company_id_field(self):
        for backend in self:
            chosen = backend.company_id_field_id.sudo()
            if chosen and not chosen.filtered_domain(KEYS):
                raise ValidationError(
                    self.env._("“%s” cannot be the custom ID of companies.", chosen.display_name)
                )

    @api.model
    @tools.ormcache()
    def _syncs_companies(self):
        """Whether any account synchronizes companies."""
        return bool(self.sudo().search_count([("sync_companies", "=", True)], limit=1))

    def _resources(self):
        """What of User.com is synchronized: users, and companies if that is switched on."""
        return (USERS, COMPANIES) if self.sync_companies else (USERS,)

    def _mappings_of(self, resource):
        """The field mappings of contacts as users, or as companies."""
        return self.company_mapping_ids if resource == COMPANIES else self.mapping_ids

    def _company_count(self):
        """How many companies are linked."""
        linked = [("backend_id", "=", self.id), ("external_id", ">", 0)]
        return self.env["usercom.company"].search_count(linked)

    def _active_company_mappings(self):
        """As ``_active_mappings``, of companies."""
        return self.company_mapping_ids.filtered(lambda mapping: not mapping.is_broken)

    def _company_custom_id(self, partner):
        """By what custom id the company ``partner`` is known in User.com."""
        name = self.company_id_field_id.sudo().name
        return (name and (partner[name] or "").strip()) or fallback_custom_id(partner)

    def _begin_companies(self):
        """Have all companies queued; at the first time with the usual pairs."""
        for backend in self.sudo().filtered("sync_companies"):
            if not backend.company_attribute_ids:
                attributes = backend.env["usercom.attribute"]
                attributes._store(backend, STANDARD_COMPANY_ATTRIBUTES, (COMPANIES,))
                pair_usual_fields(backend)
            backend.env["usercom.touched"]._note_companies(backend)
