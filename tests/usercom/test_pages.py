"""Lists in pages: where they lead, where they end, what is in them."""

import itertools
import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest
from usercom import (
    Attribute,
    Client,
    ConversionError,
    NotFoundError,
    RejectedError,
    ServerError,
    canonical,
)
from usercom import responses as responses_module

from .conftest import API_KEY, listed
from .stub import HTML, MISSING, Answer, Stub

JANE = {"id": 7, "email": "jane@example.com"}
JOE = {"id": 8, "email": "joe@example.com"}
PAGE = {"results": [], "next": None}


def ids(users):
    return [user.id for user in users]


class TestPages:
    def test_next_is_followed_verbatim(self, stub, client):
        following = f"{stub.url}/api/public/users/?cursor=cD0y%3D%3D&x=1"
        stub.on(
            "GET /users/", {"results": [{"id": 1}], "next": following}, {"results": [{"id": 2}]}
        )
        pages = list(listed(client))
        assert [[user.id for user in page] for page in pages] == [[1], [2]]
        assert stub.requests[1].query == {"cursor": ["cD0y=="], "x": ["1"]}

    @pytest.mark.parametrize(
        ("count", "missing"), [({}, {}), ({}, HTML), ({"count": 1}, {}), ({"count": 1}, HTML)]
    )
    def test_a_last_next_that_leads_nowhere_ends_the_list(self, stub, client, count, missing):
        following = f"{stub.url}/api/public/users/?cursor=2"
        page = {"results": [{"id": 1}], "next": following, **count}
        stub.on("GET /users/", page, Answer(missing, 404))
        stub.on("GET /attributes/", {"results": []})
        assert len(list(listed(client))) == 1

    def test_a_page_of_html_is_no_end_where_nothing_else_is_served_either(self, stub, client):
        page = {"results": [{"id": 1}], "next": "/api/public/users/?cursor=2"}
        stub.on("GET /users/", page, Answer(HTML, 404))
        stub.on("GET /attributes/", Answer(HTML, 404))
        with pytest.raises(ServerError):
            list(listed(client))

    @pytest.mark.parametrize("missing", [{}, HTML])
    def test_a_list_that_breaks_off_before_its_count_is_not_at_its_end(self, stub, client, missing):
        first = {"results": [{"id": 1}], "next": "/api/public/users/?cursor=2", "count": 3}
        second = {"results": [{"id": 2}], "next": "/api/public/users/?cursor=3", "count": 3}
        stub.on("GET /users/", first, second, Answer(missing, 404))
        with pytest.raises(ServerError) as caught:
            list(listed(client))
        assert caught.value.status == 404

    def test_people_who_are_deleted_meanwhile_are_not_missed(self, stub, client):
        first = {"results": [{"id": 1}], "next": "/api/public/users/?cursor=2", "count": 3}
        second = {"results": [{"id": 3}], "next": "/api/public/users/?cursor=3", "count": 2}
        stub.on("GET /users/", first, second, Answer({}, 404))
        assert len(list(listed(client))) == 2

    def test_a_page_kept_from_another_client_is_told_to_be_gone(self, stub, client, throttle):
        first = {"results": [{"id": 1}], "next": "/api/public/users/?cursor=2", "count": 3}
        stub.on("GET /users/", first, Answer({}, 404))
        kept = client.changed_page(None, None).next
        with pytest.raises(NotFoundError):
            Client(stub.url, API_KEY, throttle=throttle).page_at(kept)

    def test_a_list_that_another_client_began_to_read_ends_where_it_leads_nowhere(
        self, stub, client, throttle
    ):
        first, second = (
            {"results": [{"id": n}], "next": f"/api/public/users/?cursor={n}", "count": 2}
            for n in (1, 2)
        )
        stub.on("GET /users/", first, second, Answer({}, 404))
        kept = client.changed_page(None, None).next
        other = Client(stub.url, API_KEY, throttle=throttle)
        with pytest.raises(NotFoundError):
            other.page_at(other.page_at(kept).next)

    @pytest.mark.parametrize("missing", [Answer({}, 404), Answer(HTML, 404), Answer(None, 404)])
    def test_a_list_that_is_not_there_is_not_an_empty_one(self, stub, client, missing):
        for route in ("/users/", "/users/search/", "/attributes/"):
            stub.on(f"GET {route}", missing)
        for ask in (
            lambda: client.changed_page(None, None),
            lambda: client.changed_page(datetime.now(), None),
            client.attributes,
        ):
            with pytest.raises(ServerError):
                ask()

    @pytest.mark.parametrize(
        "following",
        [
            "http://127.0.0.1:1/users/",
            "//evil.example/users/",
            "/admin/",
            "http://evil.example/api/public/../../admin/",
            "/api/public/%2e%2e/admin/",
            "http://[::1/api/public/users/",
        ],
    )
    def test_next_outside_the_api_is_not_asked(self, stub, client, following):
        stub.on("GET /users/", {"results": [{"id": 1}], "next": following})
        with pytest.raises(ServerError):
            list(listed(client))
        assert len(stub.requests) == 1

    @pytest.mark.parametrize("prefix", ["", "http://{own}@{other}", "//{other}/proxied"])
    def test_next_on_another_host_is_asked_of_our_own(self, stub, client, prefix):
        """A server behind a proxy may not know its own name; the key goes nowhere else."""
        with Stub() as other:
            host = prefix.format(own=stub.host, other=other.host)
            following = f"{host}/api/public/users/?cursor=2"
            stub.on(
                "GET /users/", {"results": [{"id": 1}], "next": following}, {"results": [{"id": 2}]}
            )
            assert len(list(listed(client))) == 2
            assert stub.requests[1].query == {"cursor": ["2"]}
            assert other.requests == []

    def test_next_cannot_change_the_scheme(self, stub, client):
        """A server behind a TLS proxy may name itself by the wrong one."""
        following = f"https://{stub.host}/api/public/users/?cursor=2"
        stub.on(
            "GET /users/", {"results": [{"id": 1}], "next": following}, {"results": [{"id": 2}]}
        )
        assert len(list(listed(client))) == 2

    def test_a_circle_ends(self, stub, client):
        following = f"{stub.url}/api/public/users/?cursor=1"
        stub.on("GET /users/", {"results": [{"id": 1}], "next": following})
        with pytest.raises(ServerError):
            list(itertools.islice(listed(client), 9))
        assert len(stub.requests) == 2

    def test_so_does_one_of_several_pages(self, stub, client):
        pages = [
            {"results": [{"id": n}], "next": f"/api/public/users/?cursor={following}"}
            for n, following in ((1, 2), (2, 3), (3, 2), (2, 3))
        ]
        stub.on("GET /users/", *pages)
        with pytest.raises(ServerError):
            list(itertools.islice(listed(client), 9))
        assert len(stub.requests) == 3

    def test_a_list_that_is_read_again_is_no_circle(self, stub, client):
        first = {"results": [{"id": 1}], "next": "/api/public/users/?cursor=2"}
        stub.on("GET /users/", *[first, {"results": [{"id": 2}]}] * 2)
        assert [len(list(listed(client))) for _reading in range(2)] == [2, 2]

    def test_one_gone_on_with_and_then_read_from_its_start_is_none_either(self, stub, client):
        pages = [
            {"results": [{"id": 2}], "next": "/api/public/users/?cursor=3"},
            {"results": [{"id": 1}], "next": "/api/public/users/?cursor=2"},
            {"results": [{"id": 2}], "next": "/api/public/users/?cursor=3"},
            {"results": [{"id": 3}]},
        ]
        stub.on("GET /users/", *pages)
        client.page_at(f"{stub.url}/api/public/users/?cursor=2")
        assert len(list(listed(client))) == 3

    @pytest.mark.parametrize("body", [{}, {"results": None}, {"results": {}}, None])
    def test_what_is_no_list_is_no_page(self, stub, client, body):
        stub.on("GET /users/", Answer(body))
        with pytest.raises(ServerError):
            list(listed(client))


