"""What keeps a drain from working: another drain, apps being installed, User.com's "not now"."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg2

from odoo.tools import SQL

from ...usercom import shared_throttle
from ...usercom.throttle import Throttle
from ..database.transactions import RIVALS


class DrainLock:
    """Lets one drain of an account work at a time, on however many servers.

    Odoo's lock of the scheduled job is held by a connection that idles meanwhile. That may be
    ended (`idle_in_transaction_session_timeout`, an administrator): then Odoo starts a second drain
    beside the first. This lock belongs to the connection that the drain works with, and goes with
    it: a drain that has lost the lock cannot write either.
    """

    def __init__(self, backend: Any) -> None:
        self._cr = backend.env.cr
        self._key = _key_of_drain(backend)

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

    def _release_after_failure(self) -> None:
        try:
            self._cr.rollback()
            self._ask("SELECT pg_advisory_unlock(%s)")
        except psycopg2.Error:  # the connection is gone, and the lock with it
            return

    def _ask(self, query: str) -> bool:
        self._cr.execute(SQL(query, self._key))
        return self._cr.fetchone()[0]


def _key_of_drain(backend: Any) -> SQL:
    return SQL("hashtextextended(%s, 0)", f"usercom drain {backend.id}")


# ---- apps are installed, upgraded and removed while an account has much to do ----
# Odoo refuses that as long as it finds a scheduled job at work, and the job of an account that
# has work is nearly always.

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


# ---- User.com's limits ----

CLOSE = 1.0  # seconds by which two holds may differ and are the same


def throttle_of(backend: Any) -> Throttle:
    """The throttle that all calls of this process for the account share."""
    return shared_throttle(backend.env.cr.dbname, backend.id, backend.rate_limit)


class SharedHold:
    """User.com's "not now" (`Retry-After`), kept by every process, not only by the one that got it.

    It is kept with the account, in a row of its own and by PostgreSQL's clock, since the clocks of
    two servers differ.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.throttle = throttle_of(backend)

    def seconds(self) -> float:
        """For how long no call of any process may be made; what one was answered holds for all."""
        return self.compared(self._stored())

    def compared(self, stored: float) -> float:
        """Likewise, where ``stored`` are the seconds of the account's row."""
        own = self.throttle.held_for()
        if stored > own + CLOSE:
            self.throttle.pause(stored)
        elif own > stored + CLOSE:
            self._store(own)
        return max(stored, own)

    def _stored(self) -> float:
        cr = self.backend.env.cr
        cr.execute(
            """SELECT extract(epoch FROM held_until - (clock_timestamp() AT TIME ZONE 'UTC'))
                 FROM usercom_hold WHERE backend_id = %s""",
            [self.backend.id],
        )
        return max(0.0, float(next(iter(cr.fetchone() or (0,)))))

    def _store(self, seconds: float) -> None:
        """In a transaction of its own: a button that was refused is rolled back."""
        query = SQL(
            """INSERT INTO usercom_hold AS h (backend_id, held_until)
               VALUES (%s, (clock_timestamp() AT TIME ZONE 'UTC') + %s * interval '1 second')
               ON CONFLICT (backend_id)
               DO UPDATE SET held_until = greatest(h.held_until, EXCLUDED.held_until)""",
            self.backend.id,
            seconds,
        )
        # Another process may be storing its answer, and an account that has been created in this
        # transaction is not there yet for any other.
        with (
            suppress(psycopg2.errors.SerializationFailure, psycopg2.errors.ForeignKeyViolation),
            self.backend.env.registry.cursor() as cr,
        ):
            cr.execute(query, log_exceptions=False)


# ---- all of it, in one query ----


@dataclass(frozen=True)
class Standing:
    """What an account's row and the locks say at this moment, whatever is cached."""

    state: str
    subdomain: str
    api_key: str
    held_seconds: float  # of User.com's "not now"
    is_module_operation_announced: bool
    is_drain_lock_held: bool  # by this very connection

    @classmethod
    def of(cls, backend: Any) -> Standing | None:
        """Read it; None of an account that is gone."""
        backend.flush_recordset()
        rows = backend.env.execute_query(
            SQL(
                """SELECT b.state, b.subdomain, b.api_key,
                          greatest(0, extract(epoch FROM
                              h.held_until - (clock_timestamp() AT TIME ZONE 'UTC')))::float,
                          l.is_announced, l.is_held
                     FROM usercom_backend b
                     LEFT JOIN usercom_hold h ON h.backend_id = b.id
                    CROSS JOIN (
                          SELECT coalesce(bool_or(granted AND key = %s), false) AS is_announced,
                                 coalesce(bool_or(pid = pg_backend_pid() AND key = %s), false)
                                     AS is_held
                            FROM (SELECT granted, pid,
                                         classid::bigint << 32 | objid::bigint AS key
                                    FROM pg_locks
                                   WHERE locktype = 'advisory'
                                     AND database = (SELECT oid FROM pg_database
                                                      WHERE datname = current_database())) locks
                    ) l
                    WHERE b.id = %s""",
                KEY,
                _key_of_drain(backend),
                backend.id,
            )
        )
        return next((cls(*row) for row in rows), None)
