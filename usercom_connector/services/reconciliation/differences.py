"""What a full comparison finds to be not the same on both sides, as ``usercom.drift`` records."""

from collections.abc import Collection
from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

from ...usercom import User
from ...usercom.records import USERS
from ..comparison import Comparison
from ..contacts.identity import Matcher
from ..failures.problem import joined
from ..importer.importer import Refusals
from ..inbox.prompts import Prompts
from ..memberships import Memberships

MEMBERS = "members"


class Differences:
    """Reports the differences that one comparison, of which ``sweep`` is the record, finds."""

    def __init__(self, sweep: Any) -> None:
        self.sweep = sweep
        self.env = sweep.env
        self.backend = sweep.backend_id
        self._mine = [("backend_id", "=", self.backend.id)]

    def forget(self, resources: Collection[str] = (USERS, MEMBERS)) -> None:
        """Delete what the comparison before has found of these ``resources``."""
        mine = [*self._mine, ("resource", "in", resources)]
        self.env["usercom.drift"].search(mine).unlink()

    def report(self, users: list[User]) -> None:
        """Report what differs between ``users`` and their contacts, and who has none."""
        there = ("external_id", "in", [user.id for user in users])
        bindings = self.env["usercom.binding"].search([*self._mine, there])
        bindings.compared_at = self.sweep.started_at
        linked = {binding.external_id: binding for binding in bindings}
        queued = self.env["usercom.outbox"]._waiting_contacts(self.backend, bindings.partner_id)
        found = self._strangers([user for user in users if user.id not in linked])
        seen = self.backend._with_account_context(bindings.partner_id)
        contacts = {contact.id: contact for contact in seen - queued}
        comparison = Comparison(self.backend._active_mappings(), seen, Memberships(self.backend))
        for user in users:
            binding = linked.get(user.id)
            if binding and (contact := contacts.get(binding.partner_id.id)):
                found += different_rows(contact, binding, user, comparison)
        found += MemberDifferences(self.backend).rows(contacts, linked, users)
        self.env["usercom.drift"].create(found)

    def _strangers(self, users: list[User]) -> list[dict[str, Any]]:
        """The values of the rows of users without a contact; look at those whose person has another
        user.

        That one may have been merged into this one, as User.com does overnight without a call: then
        this one is the contact's from now on, and nobody is missing on either side.
        """
        erased = self.env["usercom.tombstone"]._erased(self.backend, users)
        strangers = self.backend._importable([user for user in users if user.id not in erased])
        known, left_out = Matcher(self.backend).find_contacts(strangers)
        survivors = self._survivors(strangers, known)
        return [
            {"kind": "only_usercom"} | self._keys(user)
            for user in strangers
            if user.id not in left_out.keys() | survivors
        ]

    def _survivors(self, users: list[User], known: dict[int, Any]) -> set[int]:
        """The ids of users into whom their contacts' users may have been merged."""
        partners = self.env["res.partner"].union(*known.values())
        bindings = self.env["usercom.binding"]._of(self.backend, partners)
        refusals, prompts, survivors = Refusals(self.backend), Prompts(self.backend), set()
        for user in users:
            refusal = refusals.of(user, known[user.id], bindings) if user.id in known else None
            if refusal and refusal.is_another:
                survivors.add(user.id)
                bindings[refusal.partner.id].compared_at = self.sweep.started_at
                prompts.read_single(user)
            elif refusal and refusal.problems:
                prompts.report(user, joined(refusal.problems), is_ambiguous=True)
        return survivors

    def _keys(self, user: User) -> dict[str, int]:
        return {"backend_id": self.backend.id, "external_id": user.id}

    def report_unmet(self) -> None:
        """Report the contacts whose user was not among all users, and those without any."""
        moment = self.sweep.started_at
        met = [*self._mine, ("compared_at", ">=", moment)]
        erased = [*self._mine, ("state", "=", "erased")]
        unmet = Domain("usercom_binding_ids", "not any", Domain.OR([met, erased]))
        self.env.flush_all()
        contacts = self.backend._partners()._search(self.backend._partner_domain() & unmet)
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_drift
                          (backend_id, kind, resource, partner_id, create_date, write_date)
                   SELECT %s, 'only_odoo', 'users', p.id, %s, %s
                     FROM res_partner p WHERE p.id IN %s""",
                self.backend.id,
                moment,
                moment,
                contacts.subselect(),
            )
        )


def different_rows(
    contact: Any, link: Any, user: User, comparison: Comparison
) -> list[dict[str, Any]]:
    """A row for each field that differs: both parts of a name are one."""
    found = comparison.differences(contact, user, link._last_base())
    different = comparison.mappings.filtered(lambda mapping: mapping._key() in found)
    groups = list(different.grouped("field_name").values())
    groups += [pair for key, pair in comparison.memberships.by_key.items() if key in found]
    return [
        {
            "kind": "different",
            "backend_id": link.backend_id.id,
            "mapping_id": pairs._name == comparison.mappings._name and pairs[:1].id,
            "partner_id": contact.id,
            "external_id": user.id,
            "odoo": {pair._key(): found[pair._key()][0] for pair in pairs},
            "usercom": {pair._key(): found[pair._key()][1] for pair in pairs},
        }
        for pairs in groups
    ]


class MemberDifferences:
    """Finds contacts who are not members there of the company that they belong to in Odoo.

    A membership that User.com has made by itself, and that Odoo has left alone, is none.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def rows(
        self, contacts: dict[int, Any], linked: dict[int, Any], users: list[User]
    ) -> list[dict[str, Any]]:
        """A row for each of them. ``linked``: {user id: link}, ``contacts`` those of interest."""
        told = [
            (contact, user)
            for user in users
            if user.company_ids is not None
            and (link := linked.get(user.id))
            and (contact := contacts.get(link.partner_id.id))
        ]
        if not (told and self._backend.sync_companies):
            return []
        here, there = self._links_of(told), self._links_there(told)
        left = self._left([user.id for _contact, user in told])
        found = []
        for contact, user in told:
            own = here.get(contact.commercial_partner_id.id, here[0])
            ids = user.company_ids or ()
            others = there[0].concat(*(there[key] for key in ids if key in there)) - own
            others -= left.get(user.id, others.browse())
            if own and own.external_id not in ids or others:
                found.append(self._row(contact, user, own, others))
        return found

    def _row(self, contact: Any, user: User, own: Any, others: Any) -> dict[str, Any]:
        present = own.filtered(lambda link: link.external_id in (user.company_ids or ()))
        return {
            "kind": "different",
            "resource": MEMBERS,
            "backend_id": self._backend.id,
            "partner_id": contact.id,
            "external_id": user.id,
            "odoo": {MEMBERS: own.partner_id.ids},
            "usercom": {MEMBERS: (others + present).partner_id.ids},
        }

    def _links_of(self, told: list[tuple[Any, User]]) -> dict[int, Any]:
        """``{contact id: its link as a company}`` of those that are in User.com; 0: no link."""
        links = self._env["usercom.company"]
        companies = links.env["res.partner"].union(
            *(contact.commercial_partner_id - contact for contact, _user in told)
        )
        known = links._of(self._backend, companies)
        live = {key: link for key, link in known.items() if link._is_live() and not link.left_at}
        return {0: links, **live}

    def _links_there(self, told: list[tuple[Any, User]]) -> dict[int, Any]:
        """``{company id: its link}`` of the companies of these users; 0: no link."""
        links = self._env["usercom.company"]
        ids = {key for _contact, user in told for key in user.company_ids or ()}
        mine = [("backend_id", "=", self._backend.id), ("external_id", "in", list(ids))]
        return {0: links, **{link.external_id: link for link in links.search(mine)}}

    def _left(self, user_ids: list[int]) -> dict[int, Any]:
        """``{user id: links}`` of companies that contacts have left, and User.com has kept."""
        members = self._env["usercom.membership"].search(
            [
                ("link_id.backend_id", "=", self._backend.id),
                ("external_id", "in", user_ids),
                ("has_left", "=", True),
                ("is_ours", "=", False),
            ]
        )
        return {key: each.link_id for key, each in members.grouped("external_id").items()}
