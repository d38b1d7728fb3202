"""How much memory Odoo's process takes while many contacts wait in the outbox."""

import time
from contextlib import suppress

from tests.server import until

from .pair import CONTACTS as ADD_CONTACTS
from .pair import PATIENCE_SECONDS, QUEUED, peak_memory, running_pair
from .result import Result

FEW, MANY = 2000, 200_000
MINUTES = 2
MOST_MIB = 100


def run() -> list[Result]:
    """Send all of a few, and of many as many as the time allows."""
    few, _sent = _export(FEW, PATIENCE_SECONDS)
    many, sent = _export(MANY, MINUTES * 60)
    return [
        Result(
            "peak memory of the drain, 200,000 new contacts in the outbox",
            "2,000 in it",
            f"+ {many - few:.0f} MiB ({few:.0f} → {many:.0f}; {sent:,} of them sent"
            f" in {MINUTES} minutes)",
            f"+ ≤ {MOST_MIB} MiB",
            many - few <= MOST_MIB,
        )
    ]


def _export(count: int, seconds: float) -> tuple[float, int]:
    """Return the peak in MiB, and how many contacts have been sent."""
    with running_pair(rate=10_000) as pair:
        pair.odoo.sql(ADD_CONTACTS, "100000000", count)
        pair.odoo.sql(QUEUED)
        pair.odoo.sql("ANALYZE")
        backend = pair.odoo.call("usercom.backend", "search", [])
        pair.odoo.call("usercom.backend", "action_run", backend)

        def sent() -> int:
            time.sleep(5)  # counting takes its time, too
            return pair.odoo.sql("SELECT count(*) FROM usercom_outbox WHERE state = 'done'")[0][0]

        with suppress(TimeoutError):
            until(lambda: sent() == count, seconds)
        return peak_memory(pair), sent()
