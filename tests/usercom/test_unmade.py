"""A change that is answered with nothing, and perhaps was not made."""

import pytest
from usercom import Attribute, Rule, UnmadeError
from usercom.jobs import Identity, MergeUsers, Remove
from usercom.push import Push

from .stub import Answer

ATTRIBUTES = {"city": Attribute("City", "city", "string", is_standard=True)}
OLD = {"id": 7, "email": "jane@example.com", "city": "Gdynia"}
NOTHING = [Answer({}), Answer([]), Answer(None), Answer({"status": "ok"}), Answer('"OK"')]


def push(**more):
    rules = [Rule("city", "both", "odoo")]
    return Push(Identity(7), rules, ATTRIBUTES, {"city": "Gdynia"}, {"city": "Sopot"}, **more)


@pytest.mark.parametrize("nothing", NOTHING)
def test_one_that_was_not_made_is_to_be_tried_again(stub, client, nothing):
    stub.on("PUT /users/7/", nothing)
    stub.on("GET /users/7/", OLD)
    with pytest.raises(UnmadeError):
        push().run(client)


@pytest.mark.parametrize("nothing", NOTHING)
def test_one_that_was_made_is_as_good_as_answered(stub, client, nothing):
    stub.on("PUT /users/7/", nothing)
    stub.on("GET /users/7/", {**OLD, "city": "Sopot"})
    assert push().run(client).kept


@pytest.mark.parametrize("shown", [None, ""])
def test_nor_is_one_of_a_value_that_both_sides_never_agreed_on(stub, client, shown):
    """A pair that is only sent is not compared first."""
    rules = [Rule("city", "export", "odoo", is_sent_blind=True)]
    new = Push(Identity(7), rules, ATTRIBUTES, {}, {"city": "Sopot"})
    stub.on("PUT /users/7/", {})
    stub.on("GET /users/7/", {**OLD, "city": shown})
    with pytest.raises(UnmadeError):
        new.run(client)
    stub.on("PUT /users/7/", {**OLD, "city": shown})
    assert new.run(client).ignored == {"city": "Sopot"}


def test_nor_was_it_made_where_a_person_has_written_something_else(stub, client):
    stub.on("PUT /users/7/", {})
    stub.on("GET /users/7/", {**OLD, "city": "Hel"})
    with pytest.raises(UnmadeError):
        push().run(client)


@pytest.mark.parametrize("kept", ["SOPOT", "Sop"])
def test_but_what_was_respelled_or_cut_was_made(stub, client, kept):
    stub.on("PUT /users/7/", {})
    stub.on("GET /users/7/", {**OLD, "city": kept})
    assert push().run(client).remote_base == {"city": kept}


def test_a_value_that_user_com_drops_and_answers_is_told_at_once(stub, client):
    stub.on("PUT /users/7/", OLD)
    assert push().run(client).ignored == {"city": "Sopot"}


def test_so_it_is_with_a_custom_id(stub, client):
    stub.on("PUT /users/7/", {})
    stub.on("GET /users/7/", {**OLD, "city": "Sopot"})
    with pytest.raises(UnmadeError):
        push(custom_id="7").run(client)


@pytest.mark.parametrize("nothing", NOTHING)
def test_who_was_not_unsubscribed_is_to_be_tried_again(stub, client, nothing):
    stub.on("PUT /users/7/", nothing)
    stub.on("GET /users/7/", {**OLD, "unsubscribed": False}, {**OLD, "unsubscribed": True})
    with pytest.raises(UnmadeError):
        Remove(7, delete=False).run(client)
    Remove(7, delete=False).run(client)


ENDS = {"DELETE /users/7/": Remove(7, delete=True), "POST /users/merge/": MergeUsers(11, 7)}
# No content is how User.com answers a deletion that it has made.
UNPROVEN = [nothing for nothing in NOTHING if nothing.body is not None]


@pytest.mark.parametrize("nothing", UNPROVEN)
@pytest.mark.parametrize("call", ENDS)
def test_who_is_still_there_was_neither_deleted_nor_merged(stub, client, call, nothing):
    stub.on(call, nothing)
    stub.on("GET /users/7/", OLD)
    with pytest.raises(UnmadeError):
        ENDS[call].run(client)


@pytest.mark.parametrize("nothing", UNPROVEN)
@pytest.mark.parametrize("call", ENDS)
def test_who_is_gone_was(stub, client, call, nothing):
    stub.on(call, nothing)
    stub.on("GET /users/7/", Answer({}, 404))
    ENDS[call].run(client)
