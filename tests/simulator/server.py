"""The HTTP server: says when it listens, stops at once."""

import os
import socket
import sys
import threading
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from .connections import Protocol

KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """uvicorn without its patience: nothing here is worth waiting for."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for each in sockets or ():
            host, port = each.getsockname()[:2]
            print(f"listening on http://{host}:{port}", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        os._exit(0)


def stop_with_stdin() -> None:
    """End the process when its standard input closes: its parent has gone."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def serve(app: Starlette, listener: socket.socket) -> None:
    """Serve until a signal."""
    config = uvicorn.Config(
        app,
        http=Protocol,
        loop="asyncio",
        lifespan="off",
        access_log=False,
        date_header=False,  # the gate tells the date of the simulator's own clock
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    Server(config).run(sockets=[listener])
