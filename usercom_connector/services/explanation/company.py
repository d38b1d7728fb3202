"""How a contact stands with User.com as a company, or as a member of one."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from ...usercom import User
from ...usercom.jobs import Identity
from ..account.connection import Connection
from ..companies.participation import CompanyParticipation
from ..contacts.texts import with_names
from .values import CompanyValueExplanations, ValueExplanation


class CompanyExplanation:
    """Explains one contact to one account that synchronizes companies.

    `read` asks User.com; before that only Odoo's side is known.
    """

    def __init__(self, backend: Any, partner: Any) -> None:
        self._env = partner.env
        self._backend = backend
        self._partner = partner
        links = backend.env["usercom.company"]
        self._link = links._of(backend, partner).get(partner.id) or links
        self._company: User | None = None
        self._is_read = False

    @cached_property
    def _takes_part(self) -> bool:
        return bool(CompanyParticipation(self._backend).taking_part(self._partner))

    @property
    def is_explained(self) -> bool:
        """Whether there is something to say of its values: it was sent, or waits to be."""
        return self._takes_part and bool(self._link)

    def look_up(self) -> None:
        """Read the company, found as a drain would find it. Raises UserError where that fails."""
        custom_id = self._link.custom_id or self._backend._company_custom_id(self._partner)
        identity = Identity(self._link.external_id or None, custom_id)
        ask = Connection(self._backend).ask
        self._company = ask(lambda client: identity.locate(client.of_companies()))
        self._is_read = True

    def values(self) -> Iterable[ValueExplanation]:
        """Return what would happen to each pair of values of a company."""
        if not self.is_explained:
            return ()
        explained = CompanyValueExplanations(self._backend, self._partner, self._link)
        return explained.of(self._company) if self._company else explained.before_reading()

    def text(self) -> str:
        """Return the sentence; an empty one where the account synchronizes no companies."""
        if not self._backend.sync_companies:
            return ""
        top = self._partner.commercial_partner_id
        if self._partner.is_company:
            return str(self._of_company())
        return str(self._of_member(top) if top.is_company else "")

    def _of_company(self) -> str:
        env, link = self._env, self._link
        if not self._takes_part:
            text = env._("Not sent as a company: it is archived, of another company, or your own.")
        elif link.state == "gone":
            text = env._("The company %s was deleted in User.com.", link.external_id)
        elif link.external_id and self._is_read and not self._company:
            text = env._("The company %s is not in User.com any more.", link.external_id)
        elif link.external_id:
            text = self._of_linked()
        elif link.state == "failed":
            text = env._("Sending it as a company failed: %s", with_names(link.last_error, env))
        elif link:
            text = env._("The company waits to be sent to User.com.")
        else:
            text = env._("Not sent as a company: none of its contacts is in User.com yet.")
        return str(text)

    def _of_linked(self) -> str:
        env, link = self._env, self._link
        text = env._(
            "Linked to the User.com company %(id)s. Members: %(members)s.",
            id=link.external_id,
            members=link.member_count,
        )
        if link.state == "failed":
            failed = env._("The last attempt failed: %s", with_names(link.last_error, env))
            return f"{text} {failed}"
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
