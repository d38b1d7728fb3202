"""The app is uninstalled as an administrator would: contacts stay, everything of ours goes."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import connect
from tests.server import ROOT, OdooServer, until
from tests.simulator.process import Simulator

ALERT = "usercom_connector.mail_activity_type_paused"


OURS = (
    ("ir.module.module", [["name", "=", "usercom_connector"], ["state", "=", "installed"]]),
    ("ir.cron", [["name", "ilike", "User.com"]]),
    ("ir.model", [["model", "=like", "usercom.%"]]),
    ("ir.model.fields", [["name", "=like", "usercom_%"]]),
    ("ir.actions.server", [["name", "ilike", "User.com"]]),
    ("ir.ui.menu", [["name", "ilike", "User.com"]]),
    ("ir.config_parameter", [["key", "=like", "usercom_connector.%"]]),
    ("mail.activity", [["res_model", "=", "usercom.backend"]]),
    ("mail.activity.type", [["res_model", "=", "usercom.backend"]]),
    ("mail.message", [["model", "=", "usercom.backend"]]),
)


@pytest.fixture(scope="module")
def uninstalled() -> Iterator[tuple[OdooServer, dict[str, int]]]:
    """A server whose database has synced a contact and has an alert, then lost the app.

    And how many records of each model there were ``before``.
    """
    with OdooServer("uninstall") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        connect(odoo, simulator)
        odoo.call(
            "res.partner",
            "create",
            [{"name": "Jan Kowalski", "email": "jan@example.org", "phone": "600111222"}],
        )
        until(lambda: simulator.users(email="jan@example.org"), 20, "the user")
        backends = odoo.call("usercom.backend", "search", [])
        odoo.call("usercom.backend", "activity_schedule", backends, ALERT)
        before = {model: count(odoo, model, domain) for model, domain in OURS}
        odoo.stop()
        uninstall(odoo)
        odoo.start()
        yield odoo, before


def uninstall(odoo: OdooServer) -> None:
    command = [sys.executable, "-m", "odoo", "module", "uninstall", "-d", odoo.database]
    done = subprocess.run(
        [*command, "usercom_connector"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert " ERROR " not in done.stderr, done.stderr


def count(odoo: OdooServer, model: str, domain: list) -> int:
    return odoo.call(model, "search_count", domain, context={"active_test": False})


def test_contacts_stay_as_they_were(uninstalled: tuple[OdooServer, dict[str, int]]) -> None:
    odoo, _before = uninstalled
    [contact] = odoo.call(
        "res.partner", "search_read", [["email", "=", "jan@example.org"]], ["name", "phone"]
    )
    assert (contact["name"], contact["phone"]) == ("Jan Kowalski", "600111222")
    odoo.call("res.partner", "write", [contact["id"]], {"phone": "600333444"})


@pytest.mark.parametrize(("model", "domain"), OURS)
def test_nothing_of_the_app_is_left(
    uninstalled: tuple[OdooServer, dict[str, int]], model: str, domain: list
) -> None:
    odoo, before = uninstalled
    assert before[model] > 0
    assert count(odoo, model, domain) == 0
