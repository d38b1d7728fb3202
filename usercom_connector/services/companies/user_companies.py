"""The companies of which User.com's users are members, brought to their contacts."""

from __future__ import annotations

from typing import Any

from ...usercom import User
from ..comparison import ProtectedContacts
from ..contacts.value_changes import ValueChanges


class UserCompanies:
    """Makes linked companies of one account the companies of contacts.

    What Odoo knows of memberships is the base: one that it does not know was made in User.com, and
    one that it knows and that the user has no more was ended there. What somebody has changed in
    Odoo meanwhile goes to User.com. Where several companies are new, nobody can tell which it is.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._memberships = backend.env["usercom.membership"]

    def bring(self, pairs: list[tuple[Any, User]]) -> None:
        """Give the contacts of these users the companies that User.com has given to the users.

        A user of whom User.com has not told the companies, as in a call, changes nothing.
        """
        moves, ended = self.planned(pairs)
        ended.unlink()
        if moves:
            self._move(moves)

    def planned(self, pairs: list[tuple[Any, User]]) -> tuple[dict[Any, Any], Any]:
        """``({contact: the company it is to get}, the memberships that have ended)``."""
        told = [(partner, user) for partner, user in pairs if user.company_ids is not None]
        if not told:
            return {}, self._memberships
        links = self._links({key for _partner, user in told for key in user.company_ids or ()})
        known = self._known([partner for partner, _user in told])
        moves, ended = {}, self._memberships
        for partner, user in told:
            ours = [links[key] for key in user.company_ids or () if key in links]
            present = self._env["usercom.company"].concat(*ours)
            members = known.get(partner.id, self._memberships).filtered(
                lambda m, user_id=user.id: m.has_left or m._user_id() == user_id
            )
            gone = members.filtered(lambda m, there=present: m.has_left and m.link_id not in there)
            ended += gone
            if company := self._new_company(partner, present, members - gone):
                moves[partner] = company
        return self._allowed(moves), ended

    def planned_anew(self, users: list[User]) -> dict[int, Any]:
        """``{user id: the company}`` that a contact still to be created of the user is to get."""
        links = self._links({key for user in users for key in user.company_ids or ()})
        nobody, none = self._env["res.partner"], self._memberships
        protected = ProtectedContacts(self._env["usercom.field.mapping"], nobody)
        planned = {}
        for user in users:
            ours = [links[key] for key in user.company_ids or () if key in links]
            present = self._env["usercom.company"].concat(*ours)
            company = self._new_company(nobody, present, none)
            if company and protected.may_join(nobody, company):
                planned[user.id] = company
        return planned

    def _links(self, company_ids: set[int]) -> dict[int, Any]:
        """``{company id: its link}`` of those that are linked."""
        found = self._env["usercom.company"].search(
            [("backend_id", "=", self._backend.id), ("external_id", "in", list(company_ids))]
        )
        return {link.external_id: link for link in found}

    def _known(self, partners: list[Any]) -> dict[int, Any]:
        """``{contact id: memberships}``; one that was left is known of any user of the contact."""
        found = self._memberships.search(
            [
                ("link_id.backend_id", "=", self._backend.id),
                ("binding_id.partner_id", "in", [partner.id for partner in partners]),
            ]
        )
        return dict(found.grouped(lambda m: m.binding_id.partner_id.id))

    def _new_company(self, partner: Any, present: Any, known: Any) -> Any:
        """The company that ``partner`` is to get; None if it keeps what it has.

        ``present``: the links of the user's companies. ``known``: the memberships.
        """
        new = (present - known.link_id).partner_id
        company = partner.commercial_partner_id
        if company == partner or not company.is_company:
            company = company.browse()
        ended = known.filtered(lambda m: m.link_id.partner_id == company and m._is_known())
        is_free = not company or (company not in present.partner_id and bool(ended))
        return new if len(new) == 1 and is_free and not partner.is_company else None

    def _allowed(self, moves: dict[Any, Any]) -> dict[Any, Any]:
        partners = self._env["res.partner"].concat(*moves)
        protected = ProtectedContacts(self._env["usercom.field.mapping"], partners)
        return {p: company for p, company in moves.items() if protected.may_join(p, company)}

    def _move(self, moves: dict[Any, Any]) -> None:
        if self._backend.history_days:
            ValueChanges(self._backend).note_companies(moves)
        for partner, company in moves.items():
            self._backend._with_account_context(partner).parent_id = company
