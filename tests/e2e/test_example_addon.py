"""An addon of somebody else's extends the connector by the hooks that docs/development.md names."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Pair, connect, pair_field
from tests.server import ROOT, OdooServer, until
from tests.simulator.process import Simulator

ADDONS = f"--addons-path={ROOT},{ROOT / 'tests/addons'}"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    example = ("-i", "usercom_connector_example")
    with OdooServer("example", ADDONS, *example) as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        simulator.attribute("tag_list", "json")
        simulator.attribute("greeting", "string")
        simulator.settings(rate_limit=0, future_type="location")
        simulator.attribute("place", "location")
        connect(odoo, simulator)
        account = odoo.call("usercom.backend", "search", [])
        odoo.call("usercom.backend", "write", account, {"rate_limit": 1000})
        pair_field(odoo, "category_id", "tag_list")
        pair_field(odoo, "example_greeting", "greeting")
        pair_field(odoo, "example_place", "place")
        yield Pair(odoo, simulator)


def tag(pair: Pair, name: str) -> int:
    return pair.odoo.call("res.partner.category", "create", [{"name": name}])[0]


def synced(pair: Pair, contact: int) -> str:
    return pair.read(contact, "example_sync")["example_sync"] or ""


def attributes(pair: Pair, email: str) -> dict[str, Any]:
    return pair.user(email)["attributes"]


def test_a_further_pair_of_types_travels_both_ways(pair: Pair) -> None:
    tags = [tag(pair, "Tea"), tag(pair, "Coffee")]
    contact = pair.contact(email="jan@example.org", category_id=tags)
    assert attributes(pair, "jan@example.org")["tag_list"] == ["Coffee", "Tea"]

    pair.simulator.quiet()
    user = pair.user("jan@example.org")
    pair.simulator.patch_user(user["id"], tag_list=["Tea", "Water"])
    names = [["partner_ids", "in", contact]]
    until(
        lambda: (
            {"Tea", "Water"}
            == {t["name"] for t in pair.odoo.call("res.partner.category", "search_read", names)}
        ),
        10,
    )


def test_a_type_that_the_connector_does_not_know_travels_both_ways(pair: Pair) -> None:
    contact = pair.contact(email="olga@example.org", example_place="52.23,21.01")
    assert attributes(pair, "olga@example.org")["place"] == {"lat": 52.23, "lon": 21.01}

    pair.simulator.quiet()
    user = pair.user("olga@example.org")
    pair.simulator.patch_user(user["id"], place={"lat": 50.06, "lon": 19.94})
    until(lambda: pair.read(contact, "example_place")["example_place"] == "50.06, 19.94", 30)
    pair.simulator.quiet()
    pair.simulator.patch_user(user["id"], place=None)
    until(lambda: not pair.read(contact, "example_place")["example_place"], 30)


def test_a_value_of_it_that_cannot_be_read_is_told(pair: Pair) -> None:
    contact = pair.contact(email="piotr@example.org", example_place="by the river")
    pair.user("piotr@example.org")
    failed = [["partner_id", "=", contact], ["state", "=", "failed"]]
    [row] = until(lambda: pair.odoo.call("usercom.outbox", "search_read", failed, ["error"]), 30)
    assert "“Place” could not be synced, value “by the river”: not a number" in row["error"]


def test_a_computed_value_is_sent_and_follows_what_it_is_made_of(pair: Pair) -> None:
    contact = pair.contact(email="ewa@example.org", function="Director")
    assert attributes(pair, "ewa@example.org")["greeting"] == "Dear Director Jan Kowalski"
    pair.write(contact, function="President")
    greeting = "Dear President Jan Kowalski"
    until(lambda: attributes(pair, "ewa@example.org")["greeting"] == greeting, 30)


def test_a_contact_that_it_keeps_out_is_not_sent_until_it_lets_it_in(pair: Pair) -> None:
    private = pair.contact(email="private@example.org", ref="private")
    pair.contact(email="public@example.org")
    pair.user("public@example.org")
    pair.simulator.quiet()
    assert not pair.simulator.users(email="private@example.org")

    pair.write(private, ref="public")
    pair.user("private@example.org")


def test_a_person_who_is_not_welcome_becomes_no_contact(pair: Pair) -> None:
    pair.simulator.visit(email="spy@competitor.example", first_name="Jan", last_name="Szpieg")
    pair.simulator.visit(email="guest@example.org", first_name="Ewa", last_name="Nowak")
    until(lambda: pair.find("guest@example.org"), 30)
    pair.simulator.quiet()
    assert not pair.find("spy@competitor.example")


def test_so_it_is_by_the_former_name_of_the_hook(pair: Pair) -> None:
    pair.simulator.visit(email="spy@rival.example", first_name="Jan", last_name="Szpieg")
    pair.simulator.visit(email="spy@competitor.example", first_name="Ola", last_name="Szpieg")
    pair.simulator.visit(email="visitor@example.org", first_name="Ewa", last_name="Nowak")
    until(lambda: pair.find("visitor@example.org"), 30)
    pair.simulator.quiet()
    assert not pair.find("spy@rival.example")
    assert not pair.find("spy@competitor.example")


def test_by_a_policy_of_its_own_new_people_become_no_contacts(pair: Pair) -> None:
    account = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "write", account, {"new_user_policy": "example"})
    pair.simulator.visit(email="later@example.org", first_name="Ola", last_name="Nowak")
    until(
        lambda: pair.odoo.call("usercom.inbox", "search", [["error", "=", "Left for later."]]), 10
    )
    assert not pair.find("later@example.org")
    pair.odoo.call("usercom.backend", "write", account, {"new_user_policy": "create"})


def test_by_a_policy_of_its_own_new_users_get_a_custom_id(pair: Pair) -> None:
    account = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "write", account, {"custom_id_policy": "example"})
    pair.contact(email="numbered@example.org", ref="C-17")
    pair.contact(email="plain@example.org")
    assert pair.user("numbered@example.org")["custom_id"] == "C-17"
    assert not pair.user("plain@example.org")["custom_id"]
    pair.odoo.call("usercom.backend", "write", account, {"custom_id_policy": "none"})


def test_it_hears_of_what_was_pushed_and_pulled(pair: Pair) -> None:
    contact = pair.contact(email="anna@example.org")
    until(lambda: synced(pair, contact).startswith("pushed"), 30)
    pair.simulator.quiet()
    user = pair.user("anna@example.org")
    pair.simulator.patch_user(user["id"], phone_number="333333333")
    until(lambda: synced(pair, contact) == "pulled with 1", 30)


def test_it_hears_of_a_mass_update_at_once(pair: Pair) -> None:
    people = [{"name": f"Person {n}", "email": f"many{n}@example.org"} for n in range(60)]
    contacts = pair.odoo.call("res.partner", "create", people)
    until(lambda: all(synced(pair, contact) for contact in contacts), 40)
    pair.simulator.quiet()
    pair.odoo.call("res.partner", "write", contacts, {"phone": "600100200"})
    until(lambda: synced(pair, contacts[-1]).startswith("pushed with 60"), 20)


def test_odoo_warns_of_the_former_name_and_of_nothing_else(pair: Pair) -> None:
    warnings = [line for line in pair.odoo.complaints().splitlines() if " WARNING " in line]
    assert warnings
    assert all("_welcome is called _filter_importable_users now" in line for line in warnings)
    assert " ERROR " not in pair.odoo.complaints()
