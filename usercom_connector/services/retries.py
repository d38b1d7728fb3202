"""Transactions that are tried again, without errors in the log that are none."""

import logging
import threading
from contextlib import contextmanager

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying

_sql_logger = logging.getLogger("odoo.sql_db")


def committed(env, method, *arguments):
    """Call the method in a transaction of its own, again where another one is in its way."""

    def fresh():
        env.invalidate_all()
        return method(*arguments)

    with _without_expected_errors():
        return retrying(fresh, env)


@contextmanager
def _without_expected_errors():
    """Keep this thread's ``bad query`` of what is tried again out of the log.

    Odoo's own ``retrying`` tells of it as it does of the others: "… 4 tries left, try again".
    """
    thread = threading.get_ident()

    def is_worth_a_line(record):
        error = record.args[-1] if isinstance(record.args, tuple) and record.args else None
        is_expected = isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
        return not (is_expected and record.thread == thread)

    _sql_logger.addFilter(is_worth_a_line)
    try:
        yield
    finally:
        _sql_logger.removeFilter(is_worth_a_line)
