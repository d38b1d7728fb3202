"""The connector alone: where CRM, Email Marketing and Sales never were, or were removed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Pair, connect
from tests.server import ROOT, OdooServer, until
from tests.simulator.process import Simulator

CONSENT = {"name": "x_email_consent", "field_description": "E-mail consent", "ttype": "boolean"}


@pytest.fixture(scope="module", params=["never there", "removed"])
def pair(request: Any) -> Iterator[Pair]:
    make = {"never there": never_there, "removed": removed}[request.param]
    with Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        yield from make(simulator)


def never_there(simulator: Simulator) -> Iterator[Pair]:
    install = ("-i", "usercom_connector")
    with OdooServer("alone", *install, template="USERCOM_ALONE") as odoo:
        [model] = odoo.call("ir.model", "search", [["model", "=", "res.partner"]])
        odoo.call("ir.model.fields", "create", [{**CONSENT, "model_id": model}])
        connect(odoo, simulator)
        yield Pair(odoo, simulator)


def removed(simulator: Simulator) -> Iterator[Pair]:
    with OdooServer("removed") as odoo:
        connect(odoo, simulator)
        odoo.call("mailing.list", "create", [{"name": "News"}])
        accounts = odoo.call("usercom.backend", "search", [])
        choices = {"new_user_policy": "lead", "opt_out_lists": "News", "sends_orders": True}
        odoo.call("usercom.backend", "write", accounts, choices)
        odoo.stop()
        command = ("module", "uninstall", "-d", odoo.database, "crm", "mass_mailing", "sale")
        done = subprocess.run(
            [sys.executable, "-m", "odoo", *command], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0 and " ERROR " not in done.stderr, done.stderr
        odoo.start()
        yield Pair(odoo, simulator)


def test_no_addon_of_an_app_is_installed(pair: Pair) -> None:
    names = [["name", "=like", "usercom\\_connector\\_%"], ["state", "=", "installed"]]
    assert pair.odoo.call("ir.module.module", "search_count", names) == 0


def test_the_settings_open_and_offer_neither_leads_nor_lists_nor_orders(pair: Pair) -> None:
    shown = pair.odoo.call("res.config.settings", "get_views", [[False, "form"]])
    fields = shown["models"]["res.config.settings"]["fields"]
    policies = dict(fields["usercom_new_user_policy"]["selection"])
    assert list(policies) == ["create", "link", "ignore"]
    assert not {"usercom_opt_out_lists", "usercom_sends_orders"} & fields.keys()


def test_the_settings_are_saved(pair: Pair) -> None:
    settings = pair.odoo.call("res.config.settings", "create", [{"usercom_log_days": 31}])
    pair.odoo.call("res.config.settings", "execute", settings)
    [account] = pair.odoo.call("usercom.backend", "search_read", [], ["log_days"])
    assert account["log_days"] == 31


def test_new_people_become_contacts(pair: Pair) -> None:
    [account] = pair.odoo.call("usercom.backend", "search_read", [], ["new_user_policy"])
    assert account["new_user_policy"] == "create"
    pair.simulator.visit(email="anna@example.org", first_name="Anna", last_name="Nowak")
    assert until(lambda: pair.find("anna@example.org"), 30)[0]["name"] == "Anna Nowak"


def test_a_refusal_of_e_mail_travels(pair: Pair) -> None:
    contact = pair.contact(email="jan@example.org")
    pair.user("jan@example.org")
    pair.odoo.call("mail.blacklist", "create", [{"email": "jan@example.org"}])
    until(lambda: pair.user("jan@example.org")["unsubscribed"], 30)
    assert pair.read(contact, "is_blacklisted")["is_blacklisted"]


def test_odoo_has_nothing_to_complain_of(pair: Pair) -> None:
    assert not re.search(" (WARNING|ERROR|CRITICAL) ", pair.odoo.complaints())
