"""Events, deals and products: the calls, and what happens where no answer comes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from usercom import Client, LostAnswerError, RejectedError, ServerError, Throttle, UnreachableError
from usercom.events import EventJob

from tests.simulator.process import Simulator

EVENT = EventJob("event", "k1", "signup", 1_772_359_200, {"place": "shop"})


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator.url, simulator.api_key, throttle=Throttle(10_000)) as connected:
        yield connected


@pytest.fixture
def user(simulator: Simulator) -> int:
    return simulator.seed({"email": "jan@example.org"})["ids"][0]


def test_an_event_is_told_with_our_own_key(simulator, client, user) -> None:
    delivered = replace(EVENT, user_id=user).run(client)
    assert delivered.answer == {"id": 1, "created": True}
    [event] = simulator.events(user)
    assert event["data"] == {"place": "shop", "odoo_key": "k1"}


@pytest.mark.parametrize("answer", ["404", "400"])
@pytest.mark.parametrize("kind", ["event", "product_event", "deal"])
def test_a_user_who_is_gone_is_no_refusal(simulator, client, kind, answer) -> None:
    simulator.settings(unknown_event_user=answer)
    job = replace(EVENT, kind=kind, name="purchase", user_id=7, product="desk")
    assert job.run(client).is_user_missing


def test_a_refusal_of_a_user_who_is_there_is_one(simulator, client, user) -> None:
    job = replace(EVENT, kind="product_event", name="no such type", user_id=user, product="desk")
    with pytest.raises(RejectedError):
        job.run(client)


@pytest.mark.parametrize("requires", ["timestamp_and_data", "nothing"])
def test_a_product_event_has_all_that_may_be_required(simulator, client, user, requires) -> None:
    simulator.settings(product_event_requires=requires)
    job = EventJob("product_event", "k2", "purchase", 1_772_359_200, {}, user, "desk")
    assert job.run(client).answer == {"id": 1}
    [event] = simulator.commerce()["product_events"]
    assert event["custom_data"] == {"odoo_key": "k2"}
    assert event["timestamp"] == "2026-03-01T10:00:00.000000Z"


@pytest.mark.parametrize("value", ["string", "number"])
def test_a_deal_is_one_however_often_it_is_told(simulator, client, user, value) -> None:
    simulator.settings(deal_value=value)
    job = EventJob("deal", "SO1", "Order", 0, {"value": 525, "currency": "EUR"}, user)
    job.run(client)
    job.run(client)
    [deal] = simulator.commerce()["deals"]
    assert float(deal["value"]) == 525
    assert (deal["user_id"], deal["writes"]) == (user, 2)


@pytest.mark.parametrize("existing", ["update", "reject"])
def test_a_product_is_created_and_then_changed(simulator, client, existing) -> None:
    simulator.settings(existing_product=existing)
    for price in (1, 2):
        EventJob("product", "desk", "Desk", 0, {"price": price}).run(client)
    [product] = simulator.commerce()["products"]
    assert (product["name"], product["price"]) == ("Desk", 2)


def test_an_event_may_be_there_twice_where_the_answer_was_lost(simulator, client, user) -> None:
    simulator.fault(kind="reset", path="/events/", apply=True, count=1)
    job = replace(EVENT, user_id=user)
    with pytest.raises(UnreachableError):
        job.run(client)
    job.run(client)
    assert [event["data"]["odoo_key"] for event in simulator.events(user)] == ["k1", "k1"]


@pytest.mark.parametrize("kind", ["reset", "half_body", "html", "status"])
def test_what_may_have_arrived_is_not_told_twice_if_so_chosen(
    simulator, client, user, kind
) -> None:
    simulator.fault(kind=kind, path="/events/", apply=True, count=1)
    with pytest.raises(LostAnswerError):
        replace(EVENT, user_id=user, is_repeated=False).run(client)


@pytest.mark.parametrize("kind", ["deal", "product"])
def test_a_deal_or_product_may_always_be_told_twice(simulator, client, user, kind) -> None:
    simulator.fault(kind="status", status=502, path=f"/{kind}s/*", count=1)
    with pytest.raises(ServerError):
        EventJob(kind, "x", "X", 0, {}, user, is_repeated=False).run(client)


def test_what_was_never_sent_may_be_told_again(simulator, user) -> None:
    nobody = "http://127.0.0.1:9"
    with (
        Client(nobody, simulator.api_key, throttle=Throttle(10_000)) as client,
        pytest.raises(UnreachableError),
    ):
        replace(EVENT, user_id=user, is_repeated=False).run(client)


@pytest.mark.parametrize("automations", ["query", "form", "both"])
def test_deals_are_imported_without_automations(simulator, client, user, automations) -> None:
    simulator.settings(import_automations=automations)
    report = client.imports.deals(f"custom_id,name,user_id\nSO1,One,{user}\n".encode())
    assert client.imports.status(report.id).failed == 0
    [deal] = simulator.commerce()["deals"]
    assert (deal["custom_id"], deal["user_id"], deal["fired"]) == ("SO1", user, 0)
