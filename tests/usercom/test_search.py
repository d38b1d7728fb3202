"""Looking for a user by each of its keys, in every documented shape of the answer."""

import pytest
from usercom import ServerError

from .stub import HTML, MISSING, Answer

JANE = {"id": 7, "email": "Jane@Example.com", "custom_id": "odoo-1", "phone_number": "+48 600 1"}
JOE = {"id": 8, "email": "joe@example.com", "custom_id": "odoo-2", "phone_number": "600 2"}


def ids(users):
    return [user.id for user in users]


class TestFindUsers:
    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            ([JANE], [7]),
            ({"results": [JANE, JANE], "next": None}, [7]),
            (
                {"results": [JANE, {**JANE, "id": 9}, {**JOE, "email": "mary-jane@example.com"}]},
                [7, 9],
            ),
            ({"results": []}, []),
            ([], []),
        ],
    )
    def test_by_email_in_any_case_with_one_call(self, stub, client, answer, found):
        stub.on("GET /users/search/", answer)
        assert ids(client.find_users(email="jane@example.com")) == found
        [request] = stub.requests
        assert request.query == {"email__icontains": ["jane@example.com"]}

    def test_by_email_on_every_page(self, stub, client):
        following = "/api/public/users/search/?cursor=2"
        last = {"results": [{**JANE, "id": 9}]}
        stub.on("GET /users/search/", {"results": [JANE], "next": following, "count": 2}, last)
        assert ids(client.find_users(email="jane@example.com")) == [7, 9]

    @pytest.mark.parametrize(
        "refusal",
        [Answer({"detail": "No."}, 400), MISSING, Answer(HTML, 404), JANE, None, [JANE, JOE]],
    )
    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            (JANE, [7]),
            ([JANE], [7]),
            ([JANE, {**JANE, "id": 9}], [7, 9]),
            ([], []),
            (MISSING, []),
            (None, []),
            (Answer(" \n"), []),
            ([JANE, JOE], [7]),
        ],
    )
    def test_by_email_exactly_where_nothing_else_is_served(
        self, stub, client, refusal, answer, found
    ):
        stub.on("GET /users/search/", refusal, answer)
        assert ids(client.find_users(email="jane@example.com")) == found
        assert stub.requests[1].query == {"email": ["jane@example.com"], "many": ["true"]}

    @pytest.mark.parametrize("failure", [Answer(HTML, 404), Answer(HTML), Answer(None, 502)])
    def test_a_failure_is_not_nobody(self, stub, client, failure):
        stub.on("GET /users/search/", failure)
        with pytest.raises(ServerError):
            client.find_users(email="jane@example.com")

    def test_by_email_without_its_blanks(self, stub, client):
        stub.on("GET /users/search/", JANE)
        assert ids(client.find_users(email=" jane@example.com ")) == [7]

    def test_by_email_that_only_the_lower_case_finds(self, stub, client):
        stub.on("GET /users/search/", MISSING, MISSING, JANE)
        assert ids(client.find_users(email="JANE@example.com")) == [7]
        assert stub.requests[2].query["email"] == ["jane@example.com"]

    @pytest.mark.parametrize("miss", [MISSING, {**JOE, "custom_id": "search"}])
    def test_by_custom_id_with_a_slash_where_the_search_is_not_served(self, stub, client, miss):
        stub.on("GET /users-by-id/search/", miss)
        stub.on("GET /users-by-id/a%2Fb/", {**JANE, "custom_id": "a/b"})
        assert ids(client.find_users(custom_id="a/b")) == [7]

    def test_a_custom_id_with_a_slash_may_have_no_path(self, stub, client):
        stub.on("GET /users-by-id/a%2Fb/", Answer(HTML, 404))
        assert client.find_users(custom_id="a/b") == []

    def test_a_page_of_html_is_not_nobody_of_this_custom_id(self, stub, client):
        stub.on("GET /users-by-id/search/", Answer(HTML, 404))
        with pytest.raises(ServerError):
            client.find_users(custom_id="a/b")

    def test_one_user_of_a_phone_may_be_the_first_of_several(self, stub, client):
        others = {
            "results": [
                {**JANE, "id": 9, "phone_number": "486001"},
                {**JOE, "phone_number": "04860012"},
            ]
        }
        stub.on("GET /users/search/", JANE, others)
        assert ids(client.find_users(phone="+48 600 1")) == [7, 9]
        assert stub.requests[1].query == {"phone_number__icontains": ["486001"]}

    @pytest.mark.parametrize("answer", [JANE, {"results": [JANE, JOE]}, [JANE]])
    def test_by_phone_however_it_is_written(self, stub, client, answer):
        stub.on("GET /users/search/", answer)
        assert ids(client.find_users(phone="+486001")) == [7]
        assert stub.requests[0].query == {"phone_number": ["+486001"]}

    def test_a_phone_without_digits_finds_nobody(self, stub, client):
        stub.on("GET /users/search/", {"results": [{"id": 1, "phone_number": None}]})
        assert client.find_users(phone="n/a") == []

    def test_by_custom_id(self, stub, client):
        stub.on("GET /users-by-id/odoo-1/", JANE)
        assert ids(client.find_users(custom_id="odoo-1")) == [7]
        assert client.find_users(custom_id="odoo-3") == []

    @pytest.mark.parametrize("custom_id", ["a?c#d", "user@123", "ż 1", "50%"])
    def test_by_custom_id_with_any_character(self, stub, client, custom_id):
        client.find_users(custom_id=custom_id)
        assert stub.requests[0].query == {}
        assert stub.requests[0].path.count("/") == 5

    def test_by_custom_id_with_a_slash(self, stub, client):
        stub.on("GET /users-by-id/search/", {**JANE, "custom_id": "a/../b"})
        assert ids(client.find_users(custom_id="a/../b")) == [7]
        assert stub.requests[0].query == {"user_id": ["a/../b"]}

    @pytest.mark.parametrize("custom_id", ["search", "odoo"])
    def test_a_custom_id_that_means_something_else_there(self, stub, client, custom_id):
        stub.on(f"GET /users-by-id/{custom_id}/", JANE)
        assert client.find_users(custom_id=custom_id) == []

    @pytest.mark.parametrize("key", ["custom_id", "email", "phone"])
    def test_an_empty_key_finds_nobody_and_asks_nothing(self, stub, client, key):
        assert client.find_users(**{key: " "}) == []
        assert stub.requests == []

    @pytest.mark.parametrize("keys", [{}, {"email": "a@b.c", "phone": "1"}])
    def test_exactly_one_key(self, client, keys):
        with pytest.raises(TypeError):
            client.find_users(**keys)
