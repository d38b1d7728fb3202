"""Looking ahead at thousands of rows, which may end the worker: not again at once, then."""

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
    """Notes that the account's drain looks. Who finds the note: the last look ended its worker.

    Then the rows are claimed a few at a time, which shows whose row it is (`Quarantine`). Past the
    ORM, since the time of the account's last change tells whether it stands still.
    """

    def __init__(self, backend: Any) -> None:
        self._env, self._id = backend.env, backend.id

    def at(self, work: Callable[..., Result], *arguments: Any) -> Result | None:
        """What ``work(*arguments)`` returns, in its own transaction; None if it must not be."""
        if not unless_locked(self._env, self._note, BEGIN):
            return None
        result = unless_locked(self._env, work, *arguments)
        unless_locked(self._env, self._note, END)
        return result

    def _note(self, query: str) -> bool:
        [(is_looking,)] = self._env.execute_query(SQL(query, self._id))
        return is_looking
