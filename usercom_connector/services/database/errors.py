"""Which errors of the database may pass: the same work may succeed at another moment."""

from __future__ import annotations

import psycopg2
from psycopg2 import errorcodes

from odoo.exceptions import ConcurrencyError

TRANSIENT = {
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.LOCK_NOT_AVAILABLE,
    errorcodes.ADMIN_SHUTDOWN,
    errorcodes.CRASH_SHUTDOWN,
    errorcodes.CANNOT_CONNECT_NOW,
    errorcodes.DATABASE_DROPPED,
}


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed in another transaction, or on another connection.

    Any other error is the fault of what was written. A name of 10,000 random letters, for
    instance, fits no index: psycopg2's ProgramLimitExceeded is an OperationalError, too.
    """
    if isinstance(error, psycopg2.OperationalError):
        # Without a code the connection was lost before the server could say anything.
        code = error.pgcode or errorcodes.CLASS_CONNECTION_EXCEPTION
        return code in TRANSIENT or code.startswith(errorcodes.CLASS_CONNECTION_EXCEPTION)
    return isinstance(error, psycopg2.InterfaceError | ConcurrencyError)
