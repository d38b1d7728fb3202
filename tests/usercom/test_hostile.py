"""A User.com that is broken or means ill: it costs a bounded time and memory, and says so."""

import gzip
import itertools
import threading

import pytest
from usercom import Attribute, Client, ServerError, Throttle, UnreachableError, UnservedError
from usercom import memberships as memberships_module
from usercom import responses as responses_module
from usercom import transport as transport_module

from .conftest import API_KEY
from .stub import Answer, Stub

JANE = {"id": 7, "email": "jane@example.com"}


@pytest.fixture
def hasty(stub):
    """A client whose calls may take so long altogether, and are silent no longer than ever."""
    with Client(stub.url, API_KEY, throttle=Throttle(10_000), longest_call=0.3) as client:
        yield client


class TestTime:
    @pytest.mark.parametrize("fault", ["headers", "continue", "drip", "hang"])
    def test_an_answer_that_never_ends_is_cut_off(self, stub, hasty, fault):
        stub.on("GET /users/7/", Answer({**JANE, "note": "x" * 100}, fault=fault))
        with pytest.raises(UnreachableError, match="too slow"):
            hasty.get_user(7)

    @pytest.mark.parametrize("fault", ["headers", "continue", "drip"])
    def test_also_on_a_connection_kept_from_an_earlier_call(self, stub, hasty, fault):
        stub.on("GET /users/7/", JANE)
        stub.on("GET /users/8/", Answer({**JANE, "note": "x" * 100}, fault=fault))
        hasty.get_user(7)
        with pytest.raises(UnreachableError, match="too slow"):
            hasty.get_user(8)
        first, second = stub.requests
        assert first.peer == second.peer
        hasty.get_user(7)

    def test_an_end_that_only_the_cut_made_is_no_answer(self, stub, hasty):
        """Without a length an answer ends with its connection, whoever closes it."""
        stub.on("GET /users/search/", Answer([JANE], fault="endless"))
        with pytest.raises(UnreachableError, match="too slow"):
            hasty.find_users(email="jane@example.com")

    def test_connections_are_kept(self, stub, client):
        stub.on("GET /users/7/", JANE)
        stub.on("GET /users/8/", Answer({"detail": "No."}, 404), Answer("x", 500))
        for user_id in (7, 8, 8, 7):
            try:
                client.get_user(user_id)
            except Exception as error:
                assert "HTTP status" in str(error)
        assert len({request.peer for request in stub.requests}) == 1

    def test_hundreds_of_calls_leave_no_thread_behind(self, stub, client):
        stub.on("GET /users/7/", JANE)
        before = threading.active_count()
        for _ in range(300):
            client.get_user(7)
        timers = [t for t in threading.enumerate() if isinstance(t, threading.Timer)]
        for timer in timers:
            timer.join(5)
        assert threading.active_count() <= before + 1  # the stub's own, of the connection


class TestEncodings:
    def test_none_is_asked_for(self, stub, client):
        stub.on("GET /users/7/", JANE)
        stub.on("PUT /users/7/", JANE)
        client.get_user(7)
        client.update_user(7, {"city": "Gdynia"})
        assert {r.headers["accept-encoding"] for r in stub.requests} == {"identity"}

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
    def test_one_that_comes_all_the_same_is_not_decoded(self, stub, client, encoding):
        body = gzip.compress(b"[" + b" " * 10**7 + b"]")
        stub.on("GET /users/7/", Answer(body, headers={"Content-Encoding": encoding}))
        with pytest.raises(ServerError, match="encoded"):
            client.get_user(7)

    def test_nor_that_of_a_refusal(self, stub, client):
        body = gzip.compress(b'{"detail": "Not found."}')
        stub.on("GET /users/7/", Answer(body, 404, {"Content-Encoding": "gzip"}))
        with pytest.raises(UnservedError):
            client.get_user(7)

    def test_identity_is_none(self, stub, client):
        stub.on("GET /users/7/", Answer(JANE, headers={"Content-Encoding": "Identity"}))
        assert client.get_user(7).id == 7

    def test_an_answer_in_chunks_is_read(self, stub, client):
        stub.on("GET /users/7/", Answer(JANE, fault="chunked"))
        assert client.get_user(7).id == 7
        assert client.get_user(7).id == 7
        assert stub.requests[0].peer == stub.requests[1].peer


