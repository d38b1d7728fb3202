"""The history of orders, by CSV files and one by one, at a real account's limit and latency."""

import os
import time
from collections.abc import Iterator
from typing import Any

from psycopg2 import sql

from tests.e2e.conftest import Pair
from tests.server import until

from .pair import add_contacts, peak_memory, running_pair
from .result import Result

MANY = int(os.environ.get("USERCOM_BENCH_ORDERS", "100000"))
SINGLY = 150
PEOPLE, PRODUCTS = 1000, 50
RATE, LATENCY_MS = 10, 100
FASTER, MOST_MIB = 50, 100
PATIENCE_SECONDS = 4 * 3600
HISTORY = "usercom.order.history"

# As confirmed orders are in their tables: copies of one that Odoo has made, each of another
# customer and with other products.
ORDERS = sql.SQL(
    """INSERT INTO sale_order (name, partner_id, {names})
       SELECT 'H' || n, p.id, {values}
         FROM generate_series(1, %s) n
         JOIN res_partner p ON p.name = 'No ' || (1 + n %% %s)
         JOIN sale_order c ON c.id = %s"""
)
LINES = sql.SQL(
    """INSERT INTO sale_order_line (order_id, product_id, {names})
       SELECT o.id, t.id, {values}
         FROM sale_order o
         JOIN sale_order_line c ON c.order_id = %s
         JOIN product_product t ON t.default_code = 'T' || ((o.id + c.id) %% %s)
        WHERE o.name LIKE 'H%%'"""
)
COLUMNS = """
    SELECT column_name FROM information_schema.columns
     WHERE table_name = %s AND NOT column_name = ANY(%s)"""
OWN = ["id", "name", "partner_id", "access_token"], ["id", "order_id", "product_id"]


def run() -> list[Result]:
    """Send some orders one by one, and all of them by files."""
    return list(_compared())


def _compared() -> Iterator[Result]:
    with running_pair(RATE) as pair:
        single, calls, _memory = _sent(pair, SINGLY, use_csv=False)
    with running_pair(RATE) as pair:
        seconds, file_calls, memory = _sent(pair, MANY, use_csv=True)
    ratio = (single / SINGLY) / (seconds / MANY)
    yield Result(
        f"history of {MANY:,} orders of two products each, by CSV",
        f"one by one ({calls / SINGLY:.1f} calls, {single / SINGLY:.2f} s each of {SINGLY})",
        f"{ratio:.0f}× as fast ({file_calls:,} calls, {seconds:.0f} s)",
        f"≥ {FASTER}×",
        ratio >= FASTER,
    )
    yield Result(
        f"peak memory of it and its preview, {MANY:,} orders",
        "Odoo before",
        f"+ {memory:.0f} MiB",
        f"+ ≤ {MOST_MIB} MiB",
        memory <= MOST_MIB,
    )


def _sent(pair: Pair, count: int, use_csv: bool) -> tuple[float, int, float]:
    """Send so many orders: seconds and calls of the run, and the memory that all of it took."""
    _add_orders(pair, count)
    pair.simulator.settings(rate_limit=RATE, latency_ms=LATENCY_MS)
    before = peak_memory(pair)
    history = pair.odoo.call(HISTORY, "create", [{"use_csv": use_csv}])
    print(f"   preview: {_until(pair, history, 'action_preview', 'ready'):.0f} s", flush=True)
    pair.simulator.clear_journal()
    seconds = _until(pair, history, "action_run", "done")
    calls = pair.simulator.counts()["requests"]
    memory = peak_memory(pair) - before
    deals = pair.simulator.commerce()["deals"]
    assert len(deals) == count
    assert all(len(deal["order_products"]) == 2 and deal["writes"] == 1 for deal in deals)
    return seconds, calls, memory


def _add_orders(pair: Pair, count: int) -> None:
    """So many confirmed orders of customers who are at User.com, and their products."""
    add_contacts(pair, PEOPLE)
    products = [{"name": f"Thing {n}", "default_code": f"T{n}"} for n in range(PRODUCTS)]
    ids = pair.odoo.call("product.product", "create", products)
    [customer] = pair.odoo.call("res.partner", "search", [["name", "=", "No 1"]])
    lines = [[0, 0, {"product_id": product, "price_unit": 100}] for product in ids[:2]]
    values = {"partner_id": customer, "order_line": lines}
    [order] = pair.odoo.call("sale.order", "create", [values])
    pair.odoo.call("sale.order", "action_confirm", [order])
    _copy(pair, "sale_order", ORDERS, OWN[0], count, PEOPLE, order)
    _copy(pair, "sale_order_line", LINES, OWN[1], order, PRODUCTS)
    pair.odoo.sql("DELETE FROM sale_order WHERE id = %s", order)
    pair.odoo.sql("UPDATE sale_order SET write_date = now() - interval '1 day'")
    pair.odoo.sql("UPDATE sale_order_line SET write_date = now() - interval '1 day'")
    pair.odoo.sql("ANALYZE")
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "write", backend, {"sends_orders": True})


def _copy(pair: Pair, table: str, query: sql.SQL, own: list[str], *values: Any) -> None:
    """Copy rows of a table but for their `own` columns, which the query gives."""
    names = [sql.Identifier(name) for (name,) in pair.odoo.sql(COLUMNS, table, own)]
    comma = sql.SQL(", ")
    copied = comma.join(sql.SQL("c.{}").format(name) for name in names)
    pair.odoo.sql(query.format(names=comma.join(names), values=copied), *values)


def _until(pair: Pair, history: list[int], button: str, state: str) -> float:
    started = time.perf_counter()
    pair.odoo.call(HISTORY, button, history)
    query = "SELECT state FROM usercom_order_history WHERE id = %s"

    def is_there() -> bool:
        time.sleep(0.2)
        return pair.odoo.sql(query, history[0])[0][0] == state

    until(is_there, PATIENCE_SECONDS, state)
    return time.perf_counter() - started
