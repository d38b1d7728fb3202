"""Choices of a definition that does not say whether it allows several."""

import pytest
from usercom import Attribute, ConversionError, canonical

OPEN = Attribute("Sizes", "sizes", "fixed", choices=("S", "M", "L"), multiple=None)
SINGLE = Attribute("Size", "size", "fixed", choices=("S", "M", "L"), multiple=False)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (["S"], "S"),
        ("S", "S"),
        (["L", "S"], ["S", "L"]),
        ("L, S", ["S", "L"]),
        ("L, XL", "L, XL"),
        ([], None),
    ],
)
def test_they_may_be_one_or_several(raw, value):
    assert canonical(raw, OPEN) == value
    assert canonical(value, OPEN) == value


def test_several_are_refused_only_where_that_is_told():
    with pytest.raises(ConversionError):
        canonical(["S", "M"], SINGLE)
