"""What saving a contact costs: without the addon, with it, and with Odoo's own webhook rule."""

from contextlib import ExitStack
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

from tests.simulator.process import Simulator

from .odoo_env import database, environment, opened
from .pair import drained, running_pair
from .result import Result

BATCH = 1000
ROUNDS_OF_ONE, ROUNDS_OF_MANY = 200, 7
_phones = count(1)


def run() -> list[Result]:
    """Measure all three in turns, so that other load on the machine falls on each.

    A server beside works off what is queued; the cron is woken by the writes, as ever.
    """
    with ExitStack() as stack:
        plain = stack.enter_context(database("plain", "USERCOM_PLAIN"))
        pair = stack.enter_context(running_pair())
        ours = stack.enter_context(opened(pair.odoo.database))
        rule = stack.enter_context(database("rule", "USERCOM_PLAIN"))
        hook = stack.enter_context(Simulator())
        _automation(rule, hook.url)
        sides = {"plain": plain, "ours": ours, "rule": rule}
        people = {name: _people(registry) for name, registry in sides.items()}
        drained(pair)
        one = {name: [] for name in sides}
        many = {name: [] for name in sides}
        for number in range(ROUNDS_OF_ONE):
            for name, registry in sides.items():
                one[name].append(_seconds(registry, [people[name][number]]))
        for _ in range(ROUNDS_OF_MANY):
            for name, registry in sides.items():
                many[name].append(_seconds(registry, people[name]))
            drained(pair)
        added = []
        for size in (1, BATCH):
            queries = [_queries(sides[name], people[name][:size]) for name in ("ours", "plain")]
            added.append(queries[0] - queries[1])
            drained(pair)
    return [*_rows("one contact", one, 1.15), *_rows("1,000 contacts", many, 1.10), _added(added)]


def _rows(what: str, seconds: dict[str, list[float]], most: float) -> list[Result]:
    plain, ours, rule = (median(seconds[name]) for name in ("plain", "ours", "rule"))
    ratio, share = ours / plain, max(ours - plain, 0) / (rule - plain)
    return [
        Result(
            f"write of a mapped field, {what}",
            "the same without the addon",
            f"{ratio:.2f}× ({plain * 1000:.1f} → {ours * 1000:.1f} ms)",
            f"≤ {most:.2f}×",
            ratio <= most,
        ),
        Result(
            f"overhead of that write, {what}",
            "Odoo's automation rule with a webhook",
            f"{share:.2f} of its overhead ({(rule - plain) * 1000:.0f} ms)",
            "≤ 0.50",
            share <= 0.5,
        ),
    ]


def _added(queries: list[int]) -> Result:
    one, many = queries
    return Result(
        "queries added to a write of 1,000",
        "those added to a write of one",
        f"{many} to {one}",
        "equal",
        many == one,
    )


def _people(registry: Any) -> list[int]:
    with environment(registry) as env:
        vals = [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(BATCH)]
        return env["res.partner"].create(vals).ids


def _seconds(registry: Any, ids: list[int]) -> float:
    """Time a write with its commit."""
    phone = str(next(_phones))
    started = perf_counter()
    with environment(registry) as env:
        env["res.partner"].browse(ids).write({"phone": phone})
    return perf_counter() - started


def _queries(registry: Any, ids: list[int]) -> int:
    with environment(registry) as env:
        before = env.cr.sql_log_count
        env["res.partner"].browse(ids).write({"phone": str(next(_phones))})
        env.cr.flush()
        return env.cr.sql_log_count - before


def _automation(registry: Any, url: str) -> None:
    """Odoo's own way to tell another system of an edit: a rule that calls a webhook."""
    with environment(registry) as env:
        env["ir.module.module"].search(
            [("name", "=", "base_automation")]
        ).button_immediate_install()
    with environment(registry) as env:
        phone = env["ir.model.fields"]._get("res.partner", "phone")
        model = env["ir.model"]._get("res.partner")
        env["base.automation"].create(
            {
                "name": "Tell User.com",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [(6, 0, phone.ids)],
                "action_server_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Call",
                            "state": "webhook",
                            "model_id": model.id,
                            "webhook_url": f"{url}/control/quiet?for=0",
                            "webhook_field_ids": [(6, 0, phone.ids)],
                        },
                    ),
                ],
            }
        )
