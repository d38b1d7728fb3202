"""The drain's transactions are short, and none waits for another transaction for long.

Where a lot of records meets a lock or a conflict, it is halved until the one record is found that
is affected. Only that one waits for its next turn.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from .quiet_sql import without_values
from .retries import without_expected_errors

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
