"""Each call of the client, whatever it is answered: an error of ours, or a result of its kind."""

import inspect
import random

import pytest
from usercom import Attribute, UsercomError
from usercom.memberships import Label, Membership

from .stub import Answer

NESTED = {"results": [{"id": [{"id": {}}], "name": [[]], "tags": {"a": [None]}}]}
HUGE = {"id": 10**80, "count": -1, "name": "x" * 10**5, "email": ["a"], "errors": [[[["x"]]]]}
KEYS = ("id", "name", "email", "custom_id", "tags", "lists", "companies", "results", "next")
KEYS += ("count", "data", "success", "attributes", "value_type", "choices", "import_id", "errors")
ODD = (None, True, -1, 2**63, 0.5, "", "\ud800", "\0", "7", [], {}, [None], NESTED, HUGE, "x" * 999)
BODIES = (None, "", "NaN", b"\xff\xfe", "[" * 70 + "]" * 70, *ODD)
STATUSES = (200, 200, 200, 201, 204, 400, 404, 405, 409)
TAG, LIST = (Membership(kind, Label(None, "VIP")) for kind in ("tags", "lists"))
TEXT = Attribute("City", "city", "string")
ARGUMENTS = {  # of those that do not go by the names of their parameters
    "join": (7, [TAG, Membership("tags", Label(8, "New")), LIST], "a/b"),
    "leave": (7, [TAG, LIST]),
    "is_gone": (Membership("tags", Label(8, "VIP")),),
    "labels": ("lists",),
    "merge_users": (7, [8]),
    "update_users": (TEXT, "x", [7]),
    "remove_attributes": (7, ["city"]),
    "attributes": (),
    "create_attribute": ("City", "string"),
    "changed_page": (None, None),
    "find_users": (),
    "users": (b"email\n",),
    "deals": (b"custom_id\n",),
}
VALUES = {"values": {"city": "x"}, "data": {"a": 1}, "timestamp": 1, "name": "x"}
VALUES |= {"custom_id": "a/b", "product": "p", "event_type": "x", "import_id": "7"}
PLAIN = {"close", "is_for", "of_companies", "refuse_changes", "page_at"}  # which ask nothing


def calls(client):
    """``(name, method, arguments)`` of each public call."""
    parts = client.events, client.imports, client.memberships
    for owner in (client, client.of_companies(), *parts):
        for name, function in inspect.getmembers(type(owner), inspect.isfunction):
            if not name.startswith("_") and name not in PLAIN:
                names = list(inspect.signature(function).parameters)[1:]
                usual = [VALUES.get(each, 7) for each in names]
                yield name, getattr(owner, name), ARGUMENTS.get(name, usual)


class Junk:
    """Answers anything with something odd, of few pages."""

    def __init__(self, seed):
        self._random = random.Random(seed)

    def __call__(self, _request):
        pick = self._random.random()
        if pick < 0.4:
            body = self._random.choice(BODIES)
        else:
            body = {key: self._random.choice(ODD) for key in self._random.sample(KEYS, 5)}
            body = [body, self._random.choice(ODD)] if pick > 0.8 else body
        return Answer(body, self._random.choice(STATUSES))


@pytest.fixture
def junk(stub, monkeypatch):
    """The stub answers everything with junk of this seed."""

    def begin(seed):
        answer = Junk(seed)
        monkeypatch.setattr(stub, "answer", answer)

    return begin


class TestJunk:
    def test_every_call_is_known(self, client):
        names = {name for name, _method, _arguments in calls(client)}
        assert {"join", "labels", "save_deal", "save_product", "create", "segment_page"} <= names
        assert {"deals", "add_member", "get_user", "merge_users", "probe"} <= names

    @pytest.mark.parametrize("seed", range(25))
    def test_a_call_ends_in_an_error_of_ours_or_in_what_it_returns(self, client, junk, seed):
        junk(seed)
        for name, method, arguments in calls(client):
            options = {"email": "a@b.c"} if name == "find_users" else {}
            try:
                method(*arguments, **options)
            except UsercomError as error:
                assert len(str(error)) < 2000, name
                str(error).encode()  # can be stored
                assert "\0" not in str(error)
