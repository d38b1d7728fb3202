"""Keys, scopes, versions, slashes and the limit of calls."""

import time

import pytest
import requests

from .conftest import Api
from .errors import ApiError
from .settings import API_KEY, Settings
from .throttle import Throttle


def test_a_call_without_or_with_a_wrong_key_is_401(simulator):
    url = f"{simulator.url}/api/public/users/"
    missing = requests.get(url, timeout=10)
    wrong = requests.get(url, headers={"Authorization": "Token " + "x" * 64}, timeout=10)
    bearer = requests.get(url, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=10)
    assert [each.status_code for each in (missing, wrong, bearer)] == [401, 401, 401]
    assert wrong.json() == {"detail": "Invalid token."}


@pytest.mark.parametrize(
    ("scope", "read", "write"), [("read_write", 200, 201), ("read", 200, 403), ("write", 403, 201)]
)
def test_a_key_has_a_scope(simulator, api, scope, read, write):
    simulator.settings(keys={API_KEY: scope})
    assert api("GET", "/users/").status_code == read
    assert api("POST", "/users/", {}).status_code == write


def test_names_follow_the_version_that_accept_asks_for(simulator, api, api_v1):
    user = api.create(custom_id="c1")
    assert {"custom_id", "user_key"} <= user.keys()
    found = api_v1.get(f"/users/{user['id']}/")
    assert {"user_id", "key", "attributes"} <= found.keys()
    assert found["user_id"] == "c1"
    assert "custom_id" not in found


def test_the_version_needs_no_space(simulator, api):
    user = api.create()
    answer = api("GET", f"/users/{user['id']}/", headers={"Accept": "*/*;version=2"})
    assert "custom_id" in answer.json()


@pytest.mark.parametrize(
    ("default", "status", "name"), [("v1", 200, "key"), ("v2", 200, "user_key")]
)
def test_no_version_is_a_switch(simulator, default, status, name):
    simulator.settings(default_version=default)
    answer = Api(simulator, version=None)("POST", "/users/", {})
    assert name in answer.json()


def test_no_version_can_be_an_error(simulator):
    simulator.settings(default_version="error")
    assert Api(simulator, version=None)("GET", "/users/").status_code == 406


def test_an_unknown_version_is_406(simulator):
    assert Api(simulator, version=3)("GET", "/users/").status_code == 406


def test_an_unknown_path_is_404_and_an_unknown_method_405(api):
    assert api("GET", "/nothing/").json() == {"detail": "Not found."}
    refused = api("PATCH", "/users/")
    assert refused.status_code == 405
    assert refused.json() == {"detail": 'Method "PATCH" not allowed.'}


def test_a_get_without_slash_is_redirected_and_a_write_lost(api):
    answer = api("GET", "/users?updated_at__gte=5", allow_redirects=False)
    assert answer.status_code == 301
    assert answer.headers["location"] == "/api/public/users/?updated_at__gte=5"
    assert api("POST", "/users", {}).status_code == 404


@pytest.mark.parametrize(("switch", "status"), [("ok", 201), ("404", 404)])
def test_slashless_paths_are_a_switch(simulator, api, switch, status):
    simulator.settings(slashless=switch)
    assert api("POST", "/users", {}).status_code == status


def test_the_eleventh_call_within_a_second_is_429_as_documented(simulator, api):
    simulator.settings(rate_limit=10, rate_period=60)
    answers = [api("GET", "/users/") for _ in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    assert answers[10].json()["detail"].startswith("Request was throttled. Expected available in ")


def test_a_429_has_the_verbatim_text_and_a_lower_case_header(simulator, api):
    simulator.settings(rate_limit=1)
    api("GET", "/users/")
    refused = api("GET", "/users/")
    text = "Request was throttled. Expected available in 1 second."
    assert (refused.status_code, refused.json()) == (429, {"detail": text})
    assert ("retry-after", "1") in refused.raw.headers.items()


def test_refused_calls_do_not_count(simulator, api):
    simulator.settings(rate_limit=1, rate_period=1)
    statuses = [api("GET", "/users/").status_code for _ in range(3)]
    time.sleep(1)
    assert statuses == [200, 429, 429]
    assert api("GET", "/users/").status_code == 200


def test_a_bucket_lets_calls_through_one_by_one(simulator, api):
    simulator.settings(rate_algorithm="bucket", rate_limit=1, rate_period=60, rate_burst=2)
    assert [api("GET", "/users/").status_code for _ in range(3)] == [200, 200, 429]


def test_a_sliding_window_waits_for_its_oldest_call():
    clock = iter([0.0, 2.5, 2.6])
    throttle = Throttle(Settings(rate_limit=2, rate_period=4), lambda: next(clock))
    throttle.admit("", "")
    throttle.admit("", "")
    with pytest.raises(ApiError) as refused:
        throttle.admit("", "")
    assert refused.value.headers == {"retry-after": "2"}
    assert str(refused.value).endswith("in 2 seconds.")


@pytest.mark.parametrize(("scope", "second"), [("account", 429), ("key", 200), ("ip", 429)])
def test_who_shares_a_limit_is_a_switch(simulator, api, scope, second):
    other = "o" * 64
    keys = {API_KEY: "read_write", other: "read_write"}
    simulator.settings(keys=keys, rate_limit=1, rate_period=60, rate_scope=scope)
    api("GET", "/users/")
    answer = api("GET", "/users/", headers={"Authorization": f"Token {other}"})
    assert answer.status_code == second
