"""What a user says: unsaid is unchanged, and a full name tells first and last name."""

import pytest
from usercom import STANDARD_ATTRIBUTES, Attribute, User
from usercom.values import read_user

ATTRIBUTES = {a.name_std: a for a in STANDARD_ATTRIBUTES if not a.read_only}


def user(**values: object) -> User:
    return User.from_json({"id": 7, **values})


def test_values_are_read_in_canonical_form() -> None:
    values, errors = read_user(user(email="a@b.c", unsubscribed="False"), ATTRIBUTES, {})
    assert (values["email"], values["unsubscribed"]) == ("a@b.c", False)
    assert errors == {}


def test_what_is_unsaid_is_unchanged() -> None:
    values, _errors = read_user(user(email="a@b.c"), ATTRIBUTES, {"city": "Łódź"})
    assert values["city"] == "Łódź"
    assert values["region"] is None


def test_what_cannot_be_read_is_an_error_and_no_value() -> None:
    score = Attribute("Score", "score", "integer")
    values, errors = read_user(user(score="many"), {"score": score}, {"score": 1})
    assert values == {}
    assert set(errors) == {"score"}


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("Anna Nowak", ("Anna", "Nowak")),
        ("Anna", ("Anna", None)),
        ("Anna Maria Nowak", ("Anna", "Maria Nowak")),
    ],
)
def test_a_full_name_that_is_news_is_split(received: str, expected: tuple) -> None:
    values, _errors = read_user(
        user(name=received), ATTRIBUTES, {"first_name": "Ewa", "last_name": "X"}
    )
    assert (values["first_name"], values["last_name"]) == expected


def test_a_full_name_that_is_no_news_keeps_the_agreed_parts() -> None:
    base = {"first_name": "Anna Maria", "last_name": "Nowak"}
    values, _errors = read_user(user(name="Anna  Maria Nowak"), ATTRIBUTES, base)
    assert (values["first_name"], values["last_name"]) == ("Anna Maria", "Nowak")


def test_told_parts_prevail_over_the_full_name() -> None:
    received = user(name="Anna Maria Nowak", first_name="Anna Maria", last_name="Nowak")
    values, _errors = read_user(received, ATTRIBUTES, {})
    assert (values["first_name"], values["last_name"]) == ("Anna Maria", "Nowak")
