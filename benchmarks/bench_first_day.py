"""The initial sync of many contacts to User.com, at a real account's limit and latency."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.e2e.conftest import Pair
from tests.server import until

from .odoo_env import database, environment
from .pair import CONTACTS, PHONE, peak_memory, running_pair
from .result import Result

MANY = int(os.environ.get("USERCOM_BENCH_CONTACTS", "200000"))
PLAIN = min(MANY, 10_000)
SINGLY = 150
PAGE = 100
RATE, LATENCY_MS = 10, 100
MOST, FASTER, MOST_MIB = 1.3, 50, 300
PATIENCE_SECONDS = 4 * 3600


def run() -> list[Result]:
    """Bring all contacts to User.com."""
    return list(_push())


def pull() -> list[Result]:
    """Bring all users to Odoo."""
    return list(_pull(_plain_create()))


def _plain_create() -> float:
    """Return the seconds a contact takes by `create` in batches of a page, without the addon."""
    with database("plain", "USERCOM_PLAIN") as registry:
        started = time.perf_counter()
        for first in range(0, PLAIN, PAGE):
            with environment(registry) as env:
                env["res.partner"].create(
                    [
                        {
                            "name": f"No {n}",
                            "email": f"no{n}@example.org",
                            "phone": f"2{n:08}",
                            "type": "contact",
                        }
                        for n in range(first, first + PAGE)
                    ]
                )
        return (time.perf_counter() - started) / PLAIN


def _pull(plain: float) -> Iterator[Result]:
    with running_pair(RATE) as pair:
        for first in range(0, MANY, 10_000):
            numbers = range(first, min(first + 10_000, MANY))
            pair.simulator.seed(*(_user(n) for n in numbers))
        before = peak_memory(pair)
        preview, read = _sync(pair, "import")
        seconds, calls = _run(pair)
        memory = peak_memory(pair) - before
        _check(pair, MANY)
    limit = calls / RATE
    bound = max(limit, MOST * plain * MANY)
    yield Result(
        f"initial sync of {MANY:,} users into an empty Odoo",
        f"the larger of the limit ({calls:,} calls, {limit:.0f} s) and {MOST}× plain `create`"
        f" ({plain * MANY:.0f} s, of {PLAIN:,})",
        f"{seconds:.0f} s, {seconds / MANY * 1000:.2f} ms a contact",
        f"≤ {bound:.0f} s",
        seconds <= bound,
    )
    yield Result(
        f"its preview of {MANY:,} users, {read:,} calls",
        "the limit",
        f"{preview:.0f} s, {read / RATE / preview:.0%} of the limit",
        "–",
        True,
    )
    yield Result(
        f"peak memory of both, {MANY:,} users",
        "Odoo before",
        f"+ {memory:.0f} MiB",
        f"+ ≤ {MOST_MIB} MiB",
        memory <= MOST_MIB,
    )


def _push() -> Iterator[Result]:
    with running_pair(RATE) as pair:
        single, single_calls, _memory = export(pair, SINGLY, use_csv=False)
    with running_pair(RATE) as pair:
        seconds, calls, memory = export(pair, MANY, use_csv=True)
    ratio = (single / SINGLY) / (seconds / MANY)
    yield Result(
        f"initial sync of {MANY:,} contacts to an empty User.com, by CSV",
        f"one by one ({single_calls / SINGLY:.1f} calls, {single / SINGLY:.2f} s each of {SINGLY})",
        f"{ratio:.0f}× as fast ({calls:,} calls, {seconds:.0f} s)",
        f"≥ {FASTER}×",
        ratio >= FASTER,
    )
    yield Result(
        f"peak memory of it, {MANY:,} contacts",
        "Odoo before",
        f"+ {memory:.0f} MiB",
        f"+ ≤ {MOST_MIB} MiB",
        memory <= MOST_MIB,
    )


def export(
    pair: Pair, count: int, use_csv: bool, prepare: Callable[[], None] = lambda: None
) -> tuple[float, int, float]:
    """Bring so many contacts to an empty User.com: seconds, calls, and the memory that took."""
    pair.odoo.sql(CONTACTS, PHONE, count)
    prepare()
    pair.odoo.sql("ANALYZE")
    before = peak_memory(pair)
    _sync(pair, "export", use_csv=use_csv)
    seconds, calls = _run(pair)
    _check(pair, count)
    return seconds, calls, peak_memory(pair) - before


def _check(pair: Pair, count: int) -> None:
    """All are linked, each to a user of its own, and nothing is left to be sent."""
    query = "SELECT count(DISTINCT external_id) FROM usercom_binding WHERE state = 'synced'"
    assert pair.odoo.sql(query)[0][0] == count
    assert not pair.waiting()


def _user(number: int) -> dict[str, Any]:
    return {
        "email": f"no{number}@example.org",
        "first_name": "No",
        "last_name": str(number),
        "phone_number": f"2{number:08}",
    }


def _sync(pair: Pair, direction: str, **values: Any) -> tuple[float, int]:
    """A sync that is previewed: the seconds that took, and the calls."""
    pair.simulator.settings(rate_limit=RATE, latency_ms=LATENCY_MS)
    pair.simulator.clear_journal()
    domain = "[('email', '=like', '%@example.org')]"
    vals = {"direction": direction, "domain": domain, **values}
    sync = pair.odoo.call("usercom.sync", "create", [vals])
    return _until(pair, sync, "action_preview", "ready")


def _run(pair: Pair) -> tuple[float, int]:
    sync = pair.odoo.call("usercom.sync", "search", [["state", "=", "ready"]])
    pair.simulator.clear_journal()
    return _until(pair, sync, "action_run", "done")


def _until(pair: Pair, sync: list[int], button: str, state: str) -> tuple[float, int]:
    started = time.perf_counter()
    pair.odoo.call("usercom.sync", button, sync)
    query = "SELECT state FROM usercom_sync WHERE id = %s"

    def is_there() -> bool:
        time.sleep(0.2)
        return pair.odoo.sql(query, sync[0])[0][0] == state

    until(is_there, PATIENCE_SECONDS, state)
    return time.perf_counter() - started, pair.simulator.counts()["requests"]
