"""Contacts are created of users."""

from typing import Any

from ...usercom import Merge, User, merge
from ...usercom.texts import NAME_PARTS
from ...usercom.values import read_user
from ..comparison import Comparison
from ..consents.answers import unsaid_values
from ..own_context import with_own_context
from ..values.importer import LONGEST_NAME
from ..values.problems import unreadable_problems
from .merge_plan import MergePlan
from .written import agree_on_written, note_consents


class NewContacts:
    """Creates contacts of users; what that takes is looked up once for many."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        mappings = backend._active_mappings().filtered(lambda m: m.direction != "export")
        partners = backend._with_account_context(backend.env["res.partner"])
        self._empty = with_own_context(partners, creating=True)
        self._comparison = Comparison(mappings, self._empty)
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
        agree_on_written(self._backend, plans)
        return plans

    def _plan(self, user: User) -> MergePlan:
        comparison = self._comparison
        values, errors = read_user(user, comparison.attributes, {})
        agreed = merge(comparison.rules, {}, dict.fromkeys(values), values, odoo_is_newer=False)
        kept = comparison.protected.kept(self._empty, agreed.to_odoo)
        keys = {mapping._key() for mapping in kept}
        given = {key: value for key, value in agreed.to_odoo.items() if key not in keys}
        vals, problems, refused = comparison.read(self._empty, given, user.email or str(user.id))
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
