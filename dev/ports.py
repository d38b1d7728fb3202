"""Loopback TCP ports."""

import socket

from .console import GroundError

LOOPBACK = "127.0.0.1"


def free() -> int:
    """Any port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def choose(wanted: str | None, usual: int) -> int:
    """The port asked for, which has to be free; else the usual one; else any."""
    if not wanted:
        return usual if is_free(usual) else free()
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise GroundError(f"PORT={wanted} is no port; give a number from 1 to 65535.")
    if not is_free(int(wanted)):
        raise GroundError(
            f"Port {wanted} is busy; stop what listens there, give another, or leave PORT out."
        )
    return int(wanted)
