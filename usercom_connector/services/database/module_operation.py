"""Apps are installed, upgraded and removed while an account has much to do.

Odoo refuses that as long as it finds a scheduled job at work, and the job of an account that has
work is nearly always.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2

from odoo.tools import SQL

from .transactions import RIVALS

PATIENCE = 20.0  # seconds; a drain waits for the calls that are under way
KEY = SQL("hashtextextended('usercom module operation', 0)")
JOBS = SQL(
    """SELECT FROM ir_cron WHERE id IN (SELECT cron_id FROM usercom_backend)
          FOR NO KEY UPDATE"""
)


class ModuleOperation:
    """Has the drains of this database, on whatever server, make room for a while.

    It is announced by an advisory lock, at which each drain looks before it does more.
    """

    def __init__(self, env: Any) -> None:
        self._cr = env.cr

    def is_announced(self) -> bool:
        """Whether somebody waits for the drains to end."""
        return self._ask(
            """SELECT EXISTS (
                   SELECT FROM pg_locks
                    WHERE locktype = 'advisory' AND granted
                      AND database = (SELECT oid FROM pg_database
                                       WHERE datname = current_database())
                      AND (classid::bigint << 32 | objid::bigint) = %s)"""
        )

    @contextmanager
    def announced(self) -> Iterator[None]:
        """Wait until no drain is at work. If one takes too long, Odoo refuses as usual."""
        # Where somebody else has announced one, Odoo tells of it.
        if not self._ask("SELECT pg_try_advisory_lock(%s)"):
            yield
            return
        try:
            self._wait_for_drains()
            yield
        except BaseException:
            with suppress(psycopg2.Error):  # a connection that is gone has lost the lock with it
                self._cr.rollback()
                self._withdraw()
            raise
        self._withdraw()

    def _wait_for_drains(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._lock_jobs() and time.monotonic() < deadline:
            # A new snapshot, which has what the drain stored at its end. Odoo commits, too, before
            # it touches any app.
            self._cr.commit()  # pylint: disable=invalid-commit

    def _lock_jobs(self) -> bool:
        """Whether no drain is at work; then none begins before the end of this transaction."""
        try:
            with self._cr.savepoint(flush=False):
                self._cr.execute("SET LOCAL lock_timeout = '1s'")
                self._cr.execute(JOBS, log_exceptions=False)
                self._cr.execute("SET LOCAL lock_timeout = 0")
        except RIVALS:
            return False
        return True

    def _withdraw(self) -> None:
        self._ask("SELECT pg_advisory_unlock(%s)")

    def _ask(self, query: str) -> bool:
        self._cr.execute(SQL(query, KEY))
        return bool(self._cr.fetchone()[0])
