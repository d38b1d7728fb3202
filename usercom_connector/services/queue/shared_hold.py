from contextlib import suppress
from typing import Any

import psycopg2

from odoo.tools import SQL

from ...usercom import shared_throttle
from ...usercom.throttle import Throttle

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
        stored, own = self._stored(), self.throttle.held_for()
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
