"""What a drain does for one contact, against the simulator: few calls, nobody doubled."""

from collections.abc import Iterator

import pytest
from usercom import STANDARD_ATTRIBUTES, AmbiguousUserError, Client, EmptiedError, Rule, Throttle
from usercom.errors import UnmadeError
from usercom.jobs import Fetch, Identity, MergedUsers, MergeUsers, Remove
from usercom.push import Push

from tests.simulator.process import Simulator

KEYS = ("email", "first_name", "last_name", "phone_number")
ATTRIBUTES = {a.name_std: a for a in STANDARD_ATTRIBUTES if a.name_std in KEYS}
RULES = [Rule(key, "both", "odoo") for key in KEYS]
JAN = {"email": "jan@example.org", "first_name": "Jan", "last_name": None, "phone_number": "111111"}


@pytest.fixture
def client(simulator: Simulator) -> Iterator[Client]:
    with Client(simulator.url, simulator.api_key, throttle=Throttle(10_000)) as connected:
        yield connected


def push(identity: Identity, odoo: dict, base: dict | None = None) -> Push:
    return Push(identity, RULES, ATTRIBUTES, base or {}, odoo)


def calls(simulator: Simulator) -> list[str]:
    return [entry["method"] for entry in simulator.journal(kind="request")]


def test_a_known_user_gets_what_differs_from_the_base_in_one_call(simulator, client) -> None:
    [user_id] = simulator.seed(JAN)["ids"]
    done = push(Identity(user_id), JAN | {"phone_number": "222222"}, JAN).run(client)
    assert calls(simulator) == ["PUT"]
    assert simulator.journal()[0]["body"] == {"phone_number": "222222"}
    assert done.merge.base["phone_number"] == "222222"


def test_without_a_difference_nothing_is_called(simulator, client) -> None:
    done = push(Identity(7), JAN, JAN).run(client)
    assert calls(simulator) == []
    assert done.user is None and not done.merge.to_usercom


def test_a_value_never_agreed_on_is_not_sent_blindly(simulator, client) -> None:
    [user_id] = simulator.seed(JAN)["ids"]
    base = {key: value for key, value in JAN.items() if key != "phone_number"}
    done = push(Identity(user_id), JAN | {"phone_number": "222222"}, base).run(client)
    assert calls(simulator) == ["GET"]
    assert done.found is not None and done.found.phone_number == "111111"


def test_an_unknown_user_is_searched_for_before_it_is_created(simulator, client) -> None:
    done = push(Identity(email="jan@example.org"), JAN).run(client)
    assert calls(simulator)[-1] == "POST" and "GET" in calls(simulator)
    assert simulator.users()[0]["first_name"] == "Jan"
    assert done.merge.base == JAN


def test_a_user_that_is_found_is_not_written_to(simulator, client) -> None:
    [user_id] = simulator.seed(JAN | {"first_name": "Johannes"})["ids"]
    done = push(Identity(email="jan@example.org"), JAN).run(client)
    assert done.found is not None and done.found.id == user_id
    assert set(calls(simulator)) == {"GET"}


def test_several_matches_are_named(simulator, client) -> None:
    ids = simulator.seed(JAN, JAN)["ids"]
    with pytest.raises(AmbiguousUserError) as caught:
        push(Identity(email="jan@example.org"), JAN).run(client)
    assert sorted(caught.value.ids) == sorted(ids)


def test_a_known_user_that_is_gone_is_looked_for_once_by_its_other_keys(simulator, client) -> None:
    [user_id] = simulator.seed(JAN)["ids"]
    identity = Identity(4711, email="jan@example.org")
    done = push(identity, JAN | {"phone_number": "222222"}, JAN).run(client)
    assert done.found is not None and done.found.id == user_id


def test_a_known_user_that_is_nowhere_is_missing_and_not_created(simulator, client) -> None:
    identity = Identity(4711, email="jan@example.org")
    assert push(identity, JAN | {"phone_number": "222222"}, JAN).run(client).missing
    assert simulator.users() == []


def test_a_text_is_cleared_where_user_com_takes_no_notice_of_null(simulator, client) -> None:
    simulator.settings(null_value="ignore")
    [user_id] = simulator.seed(JAN)["ids"]
    done = push(Identity(user_id), JAN | {"phone_number": None}, JAN).run(client)
    assert not done.ignored and simulator.user(user_id)["phone_number"] is None
    assert calls(simulator) == ["PUT", "PUT"]


def test_a_value_that_user_com_drops_is_told(simulator, client) -> None:
    simulator.settings(null_value="ignore", empty_string="ignore")
    [user_id] = simulator.seed(JAN)["ids"]
    done = push(Identity(user_id), JAN | {"phone_number": None}, JAN).run(client)
    assert done.ignored == {"phone_number": None}
    again = push(Identity(user_id), JAN | {"phone_number": None}, done.base)
    assert again.changes() == {}


CUSTOM = {"born": ("date", "1990-05-17"), "points": ("integer", 7), "member": ("boolean", True)}


