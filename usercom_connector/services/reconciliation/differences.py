"""What a full comparison finds to be not the same on both sides, as ``usercom.drift`` records."""

from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

from ...usercom import User
from ..comparison import Comparison
from ..contacts.identity import Matcher
from ..failures.problem import joined
from ..importer.importer import Refusals
from ..inbox.prompts import Prompts
from ..memberships import Memberships


class Differences:
    """Reports the differences that one comparison, of which ``sweep`` is the record, finds."""

    def __init__(self, sweep: Any) -> None:
        self.sweep = sweep
        self.env = sweep.env
        self.backend = sweep.backend_id
        self._mine = [("backend_id", "=", self.backend.id)]

    def forget(self) -> None:
        """Delete what the comparison before has found."""
        self.env["usercom.drift"].search(self._mine).unlink()

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
                found += self._different(contact, binding, user, comparison)
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

    def _different(
        self, contact: Any, binding: Any, user: User, comparison: Comparison
    ) -> list[dict[str, Any]]:
        """A row for each field that differs: both parts of a name are one."""
        found = comparison.differences(contact, user, binding._last_base())
        different = comparison.mappings.filtered(lambda mapping: mapping._key() in found)
        groups = list(different.grouped("field_name").values())
        groups += [pair for key, pair in comparison.memberships.by_key.items() if key in found]
        return [
            {
                "kind": "different",
                "mapping_id": pairs._name == comparison.mappings._name and pairs[:1].id,
                "partner_id": contact.id,
                "odoo": {pair._key(): found[pair._key()][0] for pair in pairs},
                "usercom": {pair._key(): found[pair._key()][1] for pair in pairs},
                **self._keys(user),
            }
            for pairs in groups
        ]

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
                          (backend_id, kind, partner_id, create_date, write_date)
                   SELECT %s, 'only_odoo', p.id, %s, %s
                     FROM res_partner p WHERE p.id IN %s""",
                self.backend.id,
                moment,
                moment,
                contacts.subselect(),
            )
        )
