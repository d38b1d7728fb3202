"""What the models cache of an account, and when it is forgotten."""

from typing import Any


def forget_caches(records: Any) -> None:
    """Forget what is cached of accounts, now and once more when all can see what was written.

    Another thread that looks before the commit still reads the former fields, and would cache them
    for good: then edits of a field that has just been mapped leave no row in the outbox.
    """
    records.flush_model()
    clear = records.env.registry.clear_cache
    clear()
    records.env.cr.postcommit.add(clear)
