"""A change at the far end of a path: the save itself, the calls, and one edit meanwhile."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from tests.e2e.conftest import Pair
from tests.server import until

from .bench_fairness import LATENCY_MS, PROBES, RATE, edited, results_of_edits
from .far_records import add_far_records, pair_path, statements
from .odoo_env import database, environment, opened
from .pair import CONTACTS, PHONE, add_contacts, running_pair
from .result import Result

HOLDERS = int(os.environ.get("USERCOM_BENCH_PATHS_HOLDERS", "20000"))
SAVES = 7
CALLS, SAVE = 250, 2.0
PATIENCE_SECONDS = 900
KNOWN = """UPDATE usercom_binding
              SET base = base || jsonb_build_object('industry', 'Farms', 'seller', u.email)
             FROM (SELECT p.email FROM res_users s JOIN res_partner p ON p.id = s.partner_id
                    WHERE s.id = 2) u"""
RESTS = """
    SELECT NOT EXISTS (SELECT FROM usercom_outbox WHERE state = 'pending')
       AND NOT EXISTS (SELECT FROM usercom_touched)"""
Change = tuple[str, str, str]
CHANGES: dict[str, Change] = {
    "an industry renamed": ("res.partner.industry", "name", "Farms {}"),
    "a salesperson's new address": ("res.users", "email", "seller{}@example.org"),
}


def run() -> list[Result]:
    """Measure each change on the same contacts, in turns with a database without the addon."""
    with database("plain", "USERCOM_PLAIN") as plain, _pair() as pair:
        with plain.cursor() as cr:
            cr.execute(CONTACTS, [PHONE, HOLDERS])
            for statement, values in statements(HOLDERS):
                cr.execute(statement, values or None)
        return [
            result
            for what, change in CHANGES.items()
            for result in (_saves(plain, pair, what, change), *_sent(pair, what, change))
        ]


@contextmanager
def _pair() -> Iterator[Pair]:
    """Both sides agree on everything, also on what the paths lead to."""
    with running_pair(RATE) as pair:
        pair_path(pair, "parent_id.industry_id.name", "Industry")
        pair_path(pair, "user_id.email", "Seller")
        add_contacts(pair, HOLDERS)
        add_far_records(pair, HOLDERS)
        pair.odoo.sql(KNOWN)
        pair.simulator.settings(rate_limit=RATE, latency_ms=LATENCY_MS)
        yield pair


def _saves(plain: Any, pair: Pair, what: str, change: Change) -> Result:
    """Save it several times while the drain is at work, which never has a save refused."""
    with opened(pair.odoo.database) as ours:
        pairs = [[_save(registry, change, n) for registry in (plain, ours)] for n in range(SAVES)]
    until(lambda: pair.odoo.sql(RESTS)[0][0], PATIENCE_SECONDS, "all to rest")
    without, ms = (median(times) * 1000 for times in zip(*pairs, strict=True))
    return Result(
        f"save of {what}, {HOLDERS:,} contacts",
        "the same without the addon",
        f"{ms / without:.2f}× ({without:.1f} → {ms:.1f} ms)",
        f"≤ {SAVE}×",
        ms <= SAVE * without,
    )


def _save(registry: Any, change: Change, number: int) -> float:
    model, field, text = change
    started = time.perf_counter()
    with environment(registry) as env:
        _record(env[model])[field] = text.format(number)
    return time.perf_counter() - started


def _record(model: Any) -> Any:
    return model.browse(2) if model._name == "res.users" else model.search([], order="id desc")[0]


def _sent(pair: Pair, what: str, change: Change) -> Iterator[Result]:
    """Save it once more, edit contacts meanwhile, and count the calls of all the others."""
    model, field, text = change
    pair.simulator.clear_journal()
    with opened(pair.odoo.database) as ours, environment(ours) as env:
        record_id = _record(env[model]).id
    pair.odoo.call(model, "write", [record_id], {field: text.format("last")})
    yield from results_of_edits(f"{what}, {HOLDERS:,} contacts", edited(pair))
    until(lambda: pair.odoo.sql(RESTS)[0][0], PATIENCE_SECONDS, "all to rest")
    calls = pair.simulator.counts()["requests"] - PROBES
    yield Result(
        f"calls for {what}, {HOLDERS:,} contacts",
        f"{HOLDERS:,} calls, one each",
        str(calls),
        f"≤ {CALLS}",
        calls <= CALLS,
    )
