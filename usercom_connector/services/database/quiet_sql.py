"""Failing statements in the server log, without the values that they were to store.

Odoo logs a failed statement with all its values, and psycopg2 quotes them in its errors: a name too
long for an index would be in the log in full.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import is_transient

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
