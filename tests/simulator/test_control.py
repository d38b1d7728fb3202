"""The control API."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from .settings import API_KEY, Settings


def test_switches_are_read_changed_and_reset(simulator):
    assert simulator.settings(page_size=7)["page_size"] == 7
    simulator.reset()
    assert simulator.settings() == Settings().as_dict()


@pytest.mark.parametrize(
    ("switch", "text"),
    [
        ({"colour": "red"}, "there is no option 'colour'"),
        ({"create_status": 204}, "create_status cannot be 204; it takes 200 or 201"),
        ({"page_size": "7"}, "page_size cannot be '7'; it takes int"),
        ({"offline": 1}, "offline cannot be 1; it takes bool"),
        ({"latency_ms": True}, "latency_ms cannot be True; it takes float"),
    ],
)
def test_a_bad_switch_is_refused_and_changes_nothing(simulator, switch, text):
    before = simulator.settings()
    with pytest.raises(RuntimeError, match=text):
        simulator.settings(final_next_404=True, **switch)
    assert simulator.settings() == before


def test_reset_throws_everything_away(simulator, api, receiver):
    simulator.attribute("Note")
    simulator.fault()
    simulator.automations({"url": receiver.url})
    simulator.seed({"tags": ["a"], "lists": ["b"]})
    api("GET", "/users/")
    simulator.reset(rate_limit=0)
    assert simulator.users() == simulator.journal() == simulator.automations() == []
    assert simulator.counts()["requests"] == simulator.stats()["calls"] == 0
    for path in ("/attributes/", "/tags/", "/lists/"):
        assert api.get(path)["count"] == 0
    assert api.create()["id"] == 1


def test_the_journal_keeps_requests_without_the_key(simulator, api):
    api("POST", "/users/?x=1", {"email": "a@x.yz"})
    (entry,) = simulator.journal()
    expected = {
        "seq": 1,
        "kind": "request",
        "method": "POST",
        "path": "/api/public/users/",
        "query": {"x": "1"},
        "body": {"email": "a@x.yz"},
        "status": 201,
        "key_scope": "read_write",
        "version": "v2",
    }
    assert entry.items() >= expected.items()
    assert entry["duration"] > 0
    assert API_KEY not in json.dumps(entry)


def test_the_journal_is_selected_and_counted_by_route(simulator, api):
    simulator.seed({"custom_id": "c1"})
    for path in ("/users/1/", "/users-by-id/c1/", "/users/", "/nothing/"):
        api("GET", path)
    api("PUT", "/users/1/", {})
    assert [each["seq"] for each in simulator.journal(since=3)] == [4, 5]
    assert [each["seq"] for each in simulator.journal(method="PUT")] == [5]
    assert [each["seq"] for each in simulator.journal(path="*/users/1/")] == [1, 5]
    assert [each["seq"] for each in simulator.journal(limit=2)] == [4, 5]
    assert simulator.journal(kind="outgoing") == []
    assert simulator.counts()["routes"] == {
        "GET /users/{id:int}/": 1,
        "GET /users-by-id/{custom_id}/": 1,
        "GET /users/": 1,
        "GET /nothing/": 1,
        "PUT /users/{id:int}/": 1,
    }
    simulator.clear_journal()
    assert (simulator.journal(), simulator.counts()["requests"]) == ([], 0)


def test_stats_count_refusals_and_calls_at_once(simulator, api):
    simulator.settings(rate_limit=4, rate_period=60, latency_ms=100)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _number: api("GET", "/users/"), range(5)))
    stats = simulator.stats()
    assert (stats["calls"], stats["throttled"], stats["in_flight"]) == (5, 1, 0)
    assert 2 <= stats["max_in_flight"] <= 5
    assert stats["peak_per_second"] == 5


def test_users_are_seeded_as_given(simulator):
    simulator.attribute("Email consent", "boolean")
    values = {
        "id": 70,
        "custom_id": "c1",
        "email": "a@x.yz",
        "status": "user",
        "created_at": "2020-01-01T00:00:00.000000Z",
        "updated_at": "2024-01-01T00:00:00.000000Z",
        "tags": ["a"],
        "lists": ["b"],
    }
    assert simulator.seed({**values, "email_consent": True}) == {"count": 1, "ids": [70]}
    user = simulator.user(70)
    assert user.items() >= values.items()
    assert user["attributes"] == {"email_consent": True}
    assert simulator.seed({})["ids"] == [71]


def test_made_up_people_are_the_same_each_time(simulator):
    simulator.attribute("Email consent", "boolean")
    options = {"count": 3, "custom_id_prefix": "odoo-", "attributes": {"email_consent": True}}
    assert simulator.seed(**options) == {"count": 3}
    people = simulator.users()
    assert [user["custom_id"] for user in people] == ["odoo-1", "odoo-2", "odoo-3"]
    assert len({user["email"] for user in people}) == 3
    assert all(user["attributes"]["email_consent"] for user in people)
    simulator.seed(count=2)
    assert len({user["email"] for user in simulator.users()}) == 5


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"note": "x"}, "define it first"),
        ({"email": "no email"}, "valid email"),
        ({"score": "5"}, "valid integer"),
    ],
)
def test_a_wrong_seed_is_refused_whatever_the_switches(simulator, values, text):
    simulator.settings(wrong_type="coerce", invalid_email="accept", unknown_attribute="create")
    with pytest.raises(RuntimeError, match=text):
        simulator.seed(values)
    assert simulator.users() == []


def test_an_id_is_seeded_once(simulator):
    simulator.seed({"id": 5})
    with pytest.raises(RuntimeError, match="already exists"):
        simulator.seed({"id": 5})


def test_users_are_found_changed_and_deleted(simulator):
    simulator.seed({"email": "a@x.yz"}, {"email": "b@x.yz"}, {"email": "c@x.yz"})
    assert [user["id"] for user in simulator.users(email="B@x.yz")] == [2]
    assert [user["id"] for user in simulator.users(after=1, limit=1)] == [2]
    assert [user["id"] for user in simulator.users(newest=2)] == [3, 2]
    changed = simulator.patch_user(2, city="Graz", email=None, tags=["t"])
    assert (changed["city"], changed["email"], changed["tags"]) == ("Graz", None, ["t"])
    assert simulator.unsubscribe(2)["unsubscribed"] is True
    simulator.delete_user(2)
    with pytest.raises(RuntimeError, match="Not found"):
        simulator.user(2)


def test_a_visitor_has_been_seen(simulator):
    visitor = simulator.visit(email="a@x.yz")
    assert visitor["first_seen"] == visitor["last_seen"]
    assert (visitor["status"], visitor["page_views"]) == ("visitor", 1)


def test_quiet_waits_for_outgoing_calls(simulator, receiver):
    simulator.seed({})
    simulator.automations({"url": receiver.url, "delay": 0.1})
    simulator.patch_user(1, city="Graz")
    with pytest.raises(RuntimeError, match="still busy"):
        simulator.quiet(0, timeout=0)
    counts = simulator.quiet(0.01)
    assert (counts["requests"], counts["outgoing"]) == (0, {"delivered": 1})


def test_quiet_waits_for_the_api_to_be_left_alone(simulator, api):
    api("GET", "/users/")
    with pytest.raises(RuntimeError, match="still busy"):
        simulator.quiet(5, timeout=0.05)


def test_the_page_needs_nothing_from_elsewhere(simulator):
    answer = simulator._session.get(simulator.url, timeout=10)
    assert answer.headers["content-type"].startswith("text/html")
    assert "New person" in answer.text
    assert "http:" not in answer.text.replace("http-equiv", "")
    assert "https:" not in answer.text
    assert "src=" not in answer.text


def test_a_night_merges_users_of_one_address_but_those_of_different_custom_ids(simulator):
    people = [
        {"email": "anna@example.org", "city": "Graz"},
        {"email": "Anna@example.org", "custom_id": "a"},
        {"email": "anna@example.org", "custom_id": "b"},
        {"email": "ewa@example.org"},
        {"email": "ewa@example.org"},
        {"email": None},
        {"email": None},
    ]
    first, second, third, fourth, fifth, *_nameless = simulator.seed(*people)["ids"]
    assert simulator.deduplicate() == {str(second): [first], str(fourth): [fifth]}
    assert len(simulator.users()) == 5
    assert simulator.user(second)["city"] == "Graz"
    assert simulator.user(third)["custom_id"] == "b"
