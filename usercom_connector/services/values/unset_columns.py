"""Numbers and checkboxes that nobody has entered: Odoo reads NULL as 0 or False."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from odoo.tools import SQL

BATCH = 1000  # contacts looked up together, as Odoo prefetches
TYPES = ("integer", "float", "monetary", "boolean")


class UnsetColumns:
    """Which of the fields `names` are NULL; one query for all records that are read together.

    The records are contacts, or what the contacts lead to. Only numbers and checkboxes with a
    column of their own are looked up.
    """

    def __init__(self, model: Any, names: Iterable[str]) -> None:
        fields = model._fields
        self._names = [name for name in names if name in fields and _may_be_null(fields[name])]
        self._unset: dict[int, set[str]] = {}

    def __contains__(self, item: tuple[Any, str]) -> bool:
        """Return whether (record, field name) is unset."""
        record, name = item
        if name not in self._names or not isinstance(record.id, int):
            return False
        if record.id not in self._unset:
            self._look_up(record)
        return name in self._unset[record.id]

    def _look_up(self, record: Any) -> None:
        ids = {i for i in islice(record._prefetch_ids, BATCH) if isinstance(i, int)} | {record.id}
        model = record.browse()
        model.flush_model(self._names)
        columns = SQL(", ").join(SQL("%s IS NULL", SQL.identifier(name)) for name in self._names)
        rows = model.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s AS record WHERE id = ANY(%s)",
                columns,
                model._table_sql,
                list(ids),
            )
        )
        self._unset |= {record_id: set() for record_id in ids}
        for record_id, *is_null in rows:
            pairs = zip(self._names, is_null, strict=True)
            self._unset[record_id] = {name for name, unset in pairs if unset}


def _may_be_null(field: Any) -> bool:
    is_column = field.store and field.column_type and not field.company_dependent
    return bool(is_column and field.type in TYPES)
