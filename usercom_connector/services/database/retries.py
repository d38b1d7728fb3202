"""What is tried again is no error in the log."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_sql_logger = logging.getLogger("odoo.sql_db")


@contextmanager
def without_expected_errors() -> Iterator[None]:
    """Keep this thread's ``bad query`` of what is tried again out of the log.

    Whoever tries it again tells of what it gives up.
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
