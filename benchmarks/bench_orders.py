"""What confirming orders costs where User.com is told of them."""

from contextlib import ExitStack
from statistics import median
from time import perf_counter
from typing import Any

from .odoo_env import account, database, environment
from .result import Result

ORDERS, LINES, PRODUCTS, ROUNDS = 1000, 3, 50, 5
LINKS = """
    INSERT INTO usercom_binding (backend_id, partner_id, external_id, state, base)
    SELECT %s, id, id, 'synced', '{}' FROM res_partner WHERE id = ANY(%s)"""


def run() -> list[Result]:
    """Confirm 1,000 orders of 1,000 customers at once, in turns with and without the addon."""
    with ExitStack() as stack:
        plain = stack.enter_context(database("plain_orders", "USERCOM_PLAIN"))
        ours = stack.enter_context(database("orders"))
        sides = {"plain": plain, "ours": ours}
        people = {name: _people(registry) for name, registry in sides.items()}
        _tell(ours, people["ours"])
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(ROUNDS):
            for name, registry in sides.items():
                seconds[name].append(_confirmed(registry, _quotations(registry, people[name])))
        return [_result(seconds, _queued(ours))]


def _result(seconds: dict[str, list[float]], queued: int) -> Result:
    plain, ours = median(seconds["plain"]), median(seconds["ours"])
    ratio = ours / plain
    assert queued >= ROUNDS * ORDERS * (2 + LINES)
    return Result(
        "confirming 1,000 orders",
        "the same without the addon",
        f"{ratio:.2f}× ({plain:.2f} → {ours:.2f} s)",
        "≤ 1.10×",
        ratio <= 1.10,
    )


def _people(registry: Any) -> list[int]:
    with environment(registry) as env:
        vals = [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(ORDERS)]
        env["product.product"].create(
            [{"name": f"Thing {n}", "default_code": f"T{n}"} for n in range(PRODUCTS)]
        )
        return env["res.partner"].create(vals).ids


def _tell(registry: Any, people: list[int]) -> None:
    with environment(registry) as env:
        backend = account(env)
        backend.sends_orders = True
        env.cr.execute(LINKS, [backend.id, people])


def _quotations(registry: Any, people: list[int]) -> list[int]:
    """One quotation for each of the people, of three products."""
    with environment(registry) as env:
        products = env["product.product"].search([("default_code", "=like", "T%")]).ids
        return (
            env["sale.order"]
            .create(
                [
                    {
                        "partner_id": person,
                        "order_line": [
                            (0, 0, {"product_id": products[(number + line) % PRODUCTS]})
                            for line in range(LINES)
                        ],
                    }
                    for number, person in enumerate(people)
                ]
            )
            .ids
        )


def _confirmed(registry: Any, orders: list[int]) -> float:
    """Time the confirmation of all of them with its commit."""
    started = perf_counter()
    with environment(registry) as env:
        env["sale.order"].browse(orders).action_confirm()
    return perf_counter() - started


def _queued(registry: Any) -> int:
    with environment(registry) as env:
        return env["usercom.event"].search_count([])
