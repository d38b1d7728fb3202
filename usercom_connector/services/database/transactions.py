"""The drain's transactions are short, and none waits for another transaction for long.

Where a lot of records meets a lock or a conflict, it is halved until the one record is found that
is affected. Only that one waits for its next turn.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg2
from psycopg2 import errorcodes
from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

# ---- errors that may pass ----

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


# ---- what the server's log tells ----
# Odoo logs a failed statement with all its values, and psycopg2 quotes them in its errors: a name
# too long for an index would be in the log in full.

_FRAMES = 4
_here = threading.local()


class _WithoutValues(logging.Filter):
    def filter(self, record: Any) -> bool:
        if getattr(_here, "depth", 0) and str(record.msg).startswith("bad query"):
            error = record.args[-1]
            text = error if is_transient(error) else _name(error)
            record.msg, record.args = "bad query: (with values)\nERROR: %s", (text,)
        return True


logging.getLogger("odoo.sql_db").addFilter(_WithoutValues())


@contextmanager
def without_values() -> Iterator[None]:
    """Log failed statements of this thread by the kind of their error, without any value."""
    _here.depth = getattr(_here, "depth", 0) + 1
    try:
        yield
    finally:
        _here.depth -= 1


def described(error: BaseException) -> str:
    """The kind of the ``error`` and where it was raised; never its text, which may quote values."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = (f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    return " < ".join([_name(error), *reversed(list(places))])


def _name(error: BaseException) -> str:
    code = getattr(error, "pgcode", None)
    return f"{type(error).__name__} ({code})" if code else type(error).__name__


_sql_logger = logging.getLogger("odoo.sql_db")


@contextmanager
def without_expected_errors() -> Iterator[None]:
    """Keep ``bad query`` lines about statements that this thread will try again out of the log.

    The code that tries again logs what it gives up in the end.
    """
    thread = threading.get_ident()

    def is_worth_a_line(record: logging.LogRecord) -> bool:
        error = record.args[-1] if isinstance(record.args, tuple) and record.args else None
        is_expected = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
        return not (is_expected and record.thread == thread)

    _sql_logger.addFilter(is_worth_a_line)
    try:
        yield
    finally:
        _sql_logger.removeFilter(is_worth_a_line)


# ---- a transaction of its own ----

Result = TypeVar("Result")

_logger = logging.getLogger(__name__)

RIVALS = (SerializationFailure, LockNotAvailable, DeadlockDetected, ConcurrencyError)
PAUSES = (0.05, 0.2)  # seconds, at most, before it is tried once more
LONG_WAIT, SHORT_WAIT = "1s", "100ms"  # for what is locked
LULL = 10.0  # seconds without a rival, after which there is time to wait again
MOST = 100  # at once


class Surroundings:
    """How this process works beside other transactions: how large its lots are, how long it waits.

    A single lock is waited for. Where an import holds 100 contacts, only the first is waited for.
    """

    def __init__(self, most: int = MOST) -> None:
        self.lot_size = self._most = most
        self._rival_at = float("-inf")

    def lock_timeout(self) -> str:
        """How long to wait for what is locked, as PostgreSQL writes it."""
        return SHORT_WAIT if time.monotonic() < self._rival_at + LULL else LONG_WAIT

    def met_rival(self) -> None:
        self._rival_at = time.monotonic()

    def shrink(self, size: int) -> None:
        """A lot of this size was in another transaction's way."""
        self.lot_size = max(1, size // 2)

    def grow(self) -> None:
        """A lot went through."""
        self.lot_size = min(self._most, 2 * self.lot_size)


surroundings = Surroundings()


def committed(
    env: Any, work: Callable[..., Result], *arguments: Any, pauses: Sequence[float] = PAUSES
) -> Result:
    """Return what ``work(*arguments)`` returns, done in a transaction of its own.

    Where another transaction is in the way it is tried again after each of the ``pauses``, then
    one of RIVALS is raised. (``odoo.service.model.retrying`` sleeps for up to half a minute.)
    """
    for pause in (*pauses, None):
        try:
            with without_values(), without_expected_errors():
                return _once(env, work, *arguments)
        except RIVALS:
            if pause is None:
                raise
            time.sleep(random.uniform(0, pause))
    raise AssertionError("unreachable")


def _once(env: Any, work: Callable[..., Result], *arguments: Any) -> Result:
    try:
        env.invalidate_all()
        env.cr.execute(SQL("SET LOCAL lock_timeout = %s", surroundings.lock_timeout()))
        result = work(*arguments)
        env.cr.flush()
        env.cr.commit()
    except Exception as error:
        if isinstance(error, RIVALS):
            surroundings.met_rival()
            env.cr.rollback()
        env.transaction.reset()
        env.registry.reset_changes()
        raise
    env.registry.signal_changes()
    return result


def in_lots(
    env: Any,
    items: Any,
    work: Callable[..., Result],
    put_off: Callable[..., object],
    *,
    at_once: bool = False,
) -> list[Result]:
    """Return what ``work(lot)`` returns for each lot of ``items``, records or a list.

    Each lot is a transaction, halved as long as a rival is in its way. Where one is in the way of
    a single item, ``put_off(item)`` has it wait for its next turn. All are tried first ``at_once``
    where that is worth it, as for rows that one mass update may stand for.
    """
    results: list[Result] = []
    left = items
    if at_once:
        surroundings.lot_size = max(surroundings.lot_size, len(items))
    while left:
        size = min(surroundings.lot_size, len(left))
        try:
            result = committed(env, work, left[:size], pauses=PAUSES if size == 1 else ())
        except RIVALS as error:
            surroundings.shrink(size)
            if size == 1:
                _logger.info("user.com: one waits for another transaction: %s", error)
                unless_locked(env, put_off, left[0])
                left = left[1:]
        else:
            results.append(result)
            surroundings.grow()
            left = left[size:]
    return results


def unless_locked(env: Any, work: Callable[..., Result], *arguments: Any) -> Result | None:
    """Return what ``work(*arguments)`` returns; None where it has to wait for somebody else."""
    try:
        return committed(env, work, *arguments)
    except RIVALS as error:
        _logger.info("user.com: something waits for another transaction: %s", error)
        return None


def attempted(
    env: Any, method: Callable[..., Any], *arguments: Any, **named: Any
) -> tuple[Any, Exception | None]:
    """``(result, None)``, or ``(None, error)`` where the method failed; nothing is kept then.

    For what other apps have a hand in: one contact must not stop the rest. Errors of the database
    that pass (another transaction is in the way) are raised, for ``committed`` to try again.
    """
    try:
        with without_values(), env.cr.savepoint():
            return method(*arguments, **named), None
    except Exception as error:
        if is_transient(error):
            raise
        env.invalidate_all()
        return None, error


# ---- what is cached ----


def forget_caches(records: Any) -> None:
    """Forget what is cached of accounts, now and once more when all can see what was written.

    Another thread that looks before the commit still reads the former fields, and would cache them
    for good: then edits of a field that has just been mapped leave no row in the outbox.
    """
    records.flush_model()
    clear = records.env.registry.clear_cache
    clear()
    records.env.cr.postcommit.add(clear)
