"""What is noted of orders and products, so that nothing is told twice."""

from __future__ import annotations

from typing import Any

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError


def keep(notes: Any, noted: list[tuple[Any, dict[str, Any]]]) -> None:
    """Store ``[(record or none, values)]``; ``notes`` is the model.

    Where somebody else has noted the same since this transaction began, Odoo begins it anew.
    """
    for note, values in noted:
        if note:
            note.write(values)
    try:
        notes.create([values for note, values in noted if not note])
    except UniqueViolation as error:
        raise ConcurrencyError(str(error)) from error
