"""`odoo usercom …` as an operator or a monitor runs it, while no worker is there to help."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator

import psycopg2
import pytest

from tests.e2e.conftest import Pair, connect
from tests.server import ROOT, OdooServer
from tests.simulator.process import Simulator


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A connected database with two contacts that still have to be sent, and no server."""
    with OdooServer("cli") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        connect(odoo, simulator)
        odoo.sql("UPDATE ir_cron SET active = false")
        for name in ("Jan Kowalski", "Jan Kowalski II"):
            odoo.call("res.partner", "create", [{"name": name, "email": "jan@example.org"}])
        odoo.stop()
        odoo.sql(
            "UPDATE ir_cron SET active = true WHERE id IN (SELECT cron_id FROM usercom_backend)"
        )
        yield Pair(odoo, simulator)


def usercom(pair: Pair, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "odoo", "usercom", "-d", pair.odoo.database, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_drain_leaves_the_work_to_a_worker_who_is_at_it(pair: Pair) -> None:
    with psycopg2.connect(dbname=pair.odoo.database) as worker:
        worker.cursor().execute("SELECT 1 FROM ir_cron FOR NO KEY UPDATE")
        drained = usercom(pair, "drain")
    worker.close()
    assert "a worker drains it already" in drained.stderr
    assert not pair.simulator.users(email="jan@example.org")


def test_status_drain_and_failures(pair: Pair) -> None:
    before = usercom(pair, "status")
    assert before.returncode == 0, before
    assert before.stdout.splitlines()[0] == "OK - 1 User.com account(s)"
    assert "running, 2 waiting, 0 failed." in before.stdout

    drained = usercom(pair, "drain", "--format", "json")
    assert drained.returncode == 1, drained
    report = json.loads(drained.stdout)
    assert (report["level"], report["accounts"][0]["failed"]) == ("attention", 1)
    assert pair.simulator.users(email="jan@example.org")

    failures = usercom(pair, "failures")
    [row] = csv.DictReader(io.StringIO(failures.stdout))
    assert failures.returncode == 1
    assert (row["queue"], row["contact"]) == ("outbox", "Jan Kowalski II")
    assert "Merge the two contacts" in row["error"]


def test_explain_tells_the_link_the_rules_and_each_value(pair: Pair) -> None:
    [[linked]] = pair.odoo.sql("SELECT partner_id FROM usercom_binding WHERE external_id > 0")
    report = usercom(pair, "explain", "--contact", str(linked))
    assert report.returncode == 0, report
    assert "Linked to user" in report.stdout
    assert "[x] The account is running." in report.stdout
    assert "jan@example.org | jan@example.org | jan@example.org: equal." in report.stdout

    nobody = usercom(pair, "explain", "--contact", "999999999")
    assert (nobody.returncode, nobody.stdout) == (3, "")
    assert "--contact" in nobody.stderr


def test_a_failure_is_no_formula_where_its_table_is_opened(pair: Pair) -> None:
    rename = "UPDATE res_partner SET name = %s, complete_name = %s WHERE name = %s"
    pair.odoo.sql(rename, "=1+1", "=1+1", "Jan Kowalski II")
    [row] = csv.DictReader(io.StringIO(usercom(pair, "failures").stdout))
    report = json.loads(usercom(pair, "failures", "--format", "json").stdout)
    pair.odoo.sql(rename, "Jan Kowalski II", "Jan Kowalski II", "=1+1")
    assert (row["contact"], report["contact"]) == ("'=1+1", "=1+1")


def test_reconcile_reads_what_no_webhook_told(pair: Pair) -> None:
    pair.simulator.automations()
    pair.simulator.visit(email="new@example.org", first_name="Ola", last_name="Nowak")
    usercom(pair, "reconcile")
    found = "SELECT name FROM res_partner WHERE email = 'new@example.org'"
    assert pair.odoo.sql(found) == [("Ola Nowak",)]


def test_verify_consents_names_the_row_that_was_changed(pair: Pair) -> None:
    pair.simulator.seed({"email": "ewa@example.org", "first_name": "Ewa", "unsubscribed": True})
    usercom(pair, "reconcile")
    whole = usercom(pair, "verify-consents")
    assert (whole.returncode, whole.stdout.splitlines()[0]) == (0, "OK - 1 consent log(s)"), whole
    [(row, company)] = pair.odoo.sql("SELECT max(id), max(company_id) FROM usercom_consent_log")
    assert "1 sealed, 0 not yet. Last hash: " in whole.stdout

    pair.odoo.sql("ALTER TABLE usercom_consent_log DISABLE TRIGGER USER")
    pair.odoo.sql(f"UPDATE usercom_consent_log SET new_value = 'yes' WHERE id = {row}")
    changed = usercom(pair, "verify-consents", "--company", str(company))
    assert changed.returncode == 2, changed
    assert f"row {row} (number 1): was changed or inserted" in changed.stdout
    report = json.loads(usercom(pair, "verify-consents", "--format", "json").stdout)
    assert (report["level"], report["logs"][0]["fault"]["row"]) == ("critical", row)
    nobody = usercom(pair, "verify-consents", "--company", "Nobody")
    assert (nobody.returncode, nobody.stdout) == (3, "")


def test_an_account_that_stopped_by_itself_is_critical(pair: Pair) -> None:
    pair.odoo.sql("UPDATE usercom_backend SET state = 'paused', pause_reason = 'Wrong key.'")
    said = usercom(pair, "status")
    assert (said.returncode, said.stdout.split()[0]) == (2, "CRITICAL")
    assert "Paused: Wrong key." in said.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--company", "Nobody"], "no account of a company 'Nobody'"),
        (["-d", "nobody"], "does not exist"),
        (["--format", "xml"], "invalid choice"),
    ],
)
def test_what_cannot_be_answered_is_unknown(pair: Pair, arguments: list[str], why: str) -> None:
    said = usercom(pair, "status", *arguments)
    assert said.returncode == 3, said
    assert why in said.stderr
    assert "Traceback" not in said.stderr
