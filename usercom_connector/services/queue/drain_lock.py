from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from odoo.tools import SQL


class DrainLock:
    """Lets one drain of an account work at a time, on however many servers.

    Odoo's lock of the scheduled job is held by a connection that idles meanwhile. That may be
    ended (`idle_in_transaction_session_timeout`, an administrator): then Odoo starts a second drain
    beside the first. This lock belongs to the connection that the drain works with, and goes with
    it: a drain that has lost the lock cannot write either.
    """

    def __init__(self, backend: Any) -> None:
        self._cr = backend.env.cr
        self._key = SQL("hashtextextended(%s, 0)", f"usercom drain {backend.id}")

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Try to take the lock, and yield whether it was taken; it is released at the end."""
        is_held = self._ask("SELECT pg_try_advisory_lock(%s)")
        try:
            yield is_held
        except BaseException:
            if is_held:
                self._release_after_failure()
            raise
        if is_held:
            self._ask("SELECT pg_advisory_unlock(%s)")

    def is_held(self) -> bool:
        """Whether this very connection holds it."""
        return self._ask(
            """SELECT EXISTS (
                   SELECT FROM pg_locks
                    WHERE locktype = 'advisory' AND pid = pg_backend_pid()
                      AND (classid::bigint << 32 | objid::bigint) = %s)"""
        )

    def _release_after_failure(self) -> None:
        try:
            self._cr.rollback()
            self._ask("SELECT pg_advisory_unlock(%s)")
        except psycopg2.Error:  # the connection is gone, and the lock with it
            return

    def _ask(self, query: str) -> bool:
        self._cr.execute(SQL(query, self._key))
        return self._cr.fetchone()[0]
