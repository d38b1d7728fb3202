"""An administrator installs another app while the account's job has much to do."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import connect
from tests.server import OdooServer, until
from tests.simulator.process import Simulator

CONTACTS = 400  # at 10 calls a second: 40 seconds
APP = "base_sparse_field"


@pytest.fixture
def server() -> Iterator[tuple[OdooServer, Simulator]]:
    with OdooServer("module") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        connect(odoo, simulator)
        yield odoo, simulator


def test_the_drain_makes_room_and_goes_on_afterwards(server: tuple[OdooServer, Simulator]) -> None:
    odoo, simulator = server
    simulator.settings(latency_ms=500)
    people = [{"name": f"P {n}", "email": f"p{n}@example.org"} for n in range(CONTACTS)]
    odoo.call("res.partner", "create", people)
    until(lambda: len(simulator.users(limit=1000)) > 10, 30, "the first users")
    [app] = odoo.call("ir.module.module", "search", [["name", "=", APP]])
    odoo.call("ir.module.module", "button_immediate_install", [app])
    [found] = odoo.call("ir.module.module", "read", [app], ["state"])
    assert found["state"] == "installed"
    assert len(simulator.users(limit=1000)) < CONTACTS
    simulator.settings(latency_ms=0, rate_limit=0)
    [account] = odoo.call("usercom.backend", "search", [])
    odoo.call("usercom.backend", "write", [account], {"rate_limit": 1000})
    waiting = "SELECT count(*) FROM usercom_outbox WHERE state = 'pending'"
    until(lambda: odoo.sql(waiting) == [(0,)], 300, "an empty outbox")
    assert len(simulator.users(limit=1000)) == CONTACTS
