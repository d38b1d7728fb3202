"""One value for many users, and whether it is there afterwards."""

import pytest
from usercom import Attribute, Rule
from usercom import mass as mass_module
from usercom.jobs import Identity
from usercom.mass import MassPush, is_worthwhile
from usercom.push import Push

from .stub import HTML, MISSING, Answer

CITY = {"city": Attribute("City", "city", "string", is_standard=True)}
MASS = "PUT /users/mass_update_standard_attributes/"
OLD, NEW = {"city": "Gdynia"}, {"city": "Sopot"}


def user(number, values):
    return {"id": number, "email": f"{number}@example.org", **values}


@pytest.fixture
def job(stub):
    """Thirty users, of whom the first has got the value singly and no other has it yet."""
    stub.on("PUT /users/1/", user(1, NEW))
    stub.on(MASS, {"status": "ok"})
    for number in range(2, 31):
        stub.on(f"GET /users/{number}/", user(number, OLD))
    rules = [Rule("city", "both", "odoo")]
    return MassPush([Push(Identity(n), rules, CITY, OLD, NEW) for n in range(1, 31)])


def calls(stub):
    return [f"{each.method} {each.path.removeprefix('/api/public')}" for each in stub.requests]


def test_the_last_is_read_back(stub, client, job):
    stub.on("GET /users/30/", user(30, NEW))
    assert all(pushed and pushed.merge.base == NEW for pushed in job.run(client))
    assert calls(stub) == ["PUT /users/1/", MASS, "GET /users/30/"]


def test_what_has_not_arrived_goes_singly(stub, client, job):
    first, *others = job.run(client)
    assert first.kept and others == [None] * 29
    assert len(stub.requests) == 5


@pytest.mark.parametrize("answer", [MISSING, user(30, {"city": "Hel"})])
def test_one_who_is_gone_or_was_changed_at_this_moment_is_no_proof(stub, client, job, answer):
    stub.on("GET /users/30/", answer)
    stub.on("GET /users/29/", user(29, NEW))
    assert all(job.run(client))


def test_each_part_is_read_back(stub, client, job, monkeypatch):
    monkeypatch.setattr(mass_module, "MOST", 15)
    stub.on("GET /users/16/", user(16, NEW))
    assert [bool(pushed) for pushed in job.run(client)] == [True] * 16 + [False] * 14


@pytest.mark.parametrize(
    ("pushes", "values", "worthwhile"), [(20, 18, False), (20, 17, True), (19, 1, False)]
)
def test_the_reading_back_counts_too(pushes, values, worthwhile):
    assert is_worthwhile(pushes, values) is worthwhile


@pytest.mark.parametrize("refusal", [Answer(HTML, 500), Answer(HTML, 403), Answer(None, 502)])
def test_a_mass_update_that_is_not_served_is_tried_once_and_all_go_singly(
    stub, client, job, monkeypatch, refusal
):
    monkeypatch.setattr(mass_module, "MOST", 15)
    stub.on(MASS, refusal)
    first, *others = job.run(client)
    assert first.kept and others == [None] * 29
    assert calls(stub).count(MASS) == 1
