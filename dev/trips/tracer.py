"""What code of ours runs: its files, its functions, and the calls from one file to another."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from ..paths import ROOT

_OURS = f"{ROOT}/usercom_connector"


@dataclass
class Trip:
    """What ran: paths below the repository, ``(path, function)``, and ``(from, to)`` of these."""

    functions: set[tuple[str, str]] = field(default_factory=set)
    crossings: set[tuple[tuple[str, str], tuple[str, str]]] = field(default_factory=set)
    direct: set[tuple[tuple[str, str], tuple[str, str]]] = field(default_factory=set)
    """Those that no ORM of Odoo is between, as between an assignment and our ``write``."""

    @property
    def files(self) -> set[str]:
        """The files that the functions are in."""
        return {file for file, _function in self.functions}

    def note(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a call; the caller is the function of ours nearest to it, Odoo's passed over."""
        if event != "call" or not _is_ours(frame):
            return
        called = _name(frame)
        self.functions.add(called)
        caller, is_direct = frame.f_back, True
        while caller is not None and not _is_ours(caller):
            is_direct = is_direct and "/odoo/orm/" not in caller.f_code.co_filename
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename != frame.f_code.co_filename:
            crossing = _name(caller), called
            self.crossings.add(crossing)
            if is_direct:
                self.direct.add(crossing)


@contextmanager
def traced() -> Iterator[Trip]:
    """Trace what runs meanwhile, in every thread that is started meanwhile, too."""
    trip = Trip()
    threading.setprofile(trip.note)
    sys.setprofile(trip.note)
    try:
        yield trip
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


def _is_ours(frame: FrameType) -> bool:
    code = frame.f_code
    return code.co_filename.startswith(_OURS) and code.co_name != "<module>"


def _name(frame: FrameType) -> tuple[str, str]:
    code = frame.f_code
    name = code.co_qualname if hasattr(code, "co_qualname") else code.co_name
    return code.co_filename.removeprefix(f"{ROOT}/"), name
