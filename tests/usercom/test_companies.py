"""Companies and their members, against the simulator of User.com."""

from collections.abc import Iterator

import pytest
from usercom import Client, Throttle
from usercom.company_sync import CompanyPush, MemberChange
from usercom.errors import UnmadeError
from usercom.jobs import Identity
from usercom.merge import Rule
from usercom.push import Push
from usercom.records import COMPANIES, STANDARD_COMPANY_ATTRIBUTES, USERS

from ..simulator.process import Simulator

ATTRIBUTES = {each.name_std: each for each in STANDARD_COMPANY_ATTRIBUTES}
RULES = [Rule("name", "export", "odoo"), Rule("city", "export", "odoo")]


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator.url, simulator.api_key, throttle=Throttle(1000)) as client:
        yield client


def push(odoo, base=None, **keys) -> CompanyPush:
    return CompanyPush(Push(Identity(**keys), RULES, ATTRIBUTES, base or {}, odoo))


def test_a_company_is_created_once_and_found_by_its_custom_id(client, simulator):
    created = push({"name": "Acme", "city": "Łódź"}, custom_id="odoo-7").run(client)
    assert (created.user.custom_id, created.base) == ("odoo-7", {"name": "Acme", "city": "Łódź"})
    again = push({"name": "Acme", "city": "Łódź"}, custom_id="odoo-7").run(client)
    assert again.found.id == created.user.id
    assert len(simulator.companies()) == 1


def test_only_what_changed_is_sent(client, simulator):
    company_id = push({"name": "Acme", "city": "Łódź"}, custom_id="odoo-7").run(client).user.id
    simulator.patch_company(company_id, name="Acme Inc.")
    base = {"name": "Acme", "city": "Łódź"}
    changed = push({"name": "Acme", "city": "Kraków"}, base, user_id=company_id).run(client)
    assert changed.sent == {"city": "Kraków"}
    assert simulator.companies()[0]["name"] == "Acme Inc."


def test_a_company_that_is_gone_is_looked_for_by_its_custom_id(client, simulator):
    company_id = push({"name": "Acme"}, custom_id="odoo-7").run(client).user.id
    simulator.delete_company(company_id)
    odoo, base = {"name": "Acme 2"}, {"name": "Acme"}
    assert push(odoo, base, user_id=company_id, custom_id="odoo-7").run(client).missing
    other_id = push({"name": "Acme"}, custom_id="odoo-7").run(client).user.id
    found = push(odoo, base, user_id=company_id, custom_id="odoo-7").run(client)
    assert found.found.id == other_id


@pytest.mark.parametrize("told", ["told", "absent"])
def test_only_who_is_no_member_yet_becomes_one(client, simulator, told):
    simulator.settings(company_members=told)
    ids = simulator.seed({"email": "a@x.pl"}, {"email": "b@x.pl"}, {"email": "c@x.pl"})["ids"]
    company_id = push({"name": "Acme"}, custom_id="odoo-7").run(client).user.id
    simulator.patch_company(company_id, member=ids[0])
    simulator.patch_company(company_id, member=ids[2])
    done = MemberChange(company_id, (ids[0], ids[1], 999), (ids[2],)).run(client)
    assert (done.present, done.joined, done.left) == ({ids[0]}, {ids[1]}, {ids[2]})
    assert done.unknown == {999}
    assert simulator.companies()[0]["members"] == [ids[0], ids[1]]


def test_what_was_answered_and_not_made_does_not_count(client, simulator):
    ids = simulator.seed({"email": "a@x.pl"}, {"email": "b@x.pl"}, {"email": "c@x.pl"})["ids"]
    company_id = push({"name": "Acme"}, custom_id="odoo-7").run(client).user.id
    simulator.patch_company(company_id, member=ids[2])
    for path in ("*/add_member/", "*/remove_member/"):
        simulator.fault(kind="status", status=200, body={}, path=path, count=1)
    done = MemberChange(company_id, tuple(ids[:2]), (ids[2],)).run(client)
    assert (done.joined, done.left) == ({ids[1]}, set())
    simulator.fault(kind="status", status=200, body={}, path="*/remove_member/", count=1)
    with pytest.raises(UnmadeError):
        MemberChange(company_id, (), (ids[2],)).run(client)
    assert MemberChange(company_id, (), (ids[2],)).run(client).left == {ids[2]}
    assert simulator.companies()[0]["members"] == [ids[1]]


def test_what_was_done_before_an_error_counts(client, simulator):
    ids = simulator.seed({"email": "a@x.pl"}, {"email": "b@x.pl"})["ids"]
    company_id = push({"name": "Acme"}, custom_id="odoo-7").run(client).user.id
    simulator.fault(path="*/add_member/", skip=1)
    assert MemberChange(company_id, tuple(ids)).run(client).joined == {ids[0]}
    simulator.delete_company(company_id)
    assert MemberChange(company_id, tuple(ids)).run(client).is_missing


def test_attributes_of_companies_are_told_from_those_of_people(client, simulator):
    simulator.attribute("tier", "string", content_type="company")
    simulator.attribute("tier", "integer")
    found = client.attributes(resources=(USERS, COMPANIES))
    tiers = {each.resource: each.value_type for each in found if each.name_std == "tier"}
    assert tiers == {USERS: "integer", COMPANIES: "string"}
    assert {each.resource for each in client.attributes()} == {USERS}
    assert client.create_attribute("owner", "string", resource=COMPANIES).resource == COMPANIES
