"""How long one edit takes until User.com has it, behind what others do to many contacts."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median, quantiles
from typing import Any

from tests.e2e.conftest import Pair, pair_field
from tests.server import until

from .odoo_env import database, environment, opened
from .pair import CONTACTS, PHONE, add_contacts, running_pair
from .result import Result

EDITS = int(os.environ.get("USERCOM_BENCH_FAIR_EDITS", "400"))
IMPORTED = int(os.environ.get("USERCOM_BENCH_FAIR_IMPORTED", "20000"))
HOLDERS = int(os.environ.get("USERCOM_BENCH_FAIR_HOLDERS", "50000"))
USERS = int(os.environ.get("USERCOM_BENCH_FAIR_USERS", "20000"))
PROBES = int(os.environ.get("USERCOM_BENCH_FAIR_PROBES", "20"))
RENAMES = 7
BATCH = 2000
RATE, LATENCY_MS = 10, 100
PAUSE_SECONDS = 0.3
PATIENCE_SECONDS = 300
NUMBERS = count()  # no contact is given the number that it has
MEDIAN, MOST, RENAME = 2.0, 5.0, 2.0  # seconds, seconds, times plain Odoo's
IS_SETTLED = """
    SELECT NOT EXISTS (SELECT FROM usercom_outbox WHERE partner_id = %s AND state = 'pending')"""
TAG = 'INSERT INTO res_partner_category (name, active) VALUES (\'{"en_US": "North"}\', true)'
TAGGED = """
    INSERT INTO res_partner_res_partner_category_rel (category_id, partner_id)
    SELECT c.id, p.id FROM res_partner_category c, res_partner p
     WHERE c.name->>'en_US' = 'North' AND p.name LIKE 'No %%'"""
KNOWN_TAG = 'UPDATE usercom_binding SET base = base || \'{"region": "North"}\''


def run() -> list[Result]:
    """Measure behind each of these in turn, on an account of its own."""
    return [
        *_behind("nothing", _nothing),
        *_behind(f"{EDITS:,} edits of others", _edits),
        *_behind(f"{IMPORTED:,} imported contacts", _import),
        *_behind(f"a running initial sync of {USERS:,} users", _initial_sync),
        *_behind_rename(),
    ]


def _behind(what: str, begin: Callable[[Pair], None]) -> Iterator[Result]:
    with _limited_pair(max(EDITS, PROBES) + PROBES) as pair:
        begin(pair)
        yield from results_of_edits(what, edited(pair))


@contextmanager
def _limited_pair(linked: int, **pairs: str) -> Iterator[Pair]:
    """Both sides with so many contacts, at a real account's limit and latency."""
    with running_pair(RATE) as pair:
        for field, attribute in pairs.items():
            pair_field(pair.odoo, field, attribute)
        add_contacts(pair, linked)
        pair.simulator.settings(rate_limit=RATE, latency_ms=LATENCY_MS)
        yield pair


def results_of_edits(what: str, seconds: list[float]) -> Iterator[Result]:
    middle, late = median(seconds), quantiles(seconds, n=20)[-1]
    yield Result(
        f"one edit until User.com has it, behind {what}",
        f"–; {len(seconds)} edits at {RATE} calls a second, {LATENCY_MS} ms each",
        f"median {middle:.1f} s, 95th percentile {late:.1f} s",
        f"≤ {MEDIAN:.0f} s, ≤ {MOST:.0f} s",
        middle <= MEDIAN and late <= MOST,
    )


def edited(pair: Pair) -> list[float]:
    """Edit one contact after the other, by remote calls, and wait for each."""
    seconds = []
    for contact in _contacts(pair, PROBES):
        started = time.perf_counter()
        pair.write(contact, phone=f"5{next(NUMBERS):08}")
        until(lambda: pair.odoo.sql(IS_SETTLED, contact)[0][0], PATIENCE_SECONDS)  # noqa: B023
        seconds.append(time.perf_counter() - started)
        time.sleep(PAUSE_SECONDS)
    return seconds


def _contacts(pair: Pair, count: int, offset: int = 0) -> list[int]:
    chosen = {"order": "id", "limit": count, "offset": offset}
    return pair.odoo.call("res.partner", "search", [["name", "=like", "No %"]], **chosen)


# ---- what others do ----


def _nothing(_pair: Pair) -> None:
    pass


def _edits(pair: Pair) -> None:
    """Others edit contacts one by one, no two alike."""
    for number, contact in enumerate(_contacts(pair, EDITS, offset=PROBES)):
        pair.write(contact, phone=f"4{number:08}")


def _import(pair: Pair) -> None:
    """Somebody imports a file, which Odoo takes in batches."""
    for first in range(0, IMPORTED, BATCH):
        numbers = range(first, min(first + BATCH, IMPORTED))
        rows = [[f"New {n}", f"new{n}@example.org"] for n in numbers]
        context = {"import_file": True}
        pair.odoo.call("res.partner", "load", ["name", "email"], rows, context=context)


def _initial_sync(pair: Pair) -> None:
    """Users whom Odoo does not know are brought there."""
    for first in range(0, USERS, BATCH):
        numbers = range(first, min(first + BATCH, USERS))
        pair.simulator.seed(*({"email": f"new{n}@example.org"} for n in numbers))
    sync = pair.odoo.call("usercom.sync", "create", [{"direction": "import"}])
    pair.odoo.call("usercom.sync", "action_preview", sync)
    state = "SELECT state FROM usercom_sync WHERE id = %s"
    until(lambda: pair.odoo.sql(state, sync[0]) == [("ready",)], 4 * PATIENCE_SECONDS)
    pair.odoo.call("usercom.sync", "action_run", sync)


# ---- a tag is renamed ----


def _behind_rename() -> Iterator[Result]:
    tags = {"category_id": "region"}
    with database("plain", "USERCOM_PLAIN") as plain, _limited_pair(HOLDERS, **tags) as pair:
        with plain.cursor() as cr:
            cr.execute(CONTACTS, [PHONE, HOLDERS])
            cr.execute(TAG)
            cr.execute(TAGGED)
        for statement in (TAG, TAGGED, KNOWN_TAG, "ANALYZE"):
            pair.odoo.sql(statement)
        with opened(pair.odoo.database) as ours:
            yield _renames(plain, ours)
        yield from results_of_edits(f"a renamed tag of {HOLDERS:,} contacts", edited(pair))


def _renames(plain: Any, ours: Any) -> Result:
    """Rename it in turns, the last time just before the edits are measured."""
    pairs = [[_rename(registry, n) for registry in (plain, ours)] for n in range(RENAMES)]
    without, ms = (median(times) * 1000 for times in zip(*pairs, strict=True))
    return Result(
        f"rename of a tag of {HOLDERS:,} contacts",
        "the same without the addon",
        f"{ms / without:.2f}× ({without:.1f} → {ms:.1f} ms)",
        f"≤ {RENAME}×",
        ms <= RENAME * without,
    )


def _rename(registry: Any, number: int) -> float:
    started = time.perf_counter()
    with environment(registry) as env:
        tag = env["res.partner.category"].search([("name", "in", ("North", "South"))])
        tag.name = "North" if number % 2 else "South"
    return time.perf_counter() - started
