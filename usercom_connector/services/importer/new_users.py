"""Users of whom Odoo has no contact yet."""

from __future__ import annotations

from typing import Any

from ...usercom import User
from ..contacts.creation_lock import CreationLock
from ..contacts.identity import Contacts
from ..contacts.texts import by_id
from ..queue.brake import Brake
from .new_contacts import NewContacts
from .results import AS_CONFIGURED, ImportChoices, ImportResult
from .settlement import Settlement

ALIKE = ("email", "phone")  # what a contact and a user may share though nobody has linked them


class NewUsers:
    """Makes contacts of new people in User.com, as far as the account wants any."""

    def __init__(self, backend: Any, choices: ImportChoices = AS_CONFIGURED) -> None:
        self._backend = backend
        self._env = backend.env
        self._choices = choices

    def import_new_users(self, users: list[User], outsiders: Contacts) -> dict[int, ImportResult]:
        """Return ``{user id: ImportResult}`` of ``users`` without a contact that takes part.

        ``outsiders``: {user id: contacts} of those who are in Odoo but take no part.
        """
        nobody = self._env["res.partner"]
        if self._choices.direction == "export":
            return {user.id: ImportResult(nobody) for user in users}
        erased = self._env["usercom.tombstone"]._erased(self._backend, users)
        why_not = self._backend._why_not_created()
        results = {
            user.id: ImportResult(nobody, erased=user.id in erased, left_out=why_not)
            for user in users
        }
        new = self._backend._importable([user for user in users if user.id not in erased])
        if why_not:
            return results
        results |= self.left_out(new, outsiders)
        new = [user for user in new if user.id not in outsiders]
        return results | (self._create(new) if new else {})

    def without_ignored(self, recognized: dict[int, tuple[str, Any]]) -> Contacts:
        """Return ``{user id: contacts}`` of those ``recognized`` whom the account does not ignore.

        It ignores who only has the address or number of a contact that nobody has linked yet. In
        an initial sync a person has seen who is linked.
        """
        contacts = {user_id: partners for user_id, (_how, partners) in recognized.items()}
        if self._backend.new_user_policy != "ignore" or self._choices.is_confirmed:
            return contacts
        partners = self._env["res.partner"].union(*contacts.values())
        bindings = self._env["usercom.binding"]._of(self._backend, partners)
        linked = {key for key, link in bindings.items() if link.external_id or link._orphans()}
        return {
            user_id: contacts[user_id]
            for user_id, (how, partners) in recognized.items()
            if how not in ALIKE or linked.intersection(partners.ids)
        }

    def left_out(self, users: list[User], outsiders: Contacts) -> dict[int, ImportResult]:
        """Return ``{user id: ImportResult}`` of those whose contact is there, but takes no part."""
        return {
            user.id: ImportResult(
                self._env["res.partner"],
                left_out=self._takes_no_part(user, outsiders[user.id]),
            )
            for user in users
            if user.id in outsiders
        }

    def _takes_no_part(self, user: User, partners: Any) -> str:
        return self._env._(
            "Skipped: User.com user %(user)s is %(contacts)s in Odoo, who is not among the "
            "contacts to sync.",
            user=user.email or user.id,
            contacts=by_id(partners),
        )

    def _create(self, users: list[User]) -> dict[int, ImportResult]:
        CreationLock(self._backend).of_emails(user.email for user in users)
        if not self._choices.is_confirmed:
            Brake(self._backend).count({"created_here": len(users)})
        plans = NewContacts(self._backend).create_for(users)
        Settlement(self._backend, self._choices).settle(plans, {})
        partners = self._env["res.partner"].browse([plan.partner.id for plan in plans])
        self._backend._after_new_contacts(self._backend._with_account_context(partners))
        return {plan.user.id: ImportResult.of(plan, is_new=True) for plan in plans}
