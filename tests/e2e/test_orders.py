"""Orders, and the history of orders, on a real server that is killed again and again."""

from collections import Counter
from datetime import date, timedelta

from tests.e2e.conftest import Pair
from tests.server import until

PATIENCE_SECONDS = 90
ORDERS = 6


def test_a_server_that_is_killed_loses_no_order_and_doubles_none(pair: Pair) -> None:
    odoo = pair.odoo
    backend = odoo.call("usercom.backend", "search", [])
    choices = {"sends_orders": True, "event_lost_answer": "fail"}
    odoo.call("usercom.backend", "write", backend, choices)
    # Whose creation is cut off is looked for only when no call can be under way any more.
    people = [pair.contact(email=f"buyer{number}@example.org") for number in range(ORDERS)]
    until(lambda: len(pair.simulator.users()) == ORDERS and not unsent(pair), 60, "the buyers")
    orders = [confirm(pair, contact) for contact in people]
    pair.simulator.fault(kind="delay", path="*", seconds=0.3, count=60)
    for _kill in range(3):
        until(lambda: claimed(pair) or not waiting(pair), 40, "a claim")
        odoo.kill()
        odoo.start()
        odoo.call("usercom.backend", "action_run", backend)
    until(lambda: not waiting(pair), PATIENCE_SECONDS, "no waiting event")

    found = pair.simulator.commerce()
    deals = Counter(deal["custom_id"] for deal in found["deals"])
    assert deals == {f"odoo-so-{order}": 1 for order in orders}
    assert all(deal["user_id"] for deal in found["deals"])
    bought = Counter(event["custom_data"]["odoo_key"] for event in found["product_events"])
    assert set(bought.values()) <= {1}
    assert len(bought) + lost(pair) >= ORDERS  # a lost one may have arrived


def confirm(pair: Pair, contact: int) -> int:
    """The id of a new order of the contact, confirmed."""
    values = {"name": f"Chair {contact}", "default_code": f"C{contact}", "list_price": 10}
    [product] = pair.odoo.call("product.product", "create", [values])
    line = [0, 0, {"product_id": product, "product_uom_qty": 2}]
    values = {"partner_id": contact, "order_line": [line]}
    [order] = pair.odoo.call("sale.order", "create", [values])
    pair.odoo.call("sale.order", "action_confirm", [order])
    return order


def unsent(pair: Pair) -> int:
    return pair.odoo.sql("SELECT count(*) FROM usercom_outbox WHERE state = 'pending'")[0][0]


def waiting(pair: Pair) -> int:
    return pair.odoo.sql("SELECT count(*) FROM usercom_event WHERE state = 'pending'")[0][0]


def claimed(pair: Pair) -> int:
    query = "SELECT count(*) FROM usercom_event WHERE state = 'pending' AND claimed_at IS NOT NULL"
    return pair.odoo.sql(query)[0][0]


def lost(pair: Pair) -> int:
    """How many purchases somebody has to look at, since User.com may have them."""
    query = (
        "SELECT count(*) FROM usercom_event WHERE kind = 'product_event'"
        " AND error_code = 'lost_answer' AND state = 'failed'"
    )
    return pair.odoo.sql(query)[0][0]


def test_a_server_that_is_killed_while_files_are_imported_doubles_no_deal(pair: Pair) -> None:
    odoo = pair.odoo
    backend = odoo.call("usercom.backend", "search", [])
    orders = past_orders(pair, backend)
    [history] = odoo.call("usercom.order.history", "create", [{}])
    odoo.call("usercom.order.history", "action_preview", [history])
    until(lambda: state(pair) == "ready", 40, "the preview")
    pair.simulator.fault(kind="delay", path="/deals/import/", method="POST", seconds=5, count=1)
    pair.simulator.fault(kind="delay", path="*import*", method="GET", seconds=5, count=1)
    odoo.call("usercom.order.history", "action_run", [history])
    for query in (
        "SELECT 1 FROM usercom_order_history_line WHERE result = 'importing' LIMIT 1",
        "SELECT 1 FROM usercom_order_history WHERE imports IS NOT NULL",
    ):
        until(lambda query=query: pair.odoo.sql(query), 40, query)
        odoo.kill()
        odoo.start()
        odoo.call("usercom.backend", "action_run", backend)
    until(lambda: state(pair) == "done", PATIENCE_SECONDS, "the end")

    found = Counter(deal["custom_id"] for deal in pair.simulator.commerce()["deals"])
    assert {key: found[key] for key in orders} == dict.fromkeys(orders, 1)
    results = "SELECT DISTINCT result FROM usercom_order_history_line WHERE kind = 'new'"
    assert pair.odoo.sql(results) == [("done",)]


def past_orders(pair: Pair, backend: list[int]) -> list[str]:
    """The custom ids of the deals of orders from before orders were sent; more than one file."""
    call = pair.odoo.call
    call("usercom.backend", "write", backend, {"sends_orders": False})
    contact = pair.contact(email="loyal@example.org")
    pair.user("loyal@example.org")
    until(lambda: not unsent(pair), 60, "the buyer")
    [product] = call("product.product", "create", [{"name": "Lamp", "default_code": "LAMP"}])
    lines = [[0, 0, {"product_id": product, "price_unit": 10}]]
    orders = call("sale.order", "create", [{"partner_id": contact, "order_line": lines}] * 55)
    call("sale.order", "action_confirm", orders)
    call("sale.order", "write", orders, {"date_order": f"{date.today() - timedelta(days=40)}"})
    call("usercom.backend", "write", backend, {"sends_orders": True})
    return [f"odoo-so-{order}" for order in orders]


def state(pair: Pair) -> str:
    return pair.odoo.sql("SELECT state FROM usercom_order_history")[0][0]
