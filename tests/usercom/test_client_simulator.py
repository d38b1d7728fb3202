"""The client against the simulator of User.com, under each reading of what is not documented."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from usercom import (
    Attribute,
    Client,
    ForbiddenError,
    InvalidKeyError,
    NotFoundError,
    RejectedError,
    Throttle,
    canonical,
    export_value,
    wire,
)

from ..simulator.process import Simulator
from .conftest import listed

SWITCHES = [
    {},
    {"attributes_shape": "list"},
    {"attributes_shape": "both"},
    {"unset_attributes": "absent"},
    {"fixed_read": "string"},
    {"choices_read": "objects"},
    {"choices_read": "absent"},
    {"multiple_read": "absent"},
    {"multiple_read": "absent", "fixed_read": "string"},
    {"v2_key_name": "key"},
    {"v2_key_name": "both"},
    {"v2_fields": "sample"},
    {"names_returned": True},
    {"create_status": 200},
    {"delete_status": 200},
    {"mass_custom_body": "empty"},
    {"mass_custom_method": "POST"},
    {"merge_key": "user_list"},
    {"unknown_attribute": "reject"},
    {"wrong_type": "drop"},
    {"invalid_phone": "reject"},
    {"duplicate_email": "merge"},
    {"email_store": "lower"},
    {"email_search": "insensitive"},
    {"email_pick": "last"},
    {"phone_store": "digits"},
    {"custom_id_search": "v1", "encoded_slash": "kept"},
    {"phone_search": "object"},
    {"missed_search": "empty_body"},
    {"slashless": "404"},
    {"date_range_path": "users"},
    {"date_range_path": "search"},
    {"range_bounds": "exclusive"},
    {"page_order": "descending"},
    {"page_size": 1},
    {"page_size": 1, "final_next_404": True},
    {"error_shape": "empty"},
]
VALUES = {
    "email_consent": (True, "boolean"),
    "born": ("1990-05-17", "date"),
    "points": (7, "integer"),
    "sizes": (["S", "L"], "fixed"),
    "extra": ({"a": [1]}, "json"),
}


@pytest.fixture
def client(simulator: Simulator, throttle: Throttle) -> Iterator[Client]:
    with Client(simulator.url, simulator.api_key, throttle=throttle) as connected:
        yield connected


def define(client: Client) -> dict[str, Attribute]:
    """Create the attributes of VALUES, and return those and the standard ones as listed."""
    for name, (_value, value_type) in VALUES.items():
        label = name.replace("_", " ").capitalize()
        choices = ["S", "M", "L"] if value_type == "fixed" else []
        client.create_attribute(label, value_type, choices, multiple=value_type == "fixed")
    return {attribute.name_std: attribute for attribute in client.attributes()}


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_a_life_of_a_user(simulator, client, switches):
    simulator.settings(**switches)
    attributes = define(client)
    assert attributes["email_consent"].value_type == "boolean"

    began = datetime.now(UTC)
    values = {name: value for name, (value, _type) in VALUES.items()}
    sent = {name: wire(value, attributes[name]) for name, value in values.items()}
    gender = export_value("female", "selection", attributes["gender"])
    keys = {"email": "Jane@Example.com", "phone_number": "+48600700800", "custom_id": "odoo/1"}
    coded = {"gender": wire(gender, attributes["gender"])}
    created = client.create_user({**keys, **sent, **coded, "first_name": "Jane"})

    for key in ({"custom_id": "odoo/1"}, {"email": "Jane@Example.com"}, {"phone": "+48600700800"}):
        assert [user.id for user in client.find_users(**key)] == [created.id], key
    assert client.find_users(email="nobody@example.com") == []
    assert client.find_users(phone="+48 1") == []
    assert client.find_users(custom_id="odoo/2") == []

    read = client.get_user(created.id).values
    for name, value in values.items():
        assert canonical(read[name], attributes[name]) == canonical(value, attributes[name])
    assert canonical(read["gender"], attributes["gender"]) == "female"
    assert read["name"] == "Jane"

    updated = client.update_user(created.id, {"points": 8, "unsubscribed": True})
    assert updated.values["points"] == 8
    assert updated.values["unsubscribed"] is True

    other = client.create_user({"email": "joe@example.com"})
    client.update_users(attributes["points"], 9, [created.id, other.id])
    client.update_users(attributes["country"], "Poland", [created.id, other.id])
    assert simulator.user(other.id)["attributes"]["points"] == 9
    assert simulator.user(created.id)["country"] == "Poland"

    for since, until in ((began, None), (None, datetime.now(UTC)), (None, None)):
        pages = list(listed(client, since, until))
        assert {user.id for page in pages for user in page} == {created.id, other.id}
    assert not [u for page in listed(client, None, began - timedelta(hours=1)) for u in page]

    client.merge_users(created.id, [other.id])
    client.delete_user(created.id)
    for user_id in (created.id, other.id):
        with pytest.raises(NotFoundError):
            client.get_user(user_id)


@pytest.mark.parametrize(
    "switches",
    [
        {"date_range_path": "users"},
        {"mass_custom_method": "POST"},
        {"merge_key": "user_list"},
        {"page_size": 1, "final_next_404": True},
    ],
    ids=str,
)
def test_what_is_tried_otherwise_where_a_refusal_is_a_page_of_html(simulator, client, switches):
    simulator.settings(error_shape="html", **switches)
    points = client.create_attribute("Points", "integer")
    ids = simulator.seed({"email": "a@b.c"}, {"email": "d@e.f"})["ids"]
    pages = list(listed(client, datetime.now(UTC) - timedelta(days=1)))
    assert sorted(user.id for page in pages for user in page) == ids
    client.update_users(points, 3, ids)
    assert client.get_user(ids[0]).values["points"] == 3
    client.merge_users(*ids[:1], ids[1:])
    assert len(simulator.users()) == 1


def test_several_users_of_one_email_are_all_found(simulator, client):
    simulator.seed({"email": "a@b.c"}, {"email": "a@b.c"})
    assert len(client.find_users(email="a@b.c")) == 2


@pytest.mark.parametrize("search", ["exact", "insensitive"])
@pytest.mark.parametrize(
    "email", ["Jan@Example.org", "50%_off+a&b@example.org", "ŻÓŁW@example.org"]
)
def test_an_email_is_found_in_whatever_case_it_is_stored(simulator, client, search, email):
    simulator.settings(email_search=search)
    similar = [{"email": f"x{email}"}, {"email": "50xxoff+a&b@example.org"}]
    ids = simulator.seed({"email": email}, {"email": email.lower()}, *similar)["ids"]
    for asked in (email, email.lower(), email.upper()):
        assert [user.id for user in client.find_users(email=asked)] == ids[:2]


@pytest.mark.parametrize("shape", ["errors", "fields", "detail"])
def test_the_reason_of_a_refusal_is_told(simulator, client, shape):
    simulator.settings(error_shape=shape)
    with pytest.raises(RejectedError) as caught:
        client.create_user({"email": "no address"})
    assert caught.value.details.startswith("email: ")


@pytest.mark.parametrize(
    ("scope", "can_read", "can_write"),
    [("read_write", True, True), ("read", True, False), ("write", False, True)],
)
def test_scopes(simulator, client, scope, can_read, can_write):
    simulator.settings(keys={simulator.api_key: scope})
    account = client.probe()
    assert (account.can_read, account.can_write) == (can_read, can_write)


def test_a_write_only_key_cannot_search(simulator, client):
    simulator.settings(keys={simulator.api_key: "write"})
    with pytest.raises(ForbiddenError):
        client.find_users(email="a@b.c")


def test_a_wrong_key(simulator, throttle):
    with pytest.raises(InvalidKeyError):
        Client(simulator.url, "x" * 64, throttle=throttle).probe()


@pytest.mark.parametrize("answer", ["id", "report"])
def test_a_csv_import(simulator, client, answer):
    simulator.settings(import_answer=answer)
    report = client.imports.users(b"email,first_name\na@b.c,Jane\nno address,Joe\n")
    assert report.finished is (answer == "report")
    report = client.imports.status(report.id)
    assert (report.total, report.succeeded, report.failed) == (2, 1, 1)
    assert len(report.errors) == 1
    assert report.finished


def test_eight_threads_use_the_limit_without_a_429(simulator):
    simulator.seed(count=1)
    user_id = simulator.users()[0]["id"]
    simulator.settings(rate_limit=50, latency_ms=100)
    throttle, end = Throttle(50), time.monotonic() + 1.2

    def work():
        with Client(simulator.url, simulator.api_key, throttle=throttle) as client:
            while time.monotonic() < end:
                client.get_user(user_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = simulator.stats()
    assert stats["throttled"] == 0
    assert stats["calls"] > 50


def test_the_users_of_a_segment_are_read_and_none_of_one_that_is_gone(simulator, client) -> None:
    ids = simulator.seed({"segments": ["Buyers"]}, {"segments": ["Buyers"]}, {})["ids"]
    [segment] = client.memberships.labels("segments")
    assert [user.id for user in client.segment_page(segment.id).users] == ids[:2]
    with pytest.raises(RejectedError) as refused:
        client.segment_page(99)
    assert not isinstance(refused.value, NotFoundError)
