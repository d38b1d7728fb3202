from odoo import models

from ...services.contacts.identity import normalized
from ...services.own_context import own_context, with_own_context
from ...usercom.records import sha256_of


class UsercomBackendContact(models.AbstractModel):
    """How an account sees contacts, and what custom id it gives them."""

    _name = "usercom.backend.contact"
    _description = "User.com Account: Contacts"

    def _with_account_context(self, partners):
        """The contacts as this account sees them: its company's values, its company's language."""
        seen = partners.sudo().with_company(self.company_id).with_context(lang=self._language())
        origin = own_context(self.env).origin
        return with_own_context(seen, origin=origin) if origin else seen

    def _in_company(self, partners):
        """Those of ``partners`` that are of this company or of none."""
        company_ids = (False, self.company_id.id)
        return self._with_account_context(partners).filtered(
            lambda partner: partner.company_id.id in company_ids
        )

    def _language(self):
        """The code of the company's language: its contacts' values and our messages are in it."""
        return self.company_id.partner_id.lang or "en_US"

    def _custom_id(self, partner, email):
        """The custom id that the policy gives to ``partner`` with this ``email``, None if none.

        A hook, for a policy of another addon. Called too with an earlier ``email`` of the contact,
        to tell whether the policy has made the custom id that its user has.
        """
        email = normalized(email)
        match self.custom_id_policy:
            case "database_id":
                return str(partner.id)
            case "email":
                return email
            case "sha256":
                return sha256_of(email) if email else None
        return None
