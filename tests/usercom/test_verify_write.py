"""What User.com made of what it was sent."""

import pytest
from usercom import STANDARD_ATTRIBUTES, Attribute, User
from usercom.verify_write import emptied, is_respelled

EMAIL = next(attribute for attribute in STANDARD_ATTRIBUTES if attribute.name_std == "email")
PHONE = next(each for each in STANDARD_ATTRIBUTES if each.name_std == "phone_number")
SIZE = Attribute("Size", "size", "integer")


@pytest.mark.parametrize(
    ("sent", "shown", "attribute", "respelled"),
    [
        ("Jan@Example.org", "jan@example.org", EMAIL, True),
        ("Nowa  Huta\r\nII", "Nowa Huta\nII", EMAIL, True),
        ("+48601111222", "601 111 222", PHONE, True),
        ("+48601111222", "0048601111222", PHONE, True),
        ("+48601111222", "1222", PHONE, False),
        ("jan@example.org", "jan@example", EMAIL, False),
        ("+48 600-700-800", "+48600700800", PHONE, True),
        ("+48 600-700-800", "48600700", PHONE, False),
        ("1-2", "12", EMAIL, False),
        (7, 8, SIZE, False),
        ("S", None, EMAIL, False),
    ],
)
def test_what_is_only_spelled_otherwise(sent, shown, attribute, respelled):
    assert is_respelled(sent, shown, attribute) is respelled


ATTRIBUTES = {
    **{attribute.name_std: attribute for attribute in STANDARD_ATTRIBUTES},
    "consent": Attribute("Consent", "consent", "boolean"),
}
BASE = {"email": "jan@example.org", "first_name": "Jan", "last_name": None, "consent": False}


@pytest.mark.parametrize(
    ("answer", "sent", "lost"),
    [
        (
            {"email": None, "consent": None, "name": None},
            ["city"],
            ["email", "first_name", "consent"],
        ),
        ({"email": "", "consent": None}, ["first_name"], ["email", "consent"]),
        ({"email": None, "consent": False, "name": None}, ["city"], []),
        ({"email": None, "consent": None, "name": "Jan"}, ["city"], []),
        ({"email": None, "consent": None, "name": "Ian"}, ["first_name"], ["email", "consent"]),
        ({"email": "jan@example.org", "consent": None}, ["city"], []),
        ({"consent": None}, ["consent"], []),
        ({}, ["city"], []),
    ],
)
def test_what_a_change_that_does_not_name_it_has_emptied(answer, sent, lost):
    user = User.from_json({"id": 7, "status": "visitor", "score": 0, **answer})
    base = BASE | {"status": "user", "score": 5}
    assert sorted(emptied(user, sent, ATTRIBUTES, base)) == sorted(lost)
