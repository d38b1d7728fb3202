"""Read the canonical values of contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...usercom import ConversionError
from ...usercom.merge import in_halves
from ...usercom.texts import NAME_PARTS
from ..contacts.phone_numbers import PhoneNumbers
from .problems import value_problem
from .unset_columns import UnsetColumns


class ValueExporter:
    """Reads the canonical values of contacts; made once for many contacts.

    What a pair needs (its hook `_value_exporter`, its key) is looked up when it is made, NULL
    columns once for all contacts that are prefetched together.
    """

    def __init__(self, mappings: Any) -> None:
        self._mappings = mappings
        self._pairs = [
            (m, m._key(), m._value_exporter(), m._conversion().when_empty) for m in mappings
        ]
        self._unset = UnsetColumns(
            mappings.env["res.partner"],
            mappings.filtered(lambda mapping: not mapping.is_consent).mapped("field_name"),
        )
        self._has_name = sum(m._is_name_part() for m in mappings) == len(NAME_PARTS)
        self._phones = PhoneNumbers(mappings)

    def __call__(
        self, partner: Any, known: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[str]]:
        """Return ({key: canonical value}, [problems]) of a contact.

        A value that cannot be converted is left out, and a sentence in the problems says why. With
        `known` values, a name is split where they split it, and a phone number that is the same is
        spelled as they spell it.
        """
        values, problems = self._read(partner)
        if known and self._has_name and values.keys() >= set(NAME_PARTS):
            values |= in_halves(values, known)
        if known:
            values |= self._phones.spelled_as(partner, values, known)
        return values, problems

    def _read(self, partner: Any) -> tuple[dict[str, Any], list[str]]:
        values: dict[str, Any] = {}
        problems: list[str] = []
        for mapping, key, value_of, when_empty in self._pairs:
            try:
                is_unset = (partner, mapping.field_name) in self._unset
                value = None if is_unset else value_of(partner)
                values[key] = when_empty if value is None else value
            except ConversionError as error:
                problems.append(value_problem(mapping, partner, error))
        return values, problems
