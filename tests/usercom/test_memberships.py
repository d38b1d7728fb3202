"""Tags and lists: what is read of them, and by which calls users get and lose them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usercom import Attribute, Rule, ServerError, UnmadeError, User
from usercom.jobs import Identity
from usercom.memberships import LABEL_LIMIT, Label, Membership, read_labels
from usercom.merge import Base
from usercom.push import Push

from .stub import HTML, Answer

NEWS, OFFERS = Membership("lists", Label(8, "News")), Membership("lists", Label(None, "Offers"))
VIP, PRESS = Membership("tags", Label(None, "vip")), Membership("tags", Label(3, "press"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "name", "x"]), inner),
)


class TestRead:
    @pytest.mark.parametrize(
        ("tags", "holds"),
        [
            ([{"name": "vip", "id": 1}], True),
            ([{"name": " VIP ", "id": 1}], True),
            (["vip"], True),
            ([{"name": "other", "id": 3}], False),
            ([{"name": "vip\0"}, {"name": "x" * 10_000}, None, {}, 7, "other"], False),
            ([], False),
        ],
    )
    def test_a_user_has_a_tag_by_its_name_in_any_case(self, tags, holds):
        assert VIP.holds(read_labels({"tags": tags})["tags"]) is holds

    def test_a_tag_with_another_name_is_known_by_its_id(self):
        assert PRESS.holds(read_labels({"tags": [{"name": "Media", "id": 3}]})["tags"])

    def test_tags_and_lists_are_read_apart(self):
        labels = read_labels({"tags": [], "lists": [{"id": 8, "name": "Weekly"}]})
        assert labels["tags"] == ()
        assert NEWS.holds(labels["lists"])

    @pytest.mark.parametrize("odd", [0, -1, 2**31, 10**80, True, 1.0, "3", None, [3]])
    def test_an_id_that_no_database_holds_is_none(self, odd):
        [label] = read_labels({"tags": [{"name": "vip", "id": odd}]})["tags"]
        assert label.id is None

    def test_a_name_that_is_too_long_is_left_out(self):
        names = ["x" * (LABEL_LIMIT + 1), "x" * LABEL_LIMIT, "vip"]
        labels = read_labels({"tags": names})["tags"]
        assert [label.name for label in labels] == names[1:]

    @pytest.mark.parametrize(
        "body",
        [{}, {"tags": None}, {"tags": "vip"}, {"tags": {"id": 1}}, {"lists": [7, 8]}],
    )
    def test_what_is_no_list_says_nothing(self, body):
        assert read_labels(body) == {}

    @given(st.dictionaries(st.sampled_from(["tags", "lists", "id"]), JSON))
    def test_nothing_that_is_read_fails(self, body):
        for labels in read_labels(body).values():
            assert all(label.name and len(label.name) <= 255 for label in labels)
        User.from_json({**body, "id": 1})


class TestCalls:
    def test_tags_are_given_and_taken_away(self, stub, client):
        for path in ("add_tag", "remove_tag"):
            stub.on(f"POST /users/1/{path}/", {})
        assert client.memberships.join(1, [VIP, PRESS]).refused == []
        assert client.memberships.leave(1, [VIP, PRESS]).refused == []
        assert [request.json for request in stub.requests] == [
            {"name": "vip"},
            {"name": "press"},
        ] * 2

    def test_the_method_that_is_served_is_remembered(self, stub, client):
        stub.on("POST /users/1/remove_tag/", Answer({"detail": "no"}, 405))
        stub.on("DELETE /users/1/remove_tag/", {})
        assert client.memberships.leave(1, [VIP, PRESS]).refused == []
        methods = [request.method for request in stub.requests]
        assert methods == ["POST", "DELETE", "DELETE"]

    @pytest.mark.parametrize(
        "answer", [Answer({"e": 1}, 400), Answer({"detail": "?"}, 404), Answer(HTML, 404)]
    )
    def test_what_is_refused_is_told_and_the_rest_goes(self, stub, client, answer):
        stub.on("POST /users/1/add_tag/", answer, {"id": 1})
        assert client.memberships.join(1, [VIP, PRESS]).refused == [VIP]

    @pytest.mark.parametrize("status", [500, 409])
    def test_what_may_pass_is_raised(self, stub, client, status):
        stub.on("POST /users/1/add_tag/", Answer({"detail": "later"}, status))
        with pytest.raises(ServerError):
            client.memberships.join(1, [VIP])

    def test_several_tags_go_in_one_call_where_it_is_served(self, stub, client):
        stub.on("POST /users-by-id/a%2Fb/add_many_tags/", {})
        assert client.memberships.join(1, [VIP, PRESS], "a/b").refused == []
        assert [request.json for request in stub.requests] == [{"tag_names": ["vip", "press"]}]

    def test_else_each_goes_by_itself(self, stub, client):
        stub.on("POST /users-by-id/c/add_many_tags/", Answer({"detail": "no"}, 405))
        stub.on("POST /users/1/add_tag/", {})
        for _time in range(2):
            assert client.memberships.join(1, [VIP, PRESS], "c").refused == []
        assert len(stub.requests) == 5  # what is not served is not asked for again


class TestListCalls:
    def test_a_user_gets_on_a_list_and_off_it_by_its_id(self, stub, client):
        for path in ("add_to_list", "remove_from_list"):
            stub.on(f"POST /users/1/{path}/", {})
        assert client.memberships.join(1, [NEWS], "custom").refused == []
        assert client.memberships.leave(1, [NEWS]).refused == []
        assert [request.json for request in stub.requests] == [{"list": 8}] * 2

    def test_lists_are_not_among_many_tags(self, stub, client):
        stub.on("POST /users-by-id/c/add_many_tags/", {})
        stub.on("POST /users/1/add_to_list/", {})
        assert client.memberships.join(1, [VIP, NEWS, PRESS], "c").refused == []
        assert [request.json for request in stub.requests] == [
            {"tag_names": ["vip", "press"]},
            {"list": 8},
        ]

    def test_a_list_without_an_id_is_looked_up_once(self, stub, client):
        stub.on("GET /lists/", {"results": [{"id": 5, "name": "OFFERS"}], "next": None})
        stub.on("POST /users/1/add_to_list/", {})
        for _time in range(2):
            assert client.memberships.join(1, [OFFERS]).refused == []
        assert [request.json for request in stub.requests[1:]] == [{"list": 5}] * 2

    def test_one_that_is_not_there_is_created(self, stub, client):
        empty, full = (
            {"results": found, "next": None} for found in ([], [{"id": 5, "name": "Offers"}])
        )
        stub.on("GET /lists/", empty, full)
        stub.on("POST /lists/", {"id": 5})
        stub.on("POST /users/1/add_to_list/", {})
        assert client.memberships.join(1, [OFFERS]).refused == []
        created, joined = (r.json for r in stub.requests if r.method == "POST")
        assert (created, joined) == ({"name": "Offers"}, {"list": 5})

    def test_nobody_is_in_a_list_that_is_not_there(self, stub, client):
        stub.on("GET /lists/", {"results": [], "next": None})
        assert client.memberships.leave(1, [OFFERS]).refused == []
        assert len(stub.requests) == 1

    @pytest.mark.parametrize("answer", [Answer({"e": 1}, 400), Answer({"detail": "?"}, 404)])
    def test_a_list_that_cannot_be_created_is_refused_and_nobody_is_missing(
        self, stub, client, answer
    ):
        stub.on("GET /lists/", {"results": [], "next": None})
        stub.on("POST /lists/", answer)
        assert client.memberships.join(1, [OFFERS]).refused == [OFFERS]


class TestTakenAway:
    """Somebody with the tag is merged into the user just when it has been taken away."""

    KEY = "tag:1"
    ATTRIBUTES = {KEY: Attribute("VIP", KEY, "boolean", membership=VIP)}
    RULES = (Rule(KEY, "both", "odoo", is_sparse=True),)

    def push(self, client):
        rules, base = self.RULES, Base({self.KEY: True})
        return Push(Identity(1), rules, self.ATTRIBUTES, base, {self.KEY: None}).run(client)

    def answers(self, stub, *tags, removal=None):
        """The user has these tags, one answer after the other."""
        stub.on("POST /users/1/remove_tag/", removal or {})
        stub.on("GET /users/1/", *({"id": 1, "tags": [*each]} for each in tags))

    def test_a_tag_that_is_back_is_taken_away_once_more(self, stub, client):
        self.answers(stub, ["vip"], [])
        pushed = self.push(client)
        assert (pushed.kept, pushed.base, pushed.base.remote) == (True, {}, {})
        assert [request.method for request in stub.requests] == ["POST", "GET"] * 2

    def test_one_that_stays_is_told_of(self, stub, client):
        self.answers(stub, ["vip"], removal={"id": 1})
        pushed = self.push(client)
        assert pushed.ignored == {self.KEY: None}
        asked = [f"{request.method} {request.path}" for request in stub.requests]
        assert (len(asked), asked[-1]) == (5, "GET /api/public/tags/")  # whether it is gone

    @pytest.mark.parametrize("nothing", [{}, [], None])
    def test_one_that_stays_after_an_answer_of_nothing_is_tried_again_later(
        self, stub, client, nothing
    ):
        self.answers(stub, ["vip"])
        stub.on("POST /users/1/remove_tag/", Answer(nothing))
        with pytest.raises(UnmadeError):
            self.push(client)

    @pytest.mark.parametrize("custom_id", [None, "c"])
    def test_so_is_one_that_was_given_and_is_not_there(self, stub, client, custom_id):
        keys, press = (self.KEY, "tag:2"), Attribute("P", "tag:2", "boolean", membership=PRESS)
        rules = [Rule(key, "both", "odoo", is_sparse=True) for key in keys]
        push = Push(
            Identity(1, custom_id),
            rules,
            {**self.ATTRIBUTES, "tag:2": press},
            Base(),
            dict.fromkeys(keys, True),
        )
        for path in ("users-by-id/c/add_many_tags", "users/1/add_tag"):
            stub.on(f"POST /{path}/", {})
        stub.on("GET /users/1/", {"id": 1, "tags": ["vip"]})
        with pytest.raises(UnmadeError):
            push.run(client)
        stub.on("GET /users/1/", {"id": 1, "tags": ["vip", "press"]})
        assert push.run(client).kept

    def test_one_that_is_gone_is_not_looked_at_again(self, stub, client):
        self.answers(stub, [])
        assert self.push(client).kept
        assert len(stub.requests) == 2