class TestSize:
    @pytest.mark.parametrize("fault", ["", "half", "chunked"])
    def test_an_answer_that_is_too_large_is_not_read_to_its_end(
        self, stub, client, monkeypatch, fault
    ):
        monkeypatch.setattr(responses_module, "BODY_LIMIT", 1000)
        stub.on("GET /users/7/", Answer({"note": "x" * 200_000}, fault=fault))
        with pytest.raises(ServerError, match="too large"):
            client.get_user(7)

    def test_an_answer_of_too_many_values(self, stub, client):
        stub.on("GET /users/7/", Answer("[" + "[]," * (responses_module.COMMAS_LIMIT + 1) + "[]]"))
        with pytest.raises(ServerError, match="too many"):
            client.get_user(7)

    @pytest.mark.parametrize("levels", [65, 500, 100_000])
    def test_an_answer_nested_too_deep(self, stub, client, levels):
        stub.on("GET /users/7/", Answer('{"id": 7, "a": ' + "[" * levels + "]" * levels + "}"))
        with pytest.raises(ServerError):
            client.get_user(7)

    def test_a_page_of_too_many_items(self, stub, client, monkeypatch):
        monkeypatch.setattr(responses_module, "PAGE_LIMIT", 2)
        stub.on("GET /users/", {"results": [{"id": number} for number in (1, 2, 3)]})
        with pytest.raises(ServerError, match="page of 3 items"):
            client.changed_page(None, None)

    def test_a_number_too_long_for_python_costs_only_itself(self, stub, client):
        stub.on("GET /users/", Answer('{"results": [{"id": 7, "a": 1%s}]}' % ("0" * 5000)))
        user = client.changed_page(None, None).users[0]
        assert user.values["a"] == "1" + "0" * 5000

    @pytest.mark.parametrize("odd", [2**31, 10**50, -(2**31)])
    def test_an_id_that_no_database_holds_is_no_user(self, stub, client, odd):
        stub.on("GET /users/", {"results": [{"id": odd}, {"id": 7}]})
        assert [user.id for user in client.changed_page(None, None).users] == [7]

    @pytest.mark.parametrize("key", ["custom_id", "email", "phone_number"])
    def test_a_key_that_no_index_holds_is_none(self, stub, client, key):
        stub.on("GET /users/7/", {"id": 7, key: "x" * 10**6})
        assert getattr(client.get_user(7), key) is None


def endless(stub, path, item):
    """Serve a list whose pages never end, each with another address and item."""
    numbers = itertools.count(1)
    stub.on(
        f"GET {path}",
        lambda: {"results": [item(n := next(numbers))], "next": f"/api/public{path}?cursor={n}"},
    )


class TestLists:
    def test_attributes_without_end(self, stub, client):
        endless(stub, "/attributes/", lambda n: {"name": f"A{n}", "value_type": "string"})
        with pytest.raises(ServerError, match="does not end"):
            client.attributes()
        assert len(stub.requests) == transport_module.PAGES_LIMIT

    def test_attributes_in_pages_that_come_slowly(self, stub, client, monkeypatch):
        monkeypatch.setattr(transport_module, "LONGEST_LIST", 0)
        endless(stub, "/attributes/", lambda n: {"name": f"A{n}", "value_type": "string"})
        with pytest.raises(ServerError, match="does not end"):
            client.attributes()
        assert len(stub.requests) == 1

    def test_attributes_in_absurd_numbers(self, stub, client, monkeypatch):
        monkeypatch.setattr(transport_module, "LIST_LIMIT", 5)
        endless(stub, "/attributes/", lambda n: {"name": f"A{n}", "value_type": "string"})
        with pytest.raises(ServerError, match="6 items"):
            client.attributes()

    def test_a_search_without_end_gives_way_to_the_exact_one(self, stub, client, monkeypatch):
        monkeypatch.setattr(transport_module, "PAGES_LIMIT", 5)
        endless(stub, "/users/search/", lambda n: {"id": n, "email": f"{n}jane@example.com"})
        assert client.find_users(email="jane@example.com") == []
        asked = [set(request.query) for request in stub.requests]
        assert asked == [{"email__icontains"}, *[{"cursor"}] * 4, {"email", "many"}]

    def test_users_without_end(self, stub, client, monkeypatch):
        monkeypatch.setattr(transport_module, "ENDLESS", 10)
        endless(stub, "/users/", lambda n: {"id": n})
        page = client.changed_page(None, None)
        with pytest.raises(ServerError, match="without end"):
            while True:
                page = client.page_at(page.next)
        assert len(stub.requests) == 11

    def test_of_tags_without_end_there_are_enough_to_choose_from(self, stub, client, monkeypatch):
        monkeypatch.setattr(memberships_module, "MOST_LABELS", 3)
        endless(stub, "/tags/", lambda n: {"id": n, "name": f"Tag {n}"})
        assert len(client.memberships.labels("tags")) == 3
        assert len(stub.requests) == 3


class TestAttributes:
    def test_a_name_of_a_megabyte_is_left_out(self, stub, client):
        items = [{"name": "x" * 10**6, "value_type": "string"}, {"name": "A", "value_type": "json"}]
        stub.on("GET /attributes/", {"results": items})
        assert [each.name for each in client.attributes() if not each.is_standard] == ["A"]

    @pytest.mark.parametrize("choices", [["x" * 10**5], [str(n) for n in range(1001)], [[["a"]]]])
    def test_choices_that_nobody_can_choose_from_count_as_not_told(self, choices):
        definition = {"name": "A", "value_type": "fixed", "choices": choices}
        known = Attribute.from_json(definition).choices
        assert known == () or len(str(known)) < 100


def test_another_host_gets_no_call(stub, client):
    with Stub() as other:
        following = f"{other.url}/api/public/attributes/?cursor=2"
        stub.on("GET /attributes/", {"results": [], "next": following}, {"results": []})
        client.attributes()
        assert other.requests == []
