"""What User.com made of what it was sent."""

import pytest
from usercom import STANDARD_ATTRIBUTES, Attribute
from usercom.kept import is_respelled

EMAIL = next(attribute for attribute in STANDARD_ATTRIBUTES if attribute.name_std == "email")
PHONE = next(each for each in STANDARD_ATTRIBUTES if each.name_std == "phone_number")
SIZE = Attribute("Size", "size", "integer")


@pytest.mark.parametrize(
    ("sent", "shown", "attribute", "respelled"),
    [
        ("Jan@Example.org", "jan@example.org", EMAIL, True),
        ("Nowa  Huta\r\nII", "Nowa Huta\nII", EMAIL, True),
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
