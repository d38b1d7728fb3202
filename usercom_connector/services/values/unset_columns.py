"""Numbers and checkboxes that nobody has entered: Odoo reads NULL as 0 or False."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from odoo.tools import SQL

BATCH = 1000  # contacts looked up together, as Odoo prefetches
TYPES = ("integer", "float", "monetary", "boolean")


class UnsetColumns:
    """Which of the contact fields `names` are NULL; one query for all contacts read together."""

    def __init__(self, partners: Any, names: Iterable[str]) -> None:
        fields = partners._fields
        self._names = [n for n in names if fields[n].type in TYPES and fields[n].column_type]
        self._unset: dict[int, set[str]] = {}

    def __contains__(self, item: tuple[Any, str]) -> bool:
        """Return whether (contact, field name) is unset."""
        partner, name = item
        if name not in self._names or not isinstance(partner.id, int):
            return False
        if partner.id not in self._unset:
            self._look_up(partner)
        return name in self._unset[partner.id]

    def _look_up(self, partner: Any) -> None:
        ids = {i for i in islice(partner._prefetch_ids, BATCH) if isinstance(i, int)} | {partner.id}
        model = partner.browse()
        model.flush_model(self._names)
        columns = SQL(", ").join(SQL("%s IS NULL", SQL.identifier(name)) for name in self._names)
        rows = model.env.execute_query(
            SQL("SELECT id, %s FROM res_partner WHERE id = ANY(%s)", columns, list(ids))
        )
        self._unset |= {partner_id: set() for partner_id in ids}
        for partner_id, *is_null in rows:
            pairs = zip(self._names, is_null, strict=True)
            self._unset[partner_id] = {name for name, unset in pairs if unset}
