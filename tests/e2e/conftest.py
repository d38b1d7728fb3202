"""A running pair: Odoo with its cron, and the simulator calling its webhook."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.pairs import PAIRS
from tests.server import OdooServer, until
from tests.simulator.process import Simulator


@dataclass
class Pair:
    """Both sides, connected."""

    odoo: OdooServer
    simulator: Simulator

    def contact(self, **values: Any) -> int:
        return self.odoo.call("res.partner", "create", [{"name": "Jan Kowalski", **values}])[0]

    def write(self, contact: int, **values: Any) -> None:
        self.odoo.call("res.partner", "write", [contact], values)

    def read(self, contact: int, *names: str) -> dict[str, Any]:
        return self.odoo.call("res.partner", "read", [contact], list(names))[0]

    def find(self, email: str) -> list[dict[str, Any]]:
        return self.odoo.call(
            "res.partner", "search_read", [["email", "=", email]], ["name", "phone"]
        )

    def waiting(self) -> int:
        """How many contacts are still to be sent."""
        return self.odoo.sql("SELECT count(*) FROM usercom_outbox WHERE state = 'pending'")[0][0]

    def come_to_rest(self) -> None:
        """Wait until neither side has anything more to tell, however slow the machine is."""
        until(lambda: self.simulator.quiet(2) and not self._queued(), 90, "rest")

    def _queued(self) -> int:
        queued = "SELECT count(*) FROM usercom_inbox WHERE state = 'pending'"
        return self.waiting() + self.odoo.sql(queued)[0][0]

    def user(self, email: str, seconds: float = 30) -> dict[str, Any]:
        """The one user of this e-mail, once it is there."""
        return until(lambda: self.simulator.users(email=email), seconds, f"user {email}")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins, so that the processes of `make test` end together."""
    items.sort(key=lambda item: item.path.stem != "test_sync")


@pytest.fixture(scope="module")
def odoo(request: pytest.FixtureRequest) -> Iterator[OdooServer]:
    with OdooServer(request.path.stem) as server:  # other modules have theirs at the same time
        yield server


@pytest.fixture(scope="module")
def pair(odoo: OdooServer) -> Iterator[Pair]:
    with Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        connect(odoo, simulator)
        yield Pair(odoo, simulator)


def connect(odoo: OdooServer, simulator: Simulator) -> None:
    """What an administrator does on both sides, by remote calls."""
    odoo.call("ir.config_parameter", "set_param", "usercom_connector.api_url", simulator.url)
    values = {"subdomain": "acme", "api_key": simulator.api_key, "brake_share": 0}
    backend = odoo.call("usercom.backend", "create", [values])
    odoo.call("usercom.backend", "action_authenticate", backend)
    for field, attribute in PAIRS:
        pair_field(odoo, field, attribute)
    odoo.call("usercom.backend", "action_run", backend)
    [account] = odoo.call("usercom.backend", "read", backend, ["webhook_token"])
    call = {
        "url": f"{odoo.url}/usercom/webhook",
        "headers": {"X-Usercom-Token": account["webhook_token"]},
        "extra": {"email": "{{ email }}"},
    }
    simulator.automations({"trigger": "attribute_change", **call}, {"trigger": "new_user", **call})


def pair_field(odoo: OdooServer, field: str, attribute: str, **values: Any) -> None:
    """Map a field of contacts to an attribute of the only account."""
    [field_id] = odoo.call(
        "ir.model.fields", "search", [["model", "=", "res.partner"], ["name", "=", field]]
    )
    [known] = odoo.call(
        "usercom.attribute", "search_read", [["name_std", "=", attribute]], ["backend_id"]
    )
    pair = {"field_id": field_id, "attribute_id": known["id"], "backend_id": known["backend_id"][0]}
    odoo.call("usercom.field.mapping", "create", [pair | values])
