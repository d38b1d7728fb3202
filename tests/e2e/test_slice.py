"""Odoo's real server and cron, the simulator's real calls: an edit on either side arrives."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Pair
from tests.server import until

# User.com as it may be: what its calls tell, how soon a search finds whom it has created.
SWITCHES: dict[str, dict[str, Any]] = {
    "plain": {"emails_enabled": "yes"},
    "other": {"emails_enabled": "no", "search_lag": 2, "unset_attributes": "absent"},
}


@pytest.fixture(params=SWITCHES)
def at(request: Any, pair: Pair) -> Iterator[Callable[[str], str]]:
    """Makes the e-mail address of a name, another one for each setting of the switches."""
    before = pair.simulator.settings()
    pair.simulator.settings(**SWITCHES[request.param])
    yield lambda name: f"{name}.{request.param}@example.org"
    pair.simulator.settings(**{name: before[name] for name in SWITCHES["other"]})


def test_an_edit_in_odoo_appears_at_user_com(pair: Pair, at: Callable[[str], str]) -> None:
    contact = pair.contact(email=at("jan"), phone="111111111")
    assert pair.user(at("jan"))["last_name"] == "Kowalski"
    pair.simulator.quiet()
    pair.write(contact, phone="222222222", x_email_consent=True)
    until(lambda: pair.user(at("jan"))["phone_number"] == "222222222", 30)
    assert pair.user(at("jan"))["attributes"]["email_consent"] is True


def test_a_change_at_user_com_appears_in_odoo(pair: Pair, at: Callable[[str], str]) -> None:
    contact = pair.contact(email=at("anna"), phone="111111111")
    user = pair.user(at("anna"))
    pair.simulator.quiet()
    pair.simulator.patch_user(user["id"], phone_number="333333333", email_consent=True)
    until(lambda: pair.read(contact, "phone")["phone"] == "333333333", 30)
    assert pair.read(contact, "x_email_consent")["x_email_consent"] is True


def test_a_new_person_at_user_com_becomes_a_contact(pair: Pair, at: Callable[[str], str]) -> None:
    pair.simulator.visit(email=at("new"), first_name="Ewa", last_name="Nowak")
    [contact] = until(lambda: pair.find(at("new")), 30)
    assert contact["name"] == "Ewa Nowak"


def test_the_echo_of_an_edit_dies_out(pair: Pair, at: Callable[[str], str]) -> None:
    contact = pair.contact(email=at("echo"), phone="111111111")
    user = pair.user(at("echo"))
    pair.come_to_rest()
    pair.simulator.clear_journal()
    pair.write(contact, phone="222222222")
    until(lambda: pair.user(at("echo"))["phone_number"] == "222222222", 30)
    pair.come_to_rest()
    assert len(pair.simulator.journal(kind="request", method="PUT")) == 1

    pair.simulator.clear_journal()
    pair.simulator.patch_user(user["id"], phone_number="333333333")
    until(lambda: pair.read(contact, "phone")["phone"] == "333333333", 30)
    pair.come_to_rest()
    assert not pair.simulator.journal(kind="request", method="PUT")


def test_odoo_logs_no_warning(pair: Pair) -> None:
    assert "Traceback" not in pair.odoo.complaints()
    assert "usercom" not in pair.odoo.complaints()
