"""Full names and their two halves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usercom import join_name, split_name


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Jane Doe", ("Jane", "Doe")),
        ("Jane van der Berg", ("Jane", "van der Berg")),
        ("  Jane \u00a0 Doe\n", ("Jane", "Doe")),
        ("Pelé", ("Pelé", "")),
        (" ", ("", "")),
    ],
)
def test_split(full, parts):
    assert split_name(full) == parts


@pytest.mark.parametrize(
    ("first", "last", "full"), [("", "ACME", "ACME"), ("Jane", "", "Jane"), (" A ", " B ", "A B")]
)
def test_join(first, last, full):
    assert join_name(first, last) == full


@given(st.text("aé \t\n\u00a0-"))
def test_a_split_is_undone_by_joining(full):
    assert join_name(*split_name(full)) == " ".join(full.split())
