"""Statements that are tried again are not logged as errors."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

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
