"""Orders on a real server that is killed again and again."""

from collections import Counter

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
