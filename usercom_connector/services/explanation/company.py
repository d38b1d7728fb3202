"""How a contact stands with User.com as a company, or as a member of one, in a sentence."""

from typing import Any

from ..companies.participation import CompanyParticipation


class CompanyExplanation:
    """Explains one contact to one account that synchronizes companies."""

    def __init__(self, backend: Any, partner: Any) -> None:
        self._env = partner.env
        self._backend = backend
        self._partner = partner
        self._links = backend.env["usercom.company"]

    def text(self) -> str:
        """Return the sentence; an empty one where the account synchronizes no companies."""
        if not self._backend.sync_companies:
            return ""
        top = self._partner.commercial_partner_id
        if self._partner.is_company:
            return str(self._of_company())
        return str(self._of_member(top) if top.is_company else "")

    def _of_company(self) -> str:
        env, partner = self._env, self._partner
        link = self._links._of(self._backend, partner).get(partner.id)
        if not CompanyParticipation(self._backend).taking_part(partner):
            text = env._("Not sent as a company: it is archived, of another company, or your own.")
        elif link and link.state == "gone":
            text = env._("The company %s was deleted in User.com.", link.external_id)
        elif link and link._is_live():
            text = env._(
                "Linked to the User.com company %(id)s. Members: %(members)s.",
                id=link.external_id,
                members=link.member_count,
            )
        elif link:
            text = env._("The company waits to be sent to User.com.")
        else:
            text = env._("Not sent as a company: none of its contacts is in User.com yet.")
        return str(text)

    def _of_member(self, company: Any) -> str:
        env, member = self._env, self._membership(company)
        if not member:
            text = env._("Not a member of %s in User.com yet.", company.display_name)
        elif member.is_ours:
            text = env._("Odoo made it a member of %s in User.com.", company.display_name)
        else:
            text = env._("User.com itself made it a member of %s.", company.display_name)
        return str(text)

    def _membership(self, company: Any) -> Any:
        return self._backend.env["usercom.membership"].search(
            [
                ("link_id.backend_id", "=", self._backend.id),
                ("link_id.partner_id", "=", company.id),
                ("binding_id.partner_id", "=", self._partner.id),
                ("has_left", "=", False),
            ],
            limit=1,
        )
