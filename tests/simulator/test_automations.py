"""The outgoing calls of automations."""

import hashlib
import hmac
import json
import time

import pytest

from .times import parse


@pytest.fixture
def user(simulator):
    simulator.attribute("Email consent", "boolean")
    simulator.seed({"email": "a@x.yz", "first_name": "Ann", "email_consent": False})
    return 1


@pytest.fixture
def hook(simulator, receiver):
    """Set one automation up; calling the fixture returns what it has sent."""

    def configure(**options):
        simulator.automations({"url": receiver.url, **options})

    configure()
    return configure


def test_a_change_by_a_person_is_sent_as_documented(simulator, user, hook, receiver):
    simulator.patch_user(user, email_consent=True)
    simulator.quiet(0)
    (call,) = receiver.received
    payload = call.json()
    assert (call.method, call.path) == ("POST", "/hook")
    assert payload.keys() == {"path", "timestamp", "extra", "user"}
    assert payload["path"] == 1
    assert payload["timestamp"].endswith("+00:00")
    assert parse(payload["timestamp"]) <= time.time() * 1e6
    assert payload["extra"] == {}
    assert payload["user"].items() >= {"id": 1, "email": "a@x.yz", "name": "Ann"}.items()
    assert {"key", "first_seen", "last_seen"} < payload["user"].keys()
    assert not {"user_key", "attributes", "unsubscribed"} & payload["user"].keys()
    assert payload["user"]["emails_enabled"] is True


def test_the_user_block_can_be_full_or_left_out(simulator, user, hook, receiver):
    hook(user="full")
    simulator.patch_user(user, email_consent=True)
    simulator.quiet(0)
    hook(user="none")
    simulator.patch_user(user, email_consent=False)
    simulator.quiet(0)
    full, none = (call.json() for call in receiver.received)
    assert full["user"]["attributes"][0]["value"] is True
    assert "user" not in none


def test_snippets_in_extra_arrive_as_strings(simulator, user, hook, receiver):
    extra = {
        "mail": "{{ email }}",
        "consent": "{{client.email_consent}}",
        "by name": "{{ Email consent }}",
        "score": "{{ user.score }}",
        "city": "{{ city }}",
        "unknown": "{{ nothing }}",
        "mixed": ["Dear {{ first_name }}!"],
        "plain": 5,
    }
    hook(extra=extra)
    simulator.patch_user(user, email_consent=True)
    simulator.quiet(0)
    assert receiver.received[0].json()["extra"] == {
        "mail": "a@x.yz",
        "consent": "True",
        "by name": "True",
        "score": "0",
        "city": "",
        "unknown": "",
        "mixed": ["Dear Ann!"],
        "plain": 5,
    }


@pytest.mark.parametrize(
    ("style", "no", "yes"),
    [("python", "False", "True"), ("lower", "false", "true"), ("digits", "0", "1")],
)
def test_how_booleans_are_rendered_is_an_option(simulator, user, hook, receiver, style, no, yes):
    hook(booleans=style, extra={"a": "{{ unsubscribed }}", "b": "{{ notifications }}"})
    simulator.patch_user(user, city="Graz")
    simulator.quiet(0)
    assert receiver.received[0].json()["extra"] == {"a": no, "b": yes}


def test_a_get_has_snippets_in_its_url_and_no_body(simulator, user, hook, receiver):
    hook(method="GET", url=receiver.url + "?email={{ email }}&name={{ name }}")
    simulator.patch_user(user, last_name="O'Hara & Co")
    simulator.quiet(0)
    (call,) = receiver.received
    assert (call.method, call.body) == ("GET", b"")
    assert call.path == "/hook?email=a%40x.yz&name=Ann%20O%27Hara%20%26%20Co"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
