"""Failures on demand."""

import time

import pytest
import requests


@pytest.fixture(autouse=True)
def user(simulator):
    simulator.seed({"city": "Graz"})


@pytest.mark.parametrize("status", [400, 403, 500, 502, 504])
def test_any_status(simulator, api, status):
    simulator.fault(status=status)
    assert api("GET", "/users/1/").status_code == status


@pytest.mark.parametrize(
    ("shape", "name"), [("errors", "errors"), ("fields", "email"), ("detail", "detail")]
)
def test_a_400_of_each_shape(simulator, api, shape, name):
    simulator.fault(status=400, shape=shape)
    assert list(api("GET", "/users/1/").json()) == [name]


def test_any_body_and_headers(simulator, api):
    simulator.fault(status=429, body={"detail": "Later."}, headers={"retry-after": "7"}, count=1)
    answer = api("GET", "/users/1/")
    assert (answer.json(), answer.headers["retry-after"]) == ({"detail": "Later."}, "7")
    simulator.fault(status=200, body="no JSON", count=1)
    assert api("GET", "/users/1/").text == "no JSON"


def test_an_html_page(simulator, api):
    simulator.fault(kind="html", status=502)
    answer = api("GET", "/users/1/")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (502, "text/html")


def test_the_next_calls_of_a_route_fail(simulator, api):
    simulator.fault(method="GET", path="/users/*", count=2)
    assert api("PUT", "/users/1/", {}).status_code == 200
    assert api("GET", "/tags/").status_code == 200
    assert [api("GET", "/users/1/").status_code for _ in range(3)] == [500, 500, 200]


def test_every_second_call_after_the_first_fails(simulator, api):
    simulator.fault(skip=1, every=2)
    statuses = [api("GET", "/users/1/").status_code for _ in range(5)]
    assert statuses == [200, 200, 500, 200, 500]


def test_a_probability_repeats_with_its_seed(simulator, api):
    runs = []
    for _ in range(2):
        simulator.clear_faults()
        simulator.fault(probability=0.5, seed=3)
        runs.append([api("GET", "/users/1/").status_code for _ in range(12)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", ["status", "reset", "timeout"])
def test_a_write_can_be_applied_and_its_answer_lost(simulator, api, kind, applied):
    simulator.fault(kind=kind, apply=applied, seconds=0.01, count=1)
    if kind == "status":
        assert api("PUT", "/users/1/", {"city": "Wien"}).status_code == 500
    else:
        with pytest.raises(requests.ConnectionError):
            api("PUT", "/users/1/", {"city": "Wien"})
    assert simulator.user(1)["city"] == ("Wien" if applied else "Graz")


def test_a_timeout_outlasts_the_client(simulator, api):
    simulator.fault(kind="timeout", seconds=20)
    started = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        api("GET", "/users/1/", timeout=0.05)
    assert time.monotonic() - started < 10
    assert simulator.journal()[-1]["status"] is None


def test_a_connection_is_reset(simulator, api):
    simulator.fault(kind="reset")
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        api("GET", "/users/1/")


def test_half_a_body(simulator, api):
    simulator.fault(kind="half_body")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        api("GET", "/users/1/")


def test_a_delay_and_a_latency_only_slow_down(simulator, api):
    simulator.fault(kind="delay", seconds=0.05)
    simulator.settings(latency_ms=50)
    started = time.monotonic()
    assert api("GET", "/users/1/").status_code == 200
    assert time.monotonic() - started >= 0.1


def test_offline_resets_every_call(simulator, api):
    simulator.settings(offline=True)
    with pytest.raises(requests.ConnectionError):
        api("GET", "/users/1/")
    simulator.settings(offline=False)
    assert api("GET", "/users/1/").status_code == 200


def test_a_refused_key_uses_no_fault_up(simulator, api):
    simulator.fault(count=1)
    assert api("GET", "/users/1/", headers={"Authorization": "Token x"}).status_code == 401
    assert api("GET", "/users/1/").status_code == 500


def test_faults_are_listed_and_ended_one_by_one(simulator, api):
    first, second = simulator.fault(status=500), simulator.fault(status=502)
    assert [fault["id"] for fault in simulator.control("GET", "faults")] == [first, second]
    left = simulator.control("DELETE", f"faults/{first}")
    assert [fault["id"] for fault in left] == [second]
    assert api("GET", "/users/1/").status_code == 502


def test_an_unknown_fault_is_refused(simulator):
    with pytest.raises(RuntimeError, match="kind cannot be 'fire'"):
        simulator.fault(kind="fire")


def test_a_write_can_take_effect_after_its_connection_was_lost(simulator, api):
    simulator.fault(kind="late", seconds=0.1, count=1)
    with pytest.raises(requests.ConnectionError):
        api("PUT", "/users/1/", {"city": "Wien"})
    assert simulator.user(1)["city"] == "Graz"
    time.sleep(0.3)
    assert simulator.user(1)["city"] == "Wien"
