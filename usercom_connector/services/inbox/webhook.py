"""The webhook's front door: a call is authenticated, stored and answered."""

import logging
import time
from collections import Counter
from collections.abc import Hashable
from typing import Any

from psycopg2.errors import SerializationFailure

from ..database.transactions import without_expected_errors
from ..queue.cron_trigger import request_drain
from .prompts import Keys, Payload, Prompts, keys_of, parse


class CallRate:
    """Counts calls by the minute. Each process of Odoo counts for itself: nobody waits for that."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts = Counter[Hashable]()

    def is_exceeded(self, account: Hashable, most: int) -> bool:
        """Count a call of ``account``; whether it is one too many. 0: there is no bound."""
        minute = int(time.time()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[account] += 1
        return 0 < most < self._counts[account]


_logger = logging.getLogger(__name__)

MOST_TRIES = 9  # where many calls about one user come together


class RefusedCalls:
    """Counts refused calls, and logs their number at most once a minute."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._next_at = 0.0
        self._count = 0

    def add(self) -> None:
        """Count one more."""
        self._count += 1
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + 60
            count, self._count = self._count, 0
            _logger.warning(self._message, count)


call_rate = CallRate()
refused_calls = RefusedCalls("user.com webhook: refused %s calls with no or a wrong token")
nameless_calls = RefusedCalls(
    "user.com webhook: refused %s calls that name no user by id, custom_id or email"
)


class WebhookCalls:
    """Receives the calls of User.com's automations."""

    def __init__(self, env: Any) -> None:
        self._env = env

    def receive(self, token: str, body: bytes) -> str:
        """Store one call; return the word that answers it, see ``ANSWERS`` of the controller."""
        backend_id, state, most = self._env["usercom.backend"]._webhook_account(token)
        if not backend_id:
            refused_calls.add()
            return "unauthorized"
        if call_rate.is_exceeded((self._env.cr.dbname, backend_id), most):
            return "too_many"
        payload = parse(body)
        keys = keys_of(payload) if payload else None
        if not (payload and keys):
            if payload != {}:  # which is our own test
                nameless_calls.add()
            return "malformed"
        if state not in ("running", "paused"):
            return "never_run"
        backend = self._env["usercom.backend"].browse(backend_id)
        self._store(backend, keys, payload)
        if state == "running":
            request_drain(backend)
        return "accepted"

    def _store(self, backend: Any, keys: Keys, payload: Payload) -> None:
        """Store the call in a transaction of its own, where another call has changed the row again.

        Odoo would try again, too, after a sleep of up to two seconds, while User.com waits.
        """
        prompts = Prompts(backend)
        for _try in range(MOST_TRIES):
            try:
                with without_expected_errors():
                    prompts.store(keys, payload)
                    return
            except SerializationFailure:
                self._env.cr.rollback()
        prompts.store(keys, payload)
