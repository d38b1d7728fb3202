"""Odoo's real server and cron, the simulator's real calls: an edit on either side arrives."""

from tests.e2e.conftest import Pair
from tests.server import until


def test_an_edit_in_odoo_appears_at_user_com(pair: Pair) -> None:
    contact = pair.contact(email="jan@example.org", phone="111111111")
    assert pair.user("jan@example.org")["last_name"] == "Kowalski"
    pair.simulator.quiet()
    pair.write(contact, phone="222222222", x_email_consent=True)
    until(lambda: pair.user("jan@example.org")["phone_number"] == "222222222", 10)
    assert pair.user("jan@example.org")["attributes"]["email_consent"] is True


def test_a_change_at_user_com_appears_in_odoo(pair: Pair) -> None:
    contact = pair.contact(email="anna@example.org", phone="111111111")
    user = pair.user("anna@example.org")
    pair.simulator.quiet()
    pair.simulator.patch_user(user["id"], phone_number="333333333", email_consent=True)
    until(lambda: pair.read(contact, "phone")["phone"] == "333333333", 10)
    assert pair.read(contact, "x_email_consent")["x_email_consent"] is True


def test_a_new_person_at_user_com_becomes_a_contact(pair: Pair) -> None:
    pair.simulator.visit(email="new@example.org", first_name="Ewa", last_name="Nowak")
    [contact] = until(lambda: pair.find("new@example.org"), 10)
    assert contact["name"] == "Ewa Nowak"


def test_the_echo_of_an_edit_dies_out(pair: Pair) -> None:
    contact = pair.contact(email="echo@example.org", phone="111111111")
    user = pair.user("echo@example.org")
    pair.simulator.quiet(2)
    pair.simulator.clear_journal()
    pair.write(contact, phone="222222222")
    until(lambda: pair.user("echo@example.org")["phone_number"] == "222222222", 10)
    pair.simulator.quiet(2)
    assert len(pair.simulator.journal(kind="request", method="PUT")) == 1

    pair.simulator.clear_journal()
    pair.simulator.patch_user(user["id"], phone_number="333333333")
    until(lambda: pair.read(contact, "phone")["phone"] == "333333333", 10)
    pair.simulator.quiet(2)
    assert not pair.simulator.journal(kind="request", method="PUT")


def test_odoo_logs_no_warning(pair: Pair) -> None:
    assert "Traceback" not in pair.odoo.complaints()
    assert "usercom" not in pair.odoo.complaints()
