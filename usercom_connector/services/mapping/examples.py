"""What a pair looks like: the value of a real contact on both sides, as far as the reader may see.

Nothing is asked of User.com: what it last had stands with the link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from odoo.fields import Domain

from ...usercom.merge import Base, remote_base_value
from ..contacts.texts import ValueTexts
from ..values.exporter import ValueExporter
from .rights import unreadable_problem
from .samples import ValueSample

LATEST = 80  # contacts among which an example is looked for where none is linked
LONGEST = 200  # characters
NOTHING: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Example:
    """The contact, and the texts of its value in Odoo and in User.com."""

    partner: Any
    odoo: str
    usercom: str


class Examples:
    """Finds an example for each pair of an account, for the person of the mappings' environment."""

    def __init__(self, backend: Any, mappings: Any, sample: Mapping[str, ValueSample]) -> None:
        self._env = mappings.env
        self._backend = backend.sudo()
        active = self._backend._active_mappings()
        self._mappings = active.filtered(lambda m: not unreadable_problem(m.with_env(self._env)))
        self._sample = sample

    def all(self) -> dict[int, Example]:
        """Return {mapping id: example} of those pairs for which there is one."""
        linked = [key for sample in self._sample.values() for key in sample.partner_ids]
        partners = self._readable(self._env["res.partner"].browse(dict.fromkeys(linked)))
        if any(m._key() not in self._sample for m in self._mappings) or not partners:
            partners |= self._latest()
        values, bases = self._values(partners), self._bases(partners)
        found = {}
        for mapping in self._mappings:
            if partner := self._best(mapping, partners, values):
                base = bases.get(partner.id, Base())
                found[mapping.id] = self._example(mapping, partner, values[partner.id], base)
        return found

    def _readable(self, partners: Any) -> Any:
        """Return those that the person may read, archived ones included."""
        return partners.with_context(active_test=False)._filtered_access("read")

    def _latest(self) -> Any:
        """Return the latest contacts that the person may read and that are synchronized."""
        latest = self._env["res.partner"].search([], order="id desc", limit=LATEST)
        chosen = Domain("id", "in", latest.ids) & self._backend._partner_domain()
        ids = self._backend._partners().search(chosen, order="id desc").ids
        return self._env["res.partner"].browse(ids)

    def _values(self, partners: Any) -> dict[int, dict[str, Any]]:
        """Return {partner id: {key: canonical value}} of Odoo, as it would be sent."""
        export = ValueExporter(self._mappings)
        return {p.id: export(p)[0] for p in self._backend._with_account_context(partners)}

    def _bases(self, partners: Any) -> dict[int, Base]:
        links = self._backend.env["usercom.binding"]._of(self._backend, partners)
        return {key: link._last_base() for key, link in links.items() if link._is_live()}

    def _best(self, mapping: Any, partners: Any, values: Mapping[int, Mapping[str, Any]]) -> Any:
        """Return a contact that has the value: a linked one if there is any, else any other."""
        key = mapping._key()
        sample = self._sample.get(key)
        known = set(partners.ids)
        linked = [each for each in sample.partner_ids if each in known] if sample else []
        having = self._having([*linked, *partners.ids], key, values)
        chosen = next(having, linked[0] if linked else None)
        return partners.browse(chosen)

    def _having(
        self, ids: Iterable[int], key: str, values: Mapping[int, Mapping[str, Any]]
    ) -> Iterator[int]:
        return (each for each in ids if values[each].get(key) not in NOTHING)

    def _example(
        self, mapping: Any, partner: Any, values: Mapping[str, Any], base: Base
    ) -> Example:
        key, text = mapping._key(), ValueTexts(self._env).value
        odoo, usercom = values.get(key), remote_base_value(base, key)
        return Example(partner, text(mapping, odoo)[:LONGEST], text(mapping, usercom)[:LONGEST])