def test_the_content_type_and_headers_are_options(simulator, user, hook, receiver, content_type):
    hook(content_type=content_type, headers={"X-Usercom-Token": "a secret"})
    simulator.patch_user(user, city="Graz")
    simulator.quiet(0)
    headers = receiver.received[0].headers
    assert (headers.get("content-type"), headers["x-usercom-token"]) == (content_type, "a secret")
    assert "a secret" not in json.dumps(simulator.journal())


def test_a_signature_is_sent_only_where_asked(simulator, user, hook, receiver):
    hook(signature_key="key")
    simulator.patch_user(user, city="Graz")
    simulator.quiet(0)
    hook()
    simulator.patch_user(user, city="Wien")
    simulator.quiet(0)
    signed, plain = receiver.received
    expected = hmac.new(b"key", signed.body, hashlib.sha256).hexdigest()
    assert signed.headers["x-user-com-signature"] == expected
    assert "x-user-com-signature" not in plain.headers


def test_an_api_write_fires_too_unless_switched_off(simulator, api, user, hook, receiver):
    for fires in (True, False):
        simulator.settings(api_writes_trigger=fires)
        api("PUT", "/users/1/", {"score": 1 + fires})
        body = {"ids": [1], "attribute": "email_consent", "value": fires}
        api("PUT", "/users/mass_update_custom_attributes/", body)
        simulator.quiet(0)
        assert len(receiver.received) == 2


def test_a_write_that_changes_nothing_fires_nothing(simulator, api, user, hook, receiver):
    api("PUT", "/users/1/", {"email": "a@x.yz"})
    simulator.quiet(0)
    assert receiver.received == []


def test_an_automation_may_watch_some_attributes_only(simulator, user, hook, receiver):
    hook(attributes=["Email consent", "unsubscribed"])
    simulator.patch_user(user, city="Graz")
    simulator.patch_user(user, city="Wien", email_consent=True)
    simulator.unsubscribe(user)
    simulator.quiet(0)
    assert len(receiver.received) == 2


def test_a_new_user_fires_its_own_trigger(simulator, api, receiver):
    simulator.automations(
        {"url": receiver.url, "trigger": "attribute_change"},
        {"url": receiver.url, "trigger": "new_user"},
        {"url": receiver.url, "trigger": "new_user", "enabled": False},
    )
    simulator.visit(email="new@x.yz")
    api.create(email="api@x.yz")
    simulator.seed({"email": "silent@x.yz"})
    simulator.seed({"email": "loud@x.yz"}, fire=True)
    simulator.quiet(0)
    calls = sorted(
        (call.json()["path"], call.json()["user"]["email"]) for call in receiver.received
    )
    assert calls == [(2, "api@x.yz"), (2, "loud@x.yz"), (2, "new@x.yz")]


def test_calls_can_be_doubled_or_dropped(simulator, user, hook, receiver):
    hook(copies=2)
    simulator.patch_user(user, city="Graz")
    simulator.quiet(0)
    assert len(receiver.received) == 2
    hook(drop=1.0)
    simulator.patch_user(user, city="Wien")
    counts = simulator.quiet(0)
    assert len(receiver.received) == 2
    assert counts["outgoing"] == {"delivered": 2, "dropped": 1}


def test_calls_can_come_late_and_out_of_order(simulator, user, hook, receiver):
    hook(delay=0.05, jitter=0.1, extra={"score": "{{ score }}"})
    started = time.monotonic()
    for score in range(1, 7):
        simulator.patch_user(user, score=score)
    simulator.quiet(0)
    scores = [int(call.json()["extra"]["score"]) for call in receiver.received]
    assert time.monotonic() - started >= 0.05
    assert sorted(scores) == [1, 2, 3, 4, 5, 6] != scores


def test_a_slow_receiver_delays_no_api_answer(simulator, api, user, hook, receiver):
    receiver.gate.clear()
    assert api("PUT", "/users/1/", {"city": "Graz"}, timeout=5).status_code == 200
    assert receiver.received == []
    receiver.gate.set()
    simulator.quiet(0)
    assert len(receiver.received) == 1


