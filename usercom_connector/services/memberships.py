"""Which tags contacts have and which lists they are in: values that are merged like any other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ..usercom import Attribute, Rule
from ..usercom.merge import Base

Values = dict[str, Any]


class Memberships:
    """The memberships that an account pairs; looked up once for many contacts.

    Being a member is True and not being one is None, so nobody is taken out of anything when
    contact and user meet for the first time: only a membership that both had can end.
    """

    def __init__(self, backend: Any = None) -> None:
        kinds = backend._memberships() if backend and backend._has_memberships() else []
        # A group that is archived is hidden from its contacts; nobody has left it.
        in_use = [pairs.filtered(lambda pair: pair._is_in_use()) for pairs in kinds]
        self._kinds: list[Any] = [pairs for pairs in in_use if pairs]
        self.pairs: list[Any] = [pair for pairs in self._kinds for pair in pairs]
        at_rest = (every - used for every, used in zip(kinds, in_use, strict=True))
        self.resting: list[Any] = [pair for pairs in at_rest for pair in pairs]
        self.by_key: dict[str, Any] = {pair._key(): pair for pair in self.pairs}
        self.fields: set[str] = {pairs._contact_field for pairs in kinds if pairs}

    @cached_property
    def rules(self) -> list[Rule]:
        return [pair._rule() for pair in self.pairs]

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        return {key: pair._as_attribute() for key, pair in self.by_key.items()}

    def is_imported(self) -> bool:
        """Whether User.com may change who is in what."""
        return any(pair.direction != "export" for pair in self.pairs)

    def values(self, partner: Any) -> Values:
        """Return {key: True or None} of a contact; a key is missing where nothing is to be said."""
        values: Values = {}
        for pairs, keys in self._keys:
            joined, unsaid = pairs._groups_of(partner)
            values |= {key: each in joined or None for key, each in keys if each not in unsaid}
        return values

    def with_refusals(self, partner: Any, base: Values, usercom: Mapping[str, Any]) -> Values:
        """Return the base as if both sides had agreed on each membership that the contact refuses.

        Who opted out of a list in Odoo is taken off it in User.com, whatever was agreed before.
        """
        refused: Values = {}
        for pairs, keys in self._keys:
            if any(usercom.get(key) for key, _group_id in keys):
                groups = pairs._refused_by(partner)
                refused |= {key: True for key, each in keys if each in groups and usercom.get(key)}
        if not refused:
            return base
        base = Base(base)
        base.agree_on(refused)
        return base

    @cached_property
    def _keys(self) -> list[tuple[Any, list[tuple[str, int]]]]:
        """[(the pairs of a kind, [(key, id of the group)])]."""
        return [
            (pairs, [(pair._key(), pair._group().id) for pair in pairs]) for pairs in self._kinds
        ]

    def with_commands(self, vals: Values, values: Mapping[str, Any]) -> Values:
        """Return `vals` of a contact, with what brings it into and out of groups as in `values`."""
        for key, pair in self.by_key.items():
            if key in values:
                vals = pair._with_change(vals, bool(values[key]))
        return vals
