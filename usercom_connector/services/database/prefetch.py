"""Which records are looked up together."""

from collections.abc import Container
from itertools import islice
from typing import Any

BATCH = 1000  # records looked up together, as Odoo prefetches


def read_together(record: Any, known: Container[int]) -> list[int]:
    """Return the ids of ``record`` and of the next that are read with it and are not ``known``."""
    others = (
        record_id
        for record_id in record._prefetch_ids
        if isinstance(record_id, int) and record_id != record.id and record_id not in known
    )
    return [record.id, *islice(others, BATCH - 1)]
