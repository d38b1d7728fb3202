"""How calls leave, and which typed error each kind of failure becomes."""

import logging
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from usercom import (
    Client,
    InvalidKeyError,
    NotFoundError,
    RejectedError,
    RetryableError,
    ServerError,
    Throttle,
    ThrottledError,
    UnreachableError,
)
from usercom.responses import retry_after

from .conftest import API_KEY
from .stub import HTML, Answer, Stub

JANE = {"id": 7, "email": "jane@example.com"}


def get_user(client: Client) -> None:
    client.get_user(7)


class TestRequest:
    def test_reading_asks_for_version_2_with_the_key(self, stub, client):
        stub.on("GET /users/7/", JANE)
        get_user(client)
        headers = stub.requests[0].headers
        assert headers["authorization"] == f"Token {API_KEY}"
        assert headers["accept"] == "*/*; version=2"
        assert headers["user-agent"].startswith("usercom_connector")

    def test_writing_sends_json(self, stub, client):
        stub.on("PUT /users/7/", JANE)
        client.update_user(7, {"city": "Wrocław", "score": None})
        assert stub.requests[0].headers["content-type"] == "application/json"
        assert stub.requests[0].json == {"city": "Wrocław", "score": None}

    def test_a_netrc_entry_does_not_replace_the_key(self, stub, client, tmp_path, monkeypatch):
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login other password secret\n")
        monkeypatch.setenv("NETRC", str(netrc))
        stub.on("GET /users/7/", JANE)
        get_user(client)
        assert stub.requests[0].headers["authorization"] == f"Token {API_KEY}"

    def test_cookies_are_not_kept(self, stub, client):
        stub.on("GET /users/7/", Answer(JANE, headers={"Set-Cookie": "session=1; Path=/"}))
        get_user(client)
        get_user(client)
        assert "cookie" not in stub.requests[1].headers

    def test_every_call_takes_its_turn(self, stub):
        turns = []
        throttle = Throttle(1000)
        acquire = throttle.acquire
        throttle.acquire = lambda: turns.append(acquire()) or turns[-1]
        stub.on("GET /users/7/", JANE)
        client = Client(stub.url, API_KEY, throttle=throttle)
        get_user(client)
        get_user(client)
        assert len(turns) == 2
        assert all(turn.answered_at >= turn.left_at for turn in turns)

    def test_threads_share_a_client(self, stub, throttle):
        client = Client(stub.url, API_KEY, throttle=throttle, timeout=10)
        for number in range(1, 41):
            stub.on(f"GET /users/{number}/", {"id": number, "email": f"{number}@example.com"})
        found = []
        threads = [
            threading.Thread(target=lambda first=first: found.extend(
                client.get_user(number).id for number in range(first, 41, 8)
            ))
            for first in range(1, 9)
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == list(range(1, 41))

    def test_the_base_url_may_end_in_a_slash(self, stub, throttle):
        stub.on("GET /users/7/", JANE)
        get_user(Client(f"{stub.url}/", API_KEY, throttle=throttle))
        assert stub.requests[0].path == "/api/public/users/7/"


class TestUnreachable:
    @pytest.mark.parametrize("fault", ["hang", "reset", "half"])
    def test_no_complete_answer(self, stub, client, fault):
        stub.on("GET /users/7/", Answer(JANE, fault=fault))
        with pytest.raises(UnreachableError):
            get_user(client)

    def test_a_search_cut_short_is_not_nobody(self, stub, client):
        stub.on("GET /users/search/", Answer([JANE], fault="half"))
        with pytest.raises(UnreachableError):
            client.find_users(email="jane@example.com")

    def test_nobody_listens(self, throttle):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            with pytest.raises(UnreachableError):
                get_user(Client(url, API_KEY, throttle=throttle))

    @pytest.mark.parametrize("url", ["http://no-such-host.invalid", "http://no host", "user.com"])
    def test_no_such_host(self, throttle, url):
        with pytest.raises(UnreachableError):
            get_user(Client(url, API_KEY, throttle=throttle))

    def test_the_message_names_no_address(self, stub, client):
        stub.on("GET /users/search/", Answer(fault="reset"))
        with pytest.raises(UnreachableError) as caught:
            client.find_users(email="jane@example.com")
        assert "jane" not in str(caught.value)
        assert caught.value.__suppress_context__

    def test_nor_where_nobody_listens(self, throttle):
        """The error of requests has the whole address of the call in it."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            with pytest.raises(UnreachableError) as caught:
                Client(url, API_KEY, throttle=throttle).find_users(email="jane@example.com")
        assert "jane" not in str(caught.value)


class TestServerFailures:
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_5xx_may_be_tried_again(self, stub, client, status):
        stub.on("GET /users/7/", Answer(HTML, status))
        with pytest.raises(ServerError) as caught:
            get_user(client)
        assert caught.value.status == status
        assert isinstance(caught.value, RetryableError)

    @pytest.mark.parametrize("status", [200, 400, 404])
    def test_html_is_no_answer_of_the_api(self, stub, client, status):
        """A maintenance page with 404 must not look like a deleted user."""
        stub.on("GET /users/7/", Answer(HTML, status))
        with pytest.raises(ServerError):
            get_user(client)

    @pytest.mark.parametrize("body", ['{"id": NaN}', '{"id": 7', "[" * 100_000, '"\\ud8'])
    def test_what_json_forbids_is_no_answer(self, stub, client, body):
        stub.on("GET /users/7/", Answer(body))
        with pytest.raises(ServerError):
            get_user(client)

    @pytest.mark.parametrize("body", [None, [], {"id": "7"}, {"id": True}, {"name": "Jane"}, "7"])
    def test_json_that_is_no_user_is_no_answer(self, stub, client, body):
        stub.on("GET /users/7/", Answer(body))
        with pytest.raises(ServerError):
            get_user(client)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_redirects_are_not_followed(self, stub, client, status):
        with Stub() as other:
            other.on("GET /users/7/", JANE)
            target = f"{other.url}/api/public/users/7/"
            stub.on("GET /users/7/", Answer(None, status, {"Location": target}))
            with pytest.raises(ServerError):
                get_user(client)
            assert other.requests == []

    @pytest.mark.parametrize("status", [300, 302, 399, 500, 599])
    def test_an_empty_failure_is_not_nobody(self, stub, client, status):
        stub.on("GET /users/search/", Answer(None, status))
        with pytest.raises(ServerError):
            client.find_users(email="jane@example.com")


class TestThrottled:
    BODY = {"detail": "Request was throttled. Expected available in 1 second."}

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [("3", 3), ("0.5", 0.5), ("", 1), ("soon", 1), ("nan", 1), ("-1", 1), ("9" * 400, 3600)],
    )
    def test_it_waits_as_told(self, stub, client, header, seconds):
        stub.on("GET /users/7/", Answer(self.BODY, 429, {"retry-after": header}))
        with pytest.raises(ThrottledError) as caught:
            get_user(client)
        assert caught.value.retry_after == seconds

    def test_it_holds_everybody_back(self, stub):
        throttle = Throttle(1000)
        client = Client(stub.url, API_KEY, throttle=throttle)
        stub.on("GET /users/7/", Answer(self.BODY, 429, {"retry-after": "30"}))
        with pytest.raises(ThrottledError):
            get_user(client)
        with pytest.raises(ThrottledError):
            client.get_user(8)
        assert len(stub.requests) == 1

    def test_it_waits_until_the_date_told(self, stub, client):
        until = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        stub.on("GET /users/7/", Answer(self.BODY, 429, {"retry-after": until}))
        with pytest.raises(ThrottledError) as caught:
            get_user(client)
        assert 25 < caught.value.retry_after <= 30

    def test_a_date_is_reckoned_by_the_servers_clock(self):
        headers = {
            "retry-after": "Wed, 21 Oct 2015 07:28:20 GMT",
            "date": "Wed, 21 Oct 2015 07:28:00 GMT",
        }
        assert retry_after(headers) == 20

    def test_a_date_that_is_over_holds_nobody(self):
        assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0

    def test_a_date_without_a_zone_is_utc(self):
        headers = {
            "retry-after": "Wed, 21 Oct 2015 07:28:05 -0000",
            "date": "Wed, 21 Oct 2015 07:28:00 GMT",
        }
        assert retry_after(headers) == 5

    @pytest.mark.parametrize("body", [BODY, HTML])
    def test_a_server_that_is_down_for_a_known_time_is_left_alone(self, stub, body):
        throttle = Throttle(1000)
        client = Client(stub.url, API_KEY, throttle=throttle)
        stub.on("GET /users/7/", Answer(body, 503, {"retry-after": "30"}))
        with pytest.raises(ServerError):
            get_user(client)
        assert 25 < throttle.held_for() <= 30

    def test_html_does_not_hide_it(self, stub, client):
        stub.on("GET /users/7/", Answer(HTML, 429))
        with pytest.raises(ThrottledError):
            get_user(client)


class TestRefusals:
    @pytest.mark.parametrize("body", [{"detail": "Invalid token."}, HTML, None])
    def test_a_key_that_is_not_known(self, stub, client, body):
        stub.on("GET /users/7/", Answer(body, 401))
        with pytest.raises(InvalidKeyError):
            get_user(client)

    @pytest.mark.parametrize("body", [{"detail": "Not found."}, None])
    def test_not_found(self, stub, client, body):
        stub.on("GET /users/7/", Answer(body, 404))
        with pytest.raises(NotFoundError) as caught:
            get_user(client)
        assert caught.value.status == 404

    @pytest.mark.parametrize(
        ("body", "details"),
        [
            ({"detail": "Malformed."}, "Malformed."),
            ({"errors": {"email": ["Invalid.", "Taken."]}}, "email: Invalid., Taken."),
            ({"errors": "Broken"}, "Broken"),
            ({"email": ["Invalid."], "score": ["Too low."]}, "email: Invalid.; score: Too low."),
            (["One", "Two"], "One, Two"),
            (None, "no reason given"),
            ([[[[["deep"]]]]], "…"),
            ([[[["deep"]]]], "deep"),
            ({"a": {"b": {"c": {"d": {"e": "deep"}}}}}, "a: b: c: d: e: …"),
            ({"errors": {"errors": {"errors": {"errors": {"errors": "deep"}}}}}, "…"),
        ],
    )
    def test_every_shape_of_a_400_is_read(self, stub, client, body, details):
        stub.on("PUT /users/7/", Answer(body, 400))
        with pytest.raises(RejectedError) as caught:
            client.update_user(7, {"email": "no"})
        assert caught.value.details == details
        assert caught.value.status == 400

    def test_other_4xx(self, stub, client):
        stub.on("PUT /users/7/", Answer({"detail": "Gone."}, 410))
        with pytest.raises(RejectedError) as caught:
            client.update_user(7, {})
        assert caught.value.status == 410

    def test_long_details_are_cut(self, stub, client):
        stub.on("PUT /users/7/", Answer({"detail": "x" * 10_000}, 400))
        with pytest.raises(RejectedError) as caught:
            client.update_user(7, {})
        assert len(caught.value.details) == 500


class TestSecrecy:
    @pytest.mark.parametrize("key", ["", "a b", "key\n", "kéy", "k\x00"])
    def test_a_key_no_header_can_hold_is_refused_without_showing_it(self, throttle, key):
        with pytest.raises(InvalidKeyError) as caught:
            Client("https://x.user.com", key, throttle=throttle)
        assert not key or key not in str(caught.value)

    def test_the_key_is_in_no_repr(self, client):
        assert API_KEY not in repr(client)
        assert API_KEY not in repr(client._transport)

    def test_a_key_that_the_server_repeats_is_masked(self, stub, client):
        """Also where the cut would leave a part of it."""
        stub.on("PUT /users/7/", Answer({"detail": "x" * 480 + API_KEY}, 400))
        with pytest.raises(RejectedError) as caught:
            client.update_user(7, {})
        assert API_KEY[:20] not in str(caught.value)

    def test_the_key_is_in_no_log_line(self, stub, client, caplog):
        caplog.set_level(logging.DEBUG)
        stub.on("GET /users/7/", JANE)
        get_user(client)
        assert caplog.records
        assert API_KEY not in caplog.text
