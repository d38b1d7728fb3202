"""Events on a real server: a worker that is killed, and somebody who has the event locked."""

import psycopg2
import pytest

from tests.e2e.conftest import Pair
from tests.server import until

PATIENCE_SECONDS = 40


def contact_of(pair: Pair, name: str) -> int:
    """A contact that is at User.com already."""
    person = {"name": name, "email": f"{name}@example.org"}
    contact = pair.odoo.call("res.partner", "create", [person])[0]
    until(lambda: not waiting(pair, "outbox"), PATIENCE_SECONDS, "the first sync")
    return contact


def waiting(pair: Pair, queue: str = "event") -> int:
    query = f"SELECT count(*) FROM usercom_{queue} WHERE state = 'pending'"
    return pair.odoo.sql(query)[0][0]


def tell(pair: Pair, contact: int) -> None:
    """Have an action send an event of the contact."""
    [model] = pair.odoo.call("ir.model", "search", [["model", "=", "res.partner"]])
    values = {"name": "Tell", "model_id": model, "state": "usercom_event"}
    action = pair.odoo.call("ir.actions.server", "create", values | {"usercom_event_name": "visit"})
    context = {"active_model": "res.partner", "active_ids": [contact]}
    pair.odoo.call("ir.actions.server", "run", [action], context=context)


def told(pair: Pair, contact: int) -> list[str]:
    [link] = pair.odoo.sql("SELECT external_id FROM usercom_binding WHERE partner_id = %s", contact)
    return [event["data"]["odoo_key"] for event in pair.simulator.events(link[0])]


def state(pair: Pair, contact: int) -> tuple[str, str]:
    query = "SELECT state, error_code FROM usercom_event WHERE partner_id = %s"
    return pair.odoo.sql(query, contact)[0]


def choose(pair: Pair, answer: str) -> None:
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "write", backend, {"event_lost_answer": answer})


def test_a_server_that_is_killed_tells_it_when_it_is_back(pair: Pair) -> None:
    contact = contact_of(pair, "killed")
    pair.simulator.fault(kind="delay", path="/events/", seconds=3, count=1)
    tell(pair, contact)
    until(
        lambda: pair.odoo.sql("SELECT 1 FROM usercom_event WHERE claimed_at IS NOT NULL"),
        20,
        "a claim",
    )
    pair.odoo.kill()
    pair.odoo.start()
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "action_run", backend)
    until(lambda: not waiting(pair), PATIENCE_SECONDS, "no waiting event")
    assert set(told(pair, contact)) == {told(pair, contact)[0]}
    assert state(pair, contact) == ("done", None)


@pytest.mark.parametrize("choice", ["repeat", "fail"])
def test_what_cannot_be_stored_for_a_while_is_told_once(pair: Pair, choice: str) -> None:
    """Somebody has locked the event when its answer comes, and for longer than a look takes."""
    contact = contact_of(pair, f"locked{choice}")
    choose(pair, choice)
    pair.simulator.fault(kind="delay", path="/events/", seconds=3, count=1)
    tell(pair, contact)
    until(
        lambda: pair.odoo.sql("SELECT 1 FROM usercom_event WHERE claimed_at IS NOT NULL"),
        20,
        "a claim",
    )
    connection = psycopg2.connect(dbname=pair.odoo.database)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM usercom_event WHERE partner_id = %s FOR UPDATE", [contact])
            until(lambda: told(pair, contact), PATIENCE_SECONDS, "the event")
            until(lambda: pair.simulator.quiet(4), PATIENCE_SECONDS, "quiet")
            assert state(pair, contact) == ("pending", None)
    finally:
        connection.close()
    until(lambda: not waiting(pair), PATIENCE_SECONDS, "no waiting event")
    assert len(told(pair, contact)) == 1
    assert state(pair, contact) == ("done", None)
