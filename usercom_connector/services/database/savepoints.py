"""Work that may fail without taking the rest of its transaction along."""

from collections.abc import Callable
from typing import Any

from .errors import is_transient
from .quiet_sql import without_values


def attempted(
    env: Any, method: Callable[..., Any], *arguments: Any, **named: Any
) -> tuple[Any, Exception | None]:
    """``(result, None)``, or ``(None, error)`` where the method failed; nothing is kept then.

    For what other apps have a hand in: one contact must not stop the rest. Errors of the database
    that pass (another transaction is in the way) are raised, for ``committed`` to try again.
    """
    try:
        with without_values(), env.cr.savepoint():
            return method(*arguments, **named), None
    except Exception as error:
        if is_transient(error):
            raise
        env.invalidate_all()
        return None, error
