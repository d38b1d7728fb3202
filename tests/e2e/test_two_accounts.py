"""Two accounts share contacts without a company, and their drains run at the same time."""

from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from tests.e2e.conftest import Pair, connect
from tests.server import OdooServer, until
from tests.simulator.process import Simulator

PEOPLE = 30
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Two accounts of one User.com, that of the second company like that of the first."""
    with OdooServer("e2e_two") as odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        simulator.attribute("company", "string")
        simulator.settings(rate_limit=0)
        connect(odoo, simulator)
        second_account(odoo, simulator)
        for account in odoo.call("usercom.backend", "search", []):
            pair_company(odoo, account)
        simulator.automations()
        yield Pair(odoo, simulator)


def second_account(odoo: OdooServer, simulator: Simulator) -> None:
    [company] = odoo.call("res.company", "create", [{"name": "Elsewhere"}])
    values = {"subdomain": "two", "api_key": simulator.api_key, "company_id": company}
    account = odoo.call("usercom.backend", "create", [values])
    odoo.call("usercom.backend", "action_authenticate", account)
    odoo.call("usercom.backend", "action_run", account)


def pair_company(odoo: OdooServer, account: int) -> None:
    about = [["backend_id", "=", account], ["name_std", "=", "company"]]
    model = [["model", "=", "res.partner"], ["name", "=", "parent_id"]]
    [attribute] = odoo.call("usercom.attribute", "search", about)
    [field] = odoo.call("ir.model.fields", "search", model)
    values = {"backend_id": account, "field_id": field, "attribute_id": attribute}
    odoo.call("usercom.field.mapping", "create", [values])


def tell(pair: Pair, *users: list[int]) -> None:
    """Tell each account of its users, and have both work them off at once."""
    accounts = pair.odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
    ids = [account["id"] for account in accounts]
    pair.odoo.call("usercom.backend", "action_pause", ids)
    for account, theirs in zip(accounts, users, strict=True):
        headers = {"X-Usercom-Token": account["webhook_token"]}
        for user in theirs:
            body = {"extra": {"id": user}}
            requests.post(
                f"{pair.odoo.url}/usercom/webhook", json=body, headers=headers, timeout=60
            ).raise_for_status()
    pair.odoo.call("usercom.backend", "action_run", ids)
    pending = "SELECT count(*) FROM usercom_inbox WHERE state = 'pending'"
    until(lambda: not pair.odoo.sql(pending)[0][0], PATIENCE_SECONDS, "an empty inbox")


def all_sent(pair: Pair) -> None:
    pending = "SELECT count(*) FROM usercom_outbox WHERE state = 'pending'"
    until(lambda: not pair.odoo.sql(pending)[0][0], PATIENCE_SECONDS, "an empty outbox")


def seed(pair: Pair, name: str) -> list[int]:
    """People of the same companies, whatever their name."""
    users = [{"email": f"{name}{n}@example.org", "company": f"Firm {n}"} for n in range(PEOPLE)]
    return pair.simulator.seed(*users)["ids"]


def count(pair: Pair, *conditions: list[object]) -> int:
    return pair.odoo.call("res.partner", "search_count", list(conditions))


def test_a_company_new_to_both_is_created_once(pair: Pair) -> None:
    tell(pair, seed(pair, "anna"), seed(pair, "ewa"))
    assert count(pair, ["name", "=like", "Firm %"], ["is_company", "=", True]) == PEOPLE
    assert count(pair, ["parent_id.name", "=like", "Firm %"]) == 2 * PEOPLE


def test_a_person_new_to_both_is_created_once(pair: Pair) -> None:
    ids = seed(pair, "zofia")
    tell(pair, ids, ids)
    assert count(pair, ["email", "=like", "zofia%"]) == PEOPLE
    [(linked,)] = pair.odoo.sql(
        "SELECT count(*) FROM usercom_binding b JOIN res_partner p ON p.id = b.partner_id"
        " WHERE p.email LIKE 'zofia%%'"
    )
    assert linked == 2 * PEOPLE


def test_two_processes_share_the_accounts_and_send_nothing_twice(pair: Pair) -> None:
    ids = seed(pair, "maria")
    tell(pair, ids, ids)
    contacts = pair.odoo.call("res.partner", "search", [["email", "=like", "maria%"]])
    firms = pair.odoo.call("res.partner", "search", [["name", "=like", "Firm %"]])
    all_sent(pair)
    pair.simulator.clear_journal()
    with pair.odoo.beside():
        for contact, firm in zip(contacts, reversed(firms), strict=True):
            pair.write(contact, parent_id=firm)
        all_sent(pair)
    written = [e["path"] for e in pair.simulator.journal(kind="request") if e["method"] != "GET"]
    assert sorted(Counter(written).values()) == [2] * PEOPLE  # one of each account
