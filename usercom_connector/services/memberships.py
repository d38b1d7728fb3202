"""Which tags contacts have, as values that are merged like any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ..usercom import Attribute, Rule

Values = dict[str, Any]


class Memberships:
    """The memberships that an account pairs; looked up once for many contacts.

    Being a member is True and not being one is None, so nobody is taken out of anything when
    contact and user meet for the first time: only a membership that both had can end.
    """

    def __init__(self, backend: Any = None) -> None:
        kinds = backend._memberships() if backend else []
        # A group that is archived is hidden from its contacts; nobody has left it.
        self.pairs: list[Any] = [pair for pairs in kinds for pair in pairs if pair._is_in_use()]
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
        """Return {key: True or None} of a contact."""
        values: Values = {}
        for name, keys in self._keys.items():
            ids = set(partner[name].ids)
            values |= {key: group_id in ids or None for key, group_id in keys}
        return values

    @cached_property
    def _keys(self) -> dict[str, list[tuple[str, int]]]:
        """{contact field: [(key, id of the group)]}."""
        keys = defaultdict(list)
        for key, pair in self.by_key.items():
            keys[pair._contact_field].append((key, pair._group().id))
        return keys

    def with_commands(self, vals: Values, values: Mapping[str, Any]) -> Values:
        """Return `vals` of a contact, with what brings it into and out of groups as in `values`."""
        for key, pair in self.by_key.items():
            if key in values:
                vals = pair._with_change(vals, bool(values[key]))
        return vals