@pytest.mark.parametrize("method", ["both", "POST", "DELETE"])
@pytest.mark.parametrize("shape", ["errors", "html"])
def test_a_custom_value_is_cleared_where_user_com_takes_no_notice_of_null(
    simulator, client, method, shape
) -> None:
    simulator.settings(null_value="ignore", removal_method=method, error_shape=shape)
    attributes = {name: client.create_attribute(name, kind) for name, (kind, _v) in CUSTOM.items()}
    base = {name: value for name, (_type, value) in CUSTOM.items()}
    [user_id] = simulator.seed(base)["ids"]
    rules = [Rule(key, "both", "odoo") for key in CUSTOM]
    empty = dict.fromkeys(CUSTOM)
    done = Push(Identity(user_id), rules, attributes, base, empty).run(client)
    assert done.kept and simulator.user(user_id)["attributes"] == empty


@pytest.mark.parametrize("status", [400, 404])
def test_a_custom_value_that_cannot_be_cleared_is_left_apart(simulator, client, status) -> None:
    simulator.settings(null_value="ignore")
    simulator.fault(status=status, path="/users/*/remove_attribute/")
    attributes = {"points": client.create_attribute("points", "integer")}
    [user_id] = simulator.seed({"points": 7})["ids"]
    rules, base = [Rule("points", "both", "odoo")], {"points": 7}
    done = Push(Identity(user_id), rules, attributes, base, {"points": None}).run(client)
    assert done.ignored == {"points": None} and done.remote_base == {"points": 7}
    assert Push(Identity(user_id), rules, attributes, done.base, {"points": None}).changes() == {}


@pytest.mark.parametrize("setter_body", ["user", "empty"])
@pytest.mark.parametrize("body", [{}, [], ""])
def test_a_custom_value_is_not_cleared_by_an_answer_alone(
    simulator, client, setter_body, body
) -> None:
    simulator.settings(null_value="ignore", setter_body=setter_body)
    path = "/users/*/remove_attribute/"
    simulator.fault(kind="status", status=200, body=body, path=path, count=1)
    attributes = {"points": client.create_attribute("points", "integer")}
    [user_id] = simulator.seed({"points": 7})["ids"]
    rules, base = [Rule("points", "both", "odoo")], {"points": 7}
    clearing = Push(Identity(user_id), rules, attributes, base, {"points": None})
    with pytest.raises(UnmadeError):
        clearing.run(client)
    assert clearing.run(client).kept and simulator.user(user_id)["attributes"] == {"points": None}


def test_a_text_is_not_cleared_by_an_answer_alone(simulator, client) -> None:
    simulator.settings(null_value="ignore")
    [user_id] = simulator.seed(JAN)["ids"]
    simulator.fault(kind="status", status=200, body={}, method="PUT", skip=1, count=1)
    clearing = push(Identity(user_id), JAN | {"phone_number": None}, JAN)
    with pytest.raises(UnmadeError):
        clearing.run(client)
    assert clearing.run(client).kept and simulator.user(user_id)["phone_number"] is None


BLIND = [Rule("city", "export", "odoo", is_sent_blind=True)]
CITY = {a.name_std: a for a in STANDARD_ATTRIBUTES if a.name_std == "city"}


def test_what_wins_anyway_is_sent_without_a_look_at_the_user(simulator, client) -> None:
    [user_id] = simulator.seed(JAN | {"city": "Gdynia"})["ids"]
    done = Push(Identity(user_id), BLIND, CITY, {}, {"city": "Łódź"}).run(client)
    assert done.kept and done.base == {"city": "Łódź"}
    assert calls(simulator) == ["PUT"] and simulator.user(user_id)["city"] == "Łódź"


def test_of_what_wins_anyway_it_is_told_that_user_com_ignores_it(simulator, client) -> None:
    [user_id] = simulator.seed(JAN | {"city": "Gdynia"})["ids"]
    user = client.get_user(user_id)
    push = Push(Identity(user_id), BLIND, CITY, {}, {"city": "Łódź"})
    assert push.judged(user).ignored == {"city": "Łódź"}


def test_an_address_that_user_com_spells_as_before_was_taken(simulator, client) -> None:
    """It keeps addresses in lower case, say: what differs only so is not ignored for ever."""
    simulator.settings(email_store="lower")
    [user_id] = simulator.seed({"email": "jan@example.org"})["ids"]
    attributes = {a.name_std: a for a in STANDARD_ATTRIBUTES if a.name_std == "email"}
    rules, base = [Rule("email", "both", "odoo")], {"email": "jan@example.org"}
    respelled = {"email": "Jan@Example.org"}
    done = Push(Identity(user_id), rules, attributes, base, respelled).run(client)
    assert done.ignored == {}
    assert Push(Identity(user_id), rules, attributes, done.base, respelled).changes() == {}


def test_a_name_of_two_words_is_kept_whichever_part_of_it_is_sent(simulator, client) -> None:
    anna = JAN | {"first_name": "Anna", "last_name": "Kowalska"}
    [user_id] = simulator.seed(anna)["ids"]
    done = push(Identity(user_id), anna | {"first_name": "Anna Maria"}, anna).run(client)
    assert done.kept and done.merge.base["first_name"] == "Anna Maria"


