"""Users of whom Odoo has no contact yet."""

from __future__ import annotations

from typing import Any

from ...usercom import Merge, User, merge
from ...usercom.texts import NAME_PARTS
from ...usercom.values import read_user
from ..comparison import Comparison
from ..consents.answers import unsaid_values
from ..contacts.creation_lock import CreationLock
from ..contacts.identity import Contacts
from ..contacts.texts import by_id
from ..mapping.all_groups import learn_labels
from ..memberships import Memberships
from ..own_context import with_own_context
from ..queue.brake import Brake
from ..values.exporter import ValueExporter
from ..values.importer import LONGEST_NAME
from ..values.problems import unreadable_problems
from .contact_merge import Settlement, agree_on_written, note_consents
from .merge_plan import AS_CONFIGURED, ImportChoices, ImportResult, MergePlan

# ---- new people ----


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
        self._remove_unheard([user for user in users if user.id in erased])
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

    def _remove_unheard(self, erased: list[User]) -> None:
        """Do as the removal policy says with users whom nobody knew of yet.

        For example, the answer to Anna's creation was lost, and her contact was deleted before it
        was tried again.
        """
        if ids := self._env["usercom.tombstone"]._created_unheard(self._backend, erased):
            self._env["usercom.outbox"]._enqueue_orphan_removals(self._backend, ids)

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
        learn_labels(self._backend, users)
        plans = NewContacts(self._backend).create_for(users)
        Settlement(self._backend, self._choices).settle(plans, {})
        partners = self._env["res.partner"].browse([plan.partner.id for plan in plans])
        self._backend._after_new_contacts(self._backend._with_account_context(partners))
        return {plan.user.id: ImportResult.of(plan, is_new=True) for plan in plans}


# ---- contacts are created ----


class NewContacts:
    """Creates contacts of users; what that takes is looked up once for many."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        mappings = backend._active_mappings().filtered(lambda m: m.direction != "export")
        partners = backend._with_account_context(backend.env["res.partner"])
        self._empty = with_own_context(partners, creating=True)
        self._comparison = Comparison(mappings, self._empty, Memberships(backend))
        self._defaults = unsaid_values(mappings) | {"type": "contact"}

    def create_for(self, users: list[User]) -> list[MergePlan]:
        """Return the plans of the contacts created, one for each of ``users``."""
        plans = [self._plan(user) for user in users]
        created = self._empty.create([plan.vals for plan in plans])
        partners = with_own_context(created, creating=False)
        for plan, partner in zip(plans, partners, strict=True):
            plan.partner = partner
            plan.left_out = self._comparison.protected.explanation(partner, plan.kept)
        note_consents(self._backend, plans)
        export = ValueExporter(self._backend._active_mappings(), self._comparison.memberships)
        agree_on_written(export, plans)
        return plans

    def _plan(self, user: User) -> MergePlan:
        comparison = self._comparison
        values, errors = read_user(user, comparison.attributes, {})
        agreed = merge(comparison.rules, {}, dict.fromkeys(values), values, odoo_is_newer=False)
        kept = comparison.protected.kept(self._empty, agreed.to_odoo)
        keys = {mapping._key() for mapping in kept}
        given = {key: value for key, value in agreed.to_odoo.items() if key not in keys}
        vals, problems, refused = comparison.importer(
            self._empty, given, user.email or str(user.id)
        )
        refused |= keys
        if user.name and not set(NAME_PARTS) <= values.keys():
            vals.pop("name", None)  # it is but a part of it
        return MergePlan(
            self._empty,
            user,
            Merge(agreed.base.without(refused)),
            problems + unreadable_problems(comparison.mappings, user, errors),
            self._defaults | self._always(user) | vals,
            {key: value for key, value in agreed.to_odoo.items() if key not in refused},
            {key: values.get(key) for key in refused | errors.keys()},
            kept=kept,
        )

    def _always(self, user: User) -> dict[str, Any]:
        """What every contact gets, whatever is mapped."""
        name = user.name or ""
        return {
            "name": (len(name) <= LONGEST_NAME and name) or user.email or user.phone_number,
            "email": user.email,
            self._backend._key_field(): str(user.id),
        }
