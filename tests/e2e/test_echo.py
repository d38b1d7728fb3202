"""With automations on for every attribute, any edit on either side comes to rest."""

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Pair
from tests.server import until

MORE_PAIRS = (("city", "city"), ("country_id", "country"), ("zip", "zip"), ("color", "colour"))


@pytest.fixture(scope="module")
def whole(pair: Pair) -> Iterator[Pair]:
    """The pair with more kinds of values mapped."""
    pair.simulator.attribute("zip", "string")
    pair.simulator.attribute("colour", "integer")
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "action_fetch_attributes", backend)
    for field, attribute in MORE_PAIRS:
        [field_id] = pair.odoo.call(
            "ir.model.fields", "search", [["model", "=", "res.partner"], ["name", "=", field]]
        )
        [attribute_id] = pair.odoo.call(
            "usercom.attribute", "search", [["name_std", "=", attribute]]
        )
        values = {"field_id": field_id, "attribute_id": attribute_id, "backend_id": backend[0]}
        pair.odoo.call("usercom.field.mapping", "create", [values])
    yield pair


def writes(pair: Pair) -> int:
    """How often Odoo has written to User.com, once all is quiet."""
    pair.come_to_rest()
    calls = pair.simulator.journal(kind="request")
    return len([call for call in calls if call["method"] in ("PUT", "POST")])


def begin(pair: Pair, email: str) -> tuple[int, int]:
    """A contact and its user, at rest."""
    contact = pair.contact(name="Anna Nowak", email=email, phone="111111111", city="Kraków")
    user = pair.user(email)
    pair.come_to_rest()
    pair.simulator.clear_journal()
    return contact, user["id"]


def test_a_change_of_every_value_there_is_not_sent_back(whole: Pair) -> None:
    contact, user = begin(whole, "there@example.org")
    whole.simulator.patch_user(
        user,
        first_name="Ewa",
        phone_number="333333333",
        city="Łódź",
        country="Poland",
        zip="90-001",
        colour=7,
        email_consent=True,
    )
    until(lambda: whole.read(contact, "color")["color"] == 7, 30)
    assert writes(whole) == 0
    found = whole.read(contact, "name", "city", "zip", "x_email_consent", "country_id")
    assert (found["name"], found["city"], found["zip"]) == ("Ewa Nowak", "Łódź", "90-001")
    assert found["x_email_consent"] and found["country_id"][1] == "Poland"


def test_an_edit_of_every_value_here_is_one_write_there(whole: Pair) -> None:
    contact, user = begin(whole, "here@example.org")
    poland = whole.odoo.call("res.country", "search", [["code", "=", "PL"]])[0]
    values = {"name": "Ewa Lis", "phone": "222222222", "city": "Łódź", "zip": "90-001", "color": 5}
    whole.write(contact, country_id=poland, x_email_consent=True, **values)
    until(lambda: whole.simulator.user(user)["country"] == "PL", 30)
    assert writes(whole) == 1
    assert whole.read(contact, *values) == {"id": contact, **values}


def test_a_burst_of_edits_comes_to_rest(whole: Pair) -> None:
    contact, user = begin(whole, "burst@example.org")
    for number in range(10):
        whole.write(contact, phone=f"22222222{number}")
    whole.come_to_rest()
    assert whole.simulator.user(user)["phone_number"] == "222222229"
    settled = writes(whole)
    assert settled <= 10
    assert writes(whole) == settled


def test_edits_on_both_sides_at_once_come_to_rest(whole: Pair) -> None:
    contact, user = begin(whole, "both@example.org")
    whole.simulator.patch_user(user, city="Gdynia")
    whole.write(contact, phone="222222222")
    until(lambda: whole.simulator.user(user)["phone_number"] == "222222222", 30)
    until(lambda: whole.read(contact, "city")["city"] == "Gdynia", 30)
    assert writes(whole) == 1


def test_two_accounts_meet_one_new_person_at_once(whole: Pair) -> None:
    """Their drains run side by side in two threads of Odoo; the contact is not doubled."""
    odoo, simulator = whole.odoo, whole.simulator
    company = odoo.call("res.company", "create", [{"name": "Elsewhere"}])
    account = {"company_id": company[0], "subdomain": "other", "api_key": simulator.api_key}
    backend = odoo.call("usercom.backend", "create", [account])
    odoo.call("usercom.backend", "action_authenticate", backend)
    odoo.call("usercom.backend", "action_run", backend)
    tokens = odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
    calls = [
        {
            "trigger": "new_user",
            "url": f"{odoo.url}/usercom/webhook",
            "headers": {"X-Usercom-Token": account["webhook_token"]},
        }
        for account in tokens
    ]
    simulator.automations(*calls)
    emails = [f"shared{number}@example.org" for number in range(12)]
    for email in emails:
        simulator.visit(email=email, first_name="Ewa")
    links = [["partner_id.email", "in", emails]]
    until(lambda: odoo.call("usercom.binding", "search_count", links) == 2 * len(emails), 60)
    assert odoo.call("res.partner", "search_count", [["email", "in", emails]]) == len(emails)
