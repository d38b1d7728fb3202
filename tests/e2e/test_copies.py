"""A database copied by PostgreSQL alone, as by `createdb -T`: the uuid is the same."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Pair, connect
from tests.server import ROOT, OdooServer, create_database, drop_database, until
from tests.simulator.process import Simulator


@pytest.fixture(scope="module")
def copy() -> Iterator[Pair]:
    """A server on the copy of a connected database with a contact still to be sent."""
    with OdooServer("original") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        odoo.call("ir.config_parameter", "set_param", "ir_attachment.location", "file")
        connect(odoo, simulator)
        odoo.sql("UPDATE ir_cron SET active = false")
        pair = Pair(odoo, simulator)
        pair.contact(email="jan@example.org")
        odoo.stop()
        original = odoo.database
        odoo.database = f"{original}_copy"
        create_database(odoo.database, original)
        odoo.sql(
            "UPDATE ir_cron SET active = true WHERE id IN (SELECT cron_id FROM usercom_backend)"
        )
        simulator.clear_journal()
        odoo.start()
        yield pair
        odoo.stop()
        drop_database(odoo.database)
        odoo.database = original


def state(pair: Pair) -> tuple[str, str]:
    return pair.odoo.sql("SELECT state, pause_reason FROM usercom_backend")[0]


def test_its_drain_makes_no_call_and_says_why(copy: Pair) -> None:
    subprocess.run(
        [sys.executable, "-m", "odoo", "usercom", "drain", "-d", copy.odoo.database],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    until(lambda: state(copy)[0] == "paused", 60, "the pause")
    assert f"its name is “{copy.odoo.database}”" in state(copy)[1]
    assert "oid" in state(copy)[1]
    assert "filestore" in state(copy)[1]
    assert copy.simulator.journal(kind="request") == []
    assert copy.waiting() == 1


def test_a_call_of_its_webhook_is_kept_and_leads_to_no_call(copy: Pair) -> None:
    copy.simulator.visit(email="anna@example.org", first_name="Anna")
    copy.simulator.quiet()
    rows = "SELECT state FROM usercom_inbox"
    until(lambda: copy.odoo.sql(rows) == [("pending",)], 30, "the stored call")
    assert state(copy)[0] == "paused"
    assert copy.simulator.journal(kind="request") == []
