"""The TCP connections, reached below the web framework to break them."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_transports: dict[tuple[str, int], asyncio.Transport] = {}


class Protocol(H11Protocol):
    """uvicorn's HTTP protocol that remembers its transport by the client's address."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._peer = transport.get_extra_info("peername")[:2]
        _transports[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _transports.pop(self._peer, None)
        super().connection_lost(exc)


async def reset(scope: Scope, receive: Receive, seconds: float = 0) -> None:
    """Break the connection with a TCP reset after `seconds`, or when the client leaves."""
    if seconds:
        with suppress(TimeoutError):
            await asyncio.wait_for(receive(), seconds)
    transport = _transports.get(tuple(scope["client"]))
    if transport is not None:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        transport.abort()
        await receive()


async def close(scope: Scope) -> None:
    """Close the connection after what was written to it."""
    transport = _transports.get(tuple(scope["client"]))
    if transport is not None:
        transport.close()
    await asyncio.sleep(0)
