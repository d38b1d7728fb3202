"""A look ahead at thousands of rows may end the worker; then it is not repeated at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from odoo.tools import SQL

from ..database.transactions import unless_locked

Result = TypeVar("Result")

BEGIN = """UPDATE usercom_backend SET is_looking = is_looking IS NOT TRUE
            WHERE id = %s RETURNING is_looking"""
END = "UPDATE usercom_backend SET is_looking = false WHERE id = %s RETURNING is_looking"


class WaryLook:
    """Notes on the account that its drain looks ahead, and removes the note afterwards.

    A drain that finds the note knows that the last look ended its worker. It claims a few rows at a
    time instead, which shows the row at fault (`Quarantine`). The note is written by SQL, so that
    the account's `write_date` does not change: `Standstill` reads it.
    """

    def __init__(self, backend: Any) -> None:
        self._env, self._id = backend.env, backend.id

    def at(self, work: Callable[..., Result], *arguments: Any) -> Result | None:
        """What ``work(*arguments)`` returns, in its own transaction; None if the last look died."""
        if not unless_locked(self._env, self._note, BEGIN):
            return None
        result = unless_locked(self._env, work, *arguments)
        unless_locked(self._env, self._note, END)
        return result

    def _note(self, query: str) -> bool:
        [(is_looking,)] = self._env.execute_query(SQL(query, self._id))
        return is_looking
