from odoo import fields, models


class UsercomBackend(models.Model):
    """People who are new in User.com become leads too, where the account says so."""

    _inherit = "usercom.backend"

    new_user_policy = fields.Selection(
        selection_add=[("lead", "Create a contact and a lead"), ("link",)],
        ondelete={"lead": "set create"},
    )

    def _after_new_contacts(self, partners):
        if self.new_user_policy == "lead":
            self._create_leads(partners)
        return super()._after_new_contacts(partners)

    def _create_leads(self, partners):
        self.env["crm.lead"].sudo().with_company(self.company_id).create(
            [
                {
                    "name": self.env._("%s (User.com)", partner.display_name),
                    "partner_id": partner.id,
                    "type": "lead",
                    "company_id": self.company_id.id,
                }
                for partner in partners
            ]
        )
