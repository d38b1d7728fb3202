from odoo import api, models
from odoo.exceptions import UserError

from ...services.contacts.watched_edits import filter_fields
from ...services.mapping.paths import steps
from ...services.mapping.summaries import filters_by


class IrModelFields(models.Model):
    """Custom contact fields that an account uses: their mappings go with them by themselves."""

    _inherit = "ir.model.fields"

    @api.ondelete(at_uninstall=False)
    def _unlink_usercom_paths(self):
        """The mappings go too whose paths lead over one of the fields: nowhere, by now."""
        names = set(self.mapped("name"))
        followed = self.env["usercom.field.mapping"].sudo().search([("path", "!=", False)])
        followed.filtered(
            lambda mapping: names & set(mapping.path.split(".")) and not steps(mapping)
        ).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_usercom_sums_up_by_it(self):
        deleted = {(field.model, field.name) for field in self}
        filtered = (
            self.env["usercom.field.mapping"].sudo().search([("summary_domain", "!=", False)])
        )
        if used := filtered.filtered(lambda mapping: filters_by(mapping, deleted))[:1]:
            raise UserError(
                self.env._(
                    "The mapping “%s” chooses records by this field. Change it first, in "
                    "User.com → Field Mappings.",
                    used.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_usercom_filters_by_it(self):
        names = set(self.filtered(lambda field: field.model == "res.partner").mapped("name"))
        for backend in self.env["usercom.backend"].sudo().search([("partner_domain", "!=", False)]):
            if used := names & filter_fields(backend):
                raise UserError(
                    self.env._(
                        "“%(field)s” chooses which contacts of %(company)s are synced with "
                        "User.com. Change that filter first, in Settings → User.com.",
                        field=", ".join(sorted(used)),
                        company=backend.company_id.name,
                    )
                )