def test_a_failed_delivery_is_journalled_and_tried_again_where_asked(
    simulator, api, user, hook, receiver
):
    receiver.status = 500
    hook(retries=1)
    api("PUT", "/users/1/", {"city": "Graz"})
    counts = simulator.quiet(0)
    assert len(receiver.received) == 2
    assert counts["outgoing"] == {"refused": 2}
    hook(url="http://127.0.0.1:9/")
    assert api("PUT", "/users/1/", {"city": "Wien"}).status_code == 200
    simulator.quiet(0)
    entry = simulator.journal(kind="outgoing")[-1]
    assert (entry["outcome"], entry["status"], entry["user_id"]) == ("ConnectError", None, 1)


def test_calls_are_replayed_late_doubled_and_reversed(simulator, user, hook, receiver):
    hook(extra={"score": "{{ score }}"})
    for score in (1, 2, 3):
        simulator.patch_user(user, score=score)
        simulator.quiet(0)
    assert simulator.replay(last=2, order="reversed", copies=2) == 4
    simulator.quiet(0)
    seq = simulator.journal(kind="outgoing")[0]["seq"]
    simulator.replay(seqs=[seq])
    simulator.quiet(0)
    scores = [call.json()["extra"]["score"] for call in receiver.received]
    assert scores == ["1", "2", "3", "3", "2", "3", "2", "1"]
    assert receiver.received[-1].body == receiver.received[0].body


def test_the_coupling_of_a_consent_is_an_automation(simulator, api):
    simulator.attribute("Email consent", "boolean")
    simulator.settings(consent_attribute="email_consent", api_writes_trigger=False)
    simulator.settings(import_answer="report")
    api.create(email="a@x.yz", email_consent=False)
    api("PUT", "/users/1/", {"email_consent": True})
    api("PUT", "/users/1/", {"email_consent": False})
    for trigger in ("0", "1"):
        csv = f"email,email_consent\n{trigger}@x.yz,false\n"
        form = {"data": {"trigger_automations": trigger}, "files": {"input_file": ("u.csv", csv)}}
        assert api("POST", "/users/import/", **form).json()["data"]["succeeded"] == 1
    assert [user["unsubscribed"] for user in simulator.users()] == [False, False, True]


def test_a_new_user_without_consent_is_unsubscribed(simulator, api):
    simulator.attribute("Email consent", "boolean")
    simulator.settings(consent_attribute="email_consent")
    assert api.create(email="a@x.yz", email_consent=False)["unsubscribed"] is True
    assert api.create(email="b@x.yz")["unsubscribed"] is False


def test_the_coupling_of_a_consent_may_take_its_time(simulator, api):
    simulator.attribute("Email consent", "boolean")
    simulator.settings(consent_attribute="email_consent", consent_delay=0.05)
    assert api.create(email="a@x.yz", email_consent=False)["unsubscribed"] is False
    simulator.quiet(0)
    assert simulator.user(1)["unsubscribed"] is True


def test_consents_and_unsubscribed_are_apart_unless_coupled(simulator, api, user, hook, receiver):
    simulator.patch_user(user, unsubscribed=True)
    assert simulator.patch_user(user, email_consent=True)["unsubscribed"] is True
    simulator.settings(consent_attribute="email_consent")
    assert simulator.patch_user(user, email_consent=False)["unsubscribed"] is True
    given = api("PUT", "/users/1/", {"email_consent": True}).json()
    assert simulator.user(user)["unsubscribed"] is False
    assert simulator.user(user)["lists"] == ["Newsletter"]
    assert given["unsubscribed"] is False
    withdrawn = simulator.patch_user(user, email_consent=False)
    assert (withdrawn["unsubscribed"], withdrawn["lists"]) == (True, [])
    names = [event["name"] for event in api.get("/users/1/events/")["results"]]
    assert names == ["Consent email change"] * 3
