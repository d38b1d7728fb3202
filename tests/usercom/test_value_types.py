"""How values are written in a request, and which types of Odoo go with which of User.com."""

import pytest
from usercom import (
    directions,
    fitting_field_types,
    fitting_value_types,
    wire,
)

from .common import GENDER, SIZE, SIZES, STATUS, TYPES


class TestWire:
    @pytest.mark.parametrize(
        ("value", "attribute", "sent"),
        [
            (None, TYPES["string"], None),
            (False, TYPES["boolean"], False),
            (["S"], SIZES, ["S"]),
            ("S", SIZE, "S"),
            ("female", GENDER, 3),
            (None, GENDER, 1),
            ("user", STATUS, 2),
            (None, STATUS, None),
        ],
    )
    def test_values(self, value, attribute, sent):
        assert wire(value, attribute) == sent

    def test_an_unknown_word_is_not_sent_as_unset(self):
        with pytest.raises(ValueError, match="tuple"):
            wire("other", GENDER)


class TestTypeTable:
    @pytest.mark.parametrize(
        ("field_type", "value_type", "allowed"),
        [
            ("char", "string", {"export", "import"}),
            ("integer", "string", {"export"}),
            ("integer", "float", {"export"}),
            ("datetime", "date", {"export"}),
            ("many2many", "fixed", {"export", "import"}),
            ("many2many", "string", {"export"}),
            ("char", "boolean", set()),
            ("boolean", "string", set()),
            ("binary", "string", set()),
            ("char", "geo", set()),
        ],
    )
    def test_directions(self, field_type, value_type, allowed):
        assert directions(field_type, value_type) == allowed

    def test_fitting_types(self):
        assert fitting_value_types("monetary") == ("string", "float")
        assert fitting_value_types("binary") == ()
        assert fitting_field_types("fixed") == ("selection", "many2one", "many2many")
        assert fitting_field_types("geo") == ()
