"""A contact compared with its user: what each side has, and what would have to move where.

Nothing is written here, and User.com is not asked: it is what the import of users, the preview of
an initial sync and the full comparison of an account have in common.

    comparison = Comparison(backend._active_mappings(), partners)
    sides = comparison.sides(partner, user, base)
    outcome = comparison.merge(partner, sides, base, odoo_is_newer=None)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..usercom import Merge, User
from ..usercom.merge import Rule, differs, stated_value
from ..usercom.values import read_user
from .contacts.phone_numbers import PhoneNumbers
from .contacts.protected_contacts import ProtectedContacts
from .values.exporter import ValueExporter
from .values.importer import ValueImporter
from .values.lookup import in_odoos_words
from .values.problems import unreadable_problems

Values = dict[str, Any]
"""``{key: canonical value}``: the attribute's name and what both sides are compared in."""


@dataclass
class Sides:
    """What a contact and its user have, the same thing spelled alike: "Poland" for "PL".

    A key is missing where the value could not be carried over; ``problems`` tells of it.
    """

    odoo: Values
    usercom: Values
    problems: list[str]


@dataclass
class Outcome:
    """What a merge of the two sides comes to: what to write to the contact, and what to send.

    ``rules``: by which it was merged. ``kept``: {mapping: reason} of what the contact keeps from
    User.com. ``refused``: the keys of values that Odoo cannot take; ``problems`` tells of them.
    """

    agreed: Merge
    rules: Sequence[Rule]
    kept: dict[Any, str]
    vals: dict[str, Any]
    problems: list[str]
    refused: set[str]

    def overwritten(self, sides: Sides, base: Values) -> dict[str, list[Any]]:
        """Return ``{key: [Odoo's value, User.com's]}`` where one takes the place of the other.

        An empty value that gets one is not among them.
        """
        here, there = self.agreed.to_odoo, self.agreed.to_usercom
        found = {
            key: [sides.odoo[key], value]
            for key, value in here.items()
            if key not in self.refused and sides.odoo.get(key) not in (None, value)
        }
        for rule in self.rules:
            if rule.key in there:
                old = stated_value(rule, base.get(rule.key), sides.usercom.get(rule.key))
                if old not in (None, there[rule.key]):
                    found[rule.key] = [there[rule.key], old]
        return found


class Comparison:
    """Compares contacts with their users. What that takes is looked up once for many of them.

    ``partners`` are the contacts that are going to be compared, or an empty record where they are
    still to be created. A contact handed to a method is one as the account sees it, in its company
    and language.
    """

    def __init__(self, mappings: Any, partners: Any) -> None:
        self.mappings = mappings
        self.rules: list[Rule] = mappings._rules()
        self.attributes = mappings._attributes()
        self.export = ValueExporter(mappings)
        self.read = ValueImporter(mappings)
        self.protected = ProtectedContacts(mappings, partners)
        self.phones = PhoneNumbers(mappings)

    def sides(self, partner: Any, user: User, base: Values) -> Sides:
        """Return what ``partner`` and ``user`` have. ``base``: what they last agreed on."""
        usercom, errors = read_user(user, self.attributes, base)
        odoo, problems = self.export(partner, usercom)
        usercom |= in_odoos_words(self.mappings, partner, odoo, usercom)
        self.phones.align(partner, base, odoo, usercom)
        return Sides(odoo, usercom, problems + unreadable_problems(self.mappings, user, errors))

    def merge(
        self,
        partner: Any,
        sides: Sides,
        base: Values,
        *,
        odoo_is_newer: bool | None,
        rules: Sequence[Rule] | None = None,
    ) -> Outcome:
        """Return what has to move between the two sides, by ``rules`` if others than usual."""
        agreed, used, kept = self.protected.merge(
            self.rules if rules is None else rules,
            partner,
            base,
            sides.odoo,
            sides.usercom,
            odoo_is_newer=odoo_is_newer,
        )
        vals, problems, refused = self.read(partner, agreed.to_odoo)
        return Outcome(agreed, used, kept, vals, sides.problems + problems, refused)

    def differences(self, partner: Any, user: User, base: Values) -> dict[str, tuple[Any, Any]]:
        """Return ``{key: (Odoo's value, User.com's)}`` of what is not the same on both sides."""
        sides, found = self.sides(partner, user, base), {}
        for rule in self.rules:
            if rule.key in sides.odoo and rule.key in sides.usercom:
                odoo, usercom = sides.odoo[rule.key], sides.usercom[rule.key]
                if odoo != usercom:
                    usercom = stated_value(rule, base.get(rule.key), usercom)
                if differs(rule, base, odoo, usercom):
                    found[rule.key] = odoo, usercom
        return found