class TestChangedUsers:
    SINCE = datetime(2021, 2, 1, 8, 0, 0, 500_000)
    UNTIL = datetime(2021, 2, 1, 10, 0, tzinfo=timezone(timedelta(hours=1)))

    def test_the_range_is_unix_seconds_and_a_little_wider(self, stub, client):
        stub.on("GET /users/search/", PAGE)
        list(listed(client, self.SINCE, self.UNTIL))
        first = int(datetime(2021, 2, 1, 8, tzinfo=UTC).timestamp())
        last = int(datetime(2021, 2, 1, 9, tzinfo=UTC).timestamp())
        expected = {"search": ["updated_at"], "min": [str(first - 1)], "max": [str(last + 1)]}
        assert stub.requests[0].query == expected

    def test_one_bound_is_enough(self, stub, client):
        stub.on("GET /users/search/", PAGE)
        list(listed(client, self.SINCE))
        assert "max" not in stub.requests[0].query

    @pytest.mark.parametrize(
        "refusal",
        [
            MISSING,
            Answer({"detail": "Unknown lookup."}, 400),
            Answer(HTML, 404),
            Answer(HTML, 400),
        ],
    )
    def test_the_other_path(self, stub, client, refusal):
        stub.on("GET /users/search/", refusal)
        stub.on("GET /users/", {"results": [JANE], "next": None})
        assert [ids(page) for page in listed(client, self.SINCE)] == [[7]]
        assert stub.requests[1].query["search"] == ["updated_at"]

    def test_a_refusal_on_the_way_is_not_taken_for_a_missing_path(self, stub, client):
        following = f"{stub.url}/api/public/users/search/?cursor=2"
        page = {"results": [JANE], "next": following}
        stub.on("GET /users/search/", page, Answer({"detail": "Bad cursor."}, 400))
        with pytest.raises(RejectedError):
            list(listed(client, self.SINCE))

    ODD = [
        None,
        5,
        {"email": "x"},
        {"id": "7"},
        {**JOE, "attributes": [{"name": "A", "name_std": []}]},
    ]

    def test_what_is_no_user_is_left_out_and_counted(self, stub, client, caplog):
        caplog.set_level(logging.INFO, logger=responses_module.__name__)
        following = "/api/public/users/?cursor=2"
        first = {"results": [JANE, *self.ODD], "next": following}
        stub.on("GET /users/", first, {"results": [None, {**JANE, "id": 9}]})
        assert [ids(page) for page in listed(client)] == [[7, 8], [9]]
        assert [record.args for record in caplog.records] == [(4,), (1,)]

    def test_a_page_without_any_user_is_no_page(self, stub, client):
        stub.on("GET /users/", {"results": [None, {"error": "busy"}]})
        with pytest.raises(ServerError):
            list(listed(client))

    def test_what_is_no_user_is_no_result_of_a_search(self, stub, client):
        stub.on("GET /users/search/", [JANE, None])
        with pytest.raises(ServerError):
            client.find_users(email="jane@example.com")

    def test_a_number_that_is_none_spoils_but_its_own_value(self, stub, client):
        odd = '{"results": [{"id": 7, "a": NaN, "b": -Infinity, "c": 1e999, "d": 1.5}, {"id": 8}]}'
        stub.on("GET /users/", Answer(odd))
        [[seven, eight]] = listed(client)
        for name, value_type in itertools.product("abc", ("float", "string", "json", "fixed")):
            with pytest.raises(ConversionError):
                canonical(seven.values[name], Attribute("A", "a", value_type))
        assert (seven.values["d"], eight.id) == (1.5, 8)

    def test_everybody(self, stub, client):
        stub.on("GET /users/", {"results": [JANE, JOE], "next": None})
        assert [ids(page) for page in listed(client)] == [[7, 8]]
        assert stub.requests[0].query == {}
