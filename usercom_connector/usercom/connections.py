"""Connections to User.com, shared by several threads, with a deadline for each call."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from threading import Lock, Timer
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter

THREADS = 32
CONNECT = 5.0  # seconds to connect; each further wait for a byte may be longer
LONGEST_CALL = 40.0  # seconds, from its connection to the last byte of its answer


class Deadline:
    """Shuts down the connection of a call that takes too long.

    The time-outs of requests start anew with each byte received: a server that sends one byte of
    a header every ten seconds would hold a thread for ever. A DNS look-up is not interrupted.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._lock = Lock()
        self._connection: socket.socket | None = None  # TLS or not: this is what lies below
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._token = _deadline.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._timer.cancel()
        _deadline.reset(self._token)
        with self._lock:
            self._let_go()

    def watch(self, connection: Any) -> None:
        """Note the call's connection, to be shut down when time is over."""
        with self._lock:
            self._let_go()
            self._connection = socket.socket(fileno=os.dup(connection.fileno()))
        if self.is_over:
            self._end()

    def _let_go(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _end(self) -> None:
        self.is_over = True
        with self._lock, suppress(OSError):  # perhaps it has just been closed
            if self._connection:
                self._connection.shutdown(socket.SHUT_RDWR)


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class _Watched:
    """A connection of urllib3 that tells the deadline of each call on it about its socket."""

    sock: Any

    def _new_conn(self) -> Any:
        connection = super()._new_conn()  # type: ignore[misc]
        if deadline := _deadline.get():  # before the TLS handshake, which may be slow as well
            deadline.watch(connection)
        return connection

    def putrequest(self, *arguments: Any, **named: Any) -> None:
        deadline = _deadline.get()
        if deadline and self.sock:  # kept from an earlier call
            deadline.watch(self.sock)
        super().putrequest(*arguments, **named)  # type: ignore[misc]


@cache
def _watched(pool: Any) -> type:
    connection = type(pool.ConnectionCls.__name__, (_Watched, pool.ConnectionCls), {})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _watch(manager: Any) -> Any:
    """Have a pool manager make connections that tell their deadline."""
    manager.pool_classes_by_scheme = {
        scheme: pool if issubclass(pool.ConnectionCls, _Watched) else _watched(pool)
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }
    return manager


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        _watch(self.poolmanager)

    def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
        """Sessions are given the wait for a byte alone, which Odoo's guard of tests can compare."""
        wait = options["timeout"]
        return super().send(
            request, *arguments, **{**options, "timeout": (min(CONNECT, wait), wait)}
        )

    def proxy_manager_for(self, *arguments: Any, **named: Any) -> Any:
        return _watch(super().proxy_manager_for(*arguments, **named))


def new_session() -> requests.Session:
    """Return a session that up to THREADS threads may share: no cookies, no retries."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_connections=1, pool_maxsize=THREADS))
    return session