def test_a_value_that_user_com_cuts_is_left_apart(simulator, client) -> None:
    simulator.settings(too_long="truncate", string_limit=15)
    [user_id] = simulator.seed(JAN)["ids"]
    long = "jan.kowalski@example.org"
    done = push(Identity(user_id), JAN | {"email": long}, JAN).run(client)
    assert not done.kept and done.remote_base == {"email": long[:15]}
    again = push(Identity(user_id), JAN | {"email": long}, done.base)
    assert again.changes() == {}
    newer = push(Identity(user_id), JAN | {"email": "j@k.pl"}, done.base)
    assert newer.changes() == {"email": "j@k.pl"}


def test_a_name_that_was_changed_there_meanwhile_is_not_taken_for_another_value(
    simulator, client
) -> None:
    anna = JAN | {"first_name": "Anna", "last_name": "Kowalska"}
    [user_id] = simulator.seed(anna | {"last_name": "Nowak"})["ids"]
    done = push(Identity(user_id), anna | {"first_name": "Zofia Maria"}, anna).run(client)
    assert done.kept and done.remote_base == {}


def test_a_change_that_empties_the_rest_is_the_last(simulator, client) -> None:
    simulator.settings(put="replace")
    base = JAN | {"last_name": "Kowalski"}
    user_id, other = simulator.seed(base, base)["ids"]
    with pytest.raises(EmptiedError) as caught:
        push(Identity(user_id), base | {"phone_number": None}, base).run(client)
    with pytest.raises(EmptiedError):
        push(Identity(other), base | {"phone_number": None}, base).run(client)
    assert caught.value.user_id == user_id and "email" in caught.value.names
    assert calls(simulator) == ["PUT"]


def test_fetching_finds_by_id_or_e_mail_or_not_at_all(simulator, client) -> None:
    [user_id] = simulator.seed(JAN)["ids"]
    for identity in (
        Identity(user_id),
        Identity(email="JAN@example.org"),
        Identity(9, email="jan@example.org"),
    ):
        found = Fetch(identity).run(client)
        assert found is not None and found.id == user_id
    assert Fetch(Identity(9)).run(client) is None


def test_a_new_user_gets_its_custom_id(simulator, client) -> None:
    job = Push(Identity(custom_id="c-1"), RULES, ATTRIBUTES, {}, JAN, custom_id="c-1")
    assert job.run(client).user.custom_id == "c-1"


def test_a_new_custom_id_travels_with_the_values_and_alone(simulator, client) -> None:
    [user_id] = simulator.seed(JAN)["ids"]
    job = Push(Identity(user_id), RULES, ATTRIBUTES, JAN, JAN | {"phone_number": "2"}, "c-1")
    assert job.run(client).user.custom_id == "c-1"
    Push(Identity(user_id), RULES, ATTRIBUTES, JAN, JAN, "c-2").run(client)
    bodies = [entry["body"] for entry in simulator.journal(kind="request")]
    assert bodies == [{"phone_number": "2", "custom_id": "c-1"}, {"custom_id": "c-2"}]


def test_removing_unsubscribes_or_deletes(simulator, client) -> None:
    kept, deleted = simulator.seed(JAN, JAN)["ids"]
    Remove(kept, delete=False).run(client)
    Remove(deleted, delete=True).run(client)
    assert [(user["id"], user["unsubscribed"]) for user in simulator.users()] == [(kept, True)]


def test_merging_leaves_the_parent(simulator, client) -> None:
    parent, other = simulator.seed(JAN | {"phone_number": None}, JAN)["ids"]
    MergeUsers(parent, other).run(client)
    assert [(user["id"], user["phone_number"]) for user in simulator.users()] == [
        (parent, "111111")
    ]


def test_who_is_merged_is_read_first_where_that_is_asked_for(simulator, client) -> None:
    parent, other = simulator.seed(JAN, JAN | {"phone_number": "222222"})["ids"]
    was = MergeUsers(parent, other, reads_first=True).run(client).was
    assert (was.id, was.phone_number) == (other, "222222")
    again = MergeUsers(parent, other, reads_first=True).run(client)
    assert (again.was, again.parent.id) == (None, parent)


def test_who_is_gone_already_needs_no_removal_and_no_merge(simulator, client) -> None:
    for delete in (True, False):
        Remove(4711, delete=delete).run(client)
    assert MergeUsers(4711, 4712).run(client) == MergedUsers()
    assert simulator.users() == []


def test_where_the_parent_is_gone_the_other_takes_its_place(simulator, client) -> None:
    [other] = simulator.seed(JAN)["ids"]
    assert MergeUsers(4711, other).run(client).successor.id == other
    assert MergeUsers(other, 4711).run(client).parent.id == other


def test_where_the_parent_was_merged_away_the_other_is_merged_after_it(simulator, client) -> None:
    other, survivor = simulator.seed(JAN, JAN | {"email": "anna@example.org"})["ids"]
    merge = MergeUsers(4711, other, Identity(email="anna@example.org"))
    assert merge.run(client).successor.id == survivor
    assert [user["id"] for user in simulator.users()] == [survivor]
