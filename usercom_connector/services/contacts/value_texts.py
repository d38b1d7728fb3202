"""Values of contacts and users as people read them: with their labels, in the reader's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo.tools import format_date, format_datetime


class ValueTexts:
    """The texts of many values, for one reader; labels are looked up once for an account."""

    def __init__(self, env: Any) -> None:
        self._env = env
        self._known: dict[Any, dict[str, Any]] = {}

    def differences(self, backend: Any, differences: Mapping[str, Sequence[Any]]) -> str:
        """Return {key: (in Odoo, in User.com)} in one line: "Phone: 601111222 ≠ 602111222"."""
        mappings = self._mappings(backend)
        ordered = [key for key in mappings if key in differences]
        ordered += [key for key in differences if key not in mappings]
        return "; ".join(
            f"{self._label(mappings.get(key), key)}: "
            + " ≠ ".join(self.value(mappings.get(key), side) or "-" for side in differences[key])
            for key in ordered
        )

    def value(self, mapping: Any, value: Any) -> str:
        """Return the text of one canonical value; `mapping` is None where the pair was deleted."""
        if isinstance(value, bool):
            return str(self._env._("yes") if value else self._env._("no"))
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, str) and mapping and mapping.value_type in ("date", "datetime"):
            return self._moment(mapping.value_type, value)
        return "" if value is None else str(value)

    def _moment(self, value_type: str, value: str) -> str:
        try:
            if value_type == "date":
                return str(format_date(self._env, value))
            return str(format_datetime(self._env, value.replace("T", " ").removesuffix("Z")))
        except ValueError:
            return value

    def _mappings(self, backend: Any) -> dict[str, Any]:
        if backend not in self._known:
            mappings = backend.sudo().mapping_ids
            self._known[backend] = {mapping._key(): mapping for mapping in mappings}
        return self._known[backend]

    def _label(self, mapping: Any, key: str) -> str:
        """Return the field's label, for first and last name the attribute's: both are one field."""
        if not mapping:
            return key
        part = mapping._is_name_part() and mapping.attribute_id.name
        label: str = part or mapping.field_id.field_description
        return label
