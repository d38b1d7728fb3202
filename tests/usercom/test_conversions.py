"""Conversions: what is reversible comes back as it was, whatever the values are."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from usercom import ConversionError
from usercom.conversions import CONVERSIONS, Conversion

TEXTS = st.text("aZ óŁ'\t\n-", max_size=12)
WORDS = st.text("abcXYZżł ", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("conversion", "value", "sent"),
    [
        (Conversion(), "Jan", "Jan"),
        (Conversion("upper"), "Łódź", "ŁÓDŹ"),
        (Conversion("lower"), "Jan@Example.ORG", "jan@example.org"),
        (
            Conversion("title"),
            "jAN o'NEIL-kowalski von der leyen",
            "Jan O'Neil-Kowalski Von Der Leyen",
        ),
        (Conversion("title"), "DON'T 3M", "Don't 3M"),
        (Conversion("trim"), "  ul.  Długa 1 \n  Łódź ", "ul. Długa 1\nŁódź"),
        (Conversion("yes_no", answers=("Nie", "Tak")), True, "Tak"),
        (Conversion("yes_no", answers=("Nie", "Tak")), False, "Nie"),
        (Conversion("table", table=(("a", "Gold"), ("b", 2))), "b", 2),
        (Conversion("join", separator=" | "), ["VIP", "B2B"], "VIP | B2B"),
        (Conversion("join"), [], None),
        (Conversion("first"), ["VIP", "B2B"], "VIP"),
        (Conversion("first"), [], None),
    ],
)
def test_what_is_sent(conversion, value, sent):
    assert conversion.to_usercom(value) == sent


def test_a_no_that_is_not_converted_stays_a_no():
    assert Conversion().to_usercom(False) is False


@pytest.mark.parametrize("name", ["", *CONVERSIONS])
def test_what_is_unset_stays_unset(name):
    assert Conversion(name).to_usercom(None) is None
    assert Conversion(name).to_odoo(None) is None
    if name not in ("", "yes_no"):
        assert Conversion(name).to_usercom(False) is None


@given(TEXTS)
def test_a_trimmed_text_comes_back_as_it_was_sent(text):
    trim = Conversion("trim")
    sent = trim.to_usercom(text)
    assert trim.to_odoo(sent) == sent
    assert trim.to_usercom(trim.to_odoo(text)) == sent


@given(st.booleans(), WORDS, WORDS)
def test_a_yes_and_a_no_come_back(answer, no, yes):
    assume(no.casefold() != yes.casefold())
    conversion = Conversion("yes_no", answers=(no, yes))
    assert conversion.is_reversible
    assert conversion.to_odoo(conversion.to_usercom(answer)) is answer
    assert conversion.to_odoo(conversion.to_usercom(answer).upper()) is answer


@given(st.dictionaries(WORDS, st.one_of(WORDS, st.integers(2, 99)), min_size=1, max_size=5))
def test_a_table_is_reversible_as_long_as_no_two_values_become_one(pairs):
    table = Conversion("table", table=tuple(pairs.items()))
    folded = {v.casefold() if isinstance(v, str) else v for v in pairs.values()}
    assert table.is_reversible == (len(folded) == len(pairs))
    if table.is_reversible:
        for left in pairs:
            assert table.to_odoo(table.to_usercom(left)) == left


def test_a_choice_of_several_is_found_by_its_one_text():
    assert Conversion("table", table=(("a", ["Gold"]),)).to_odoo("gold") == "a"
    with pytest.raises(ConversionError):
        Conversion("table", table=(("a", ["Gold"]),)).to_odoo(["Gold", "Silver"])


@pytest.mark.parametrize(
    "conversion",
    [Conversion("table", table=(("a", "Gold"),)), Conversion("yes_no", answers=("Nie", "Tak"))],
)
def test_what_neither_side_knows_is_told(conversion):
    with pytest.raises(ConversionError):
        conversion.to_odoo("Silver")
    with pytest.raises(ConversionError):
        Conversion("table", table=(("a", "Gold"),)).to_usercom("b")


def test_only_what_can_be_told_back_is_reversible():
    found = {name for name in CONVERSIONS if Conversion(name).is_reversible}
    assert found == {"trim", "e164", "yes_no", "table"}
    assert Conversion().is_reversible
    assert not Conversion(when_empty="–").is_reversible
    assert not Conversion("yes_no", answers=("Tak", "tak")).is_reversible


def test_the_type_of_a_value_is_known_after_the_conversion():
    assert Conversion().becomes("boolean", "string") == "boolean"
    assert Conversion("upper").becomes("many2one", "string") == "char"
    assert Conversion("upper").becomes("boolean", "string") == ""
    assert Conversion("date").becomes("datetime", "date") == "date"
    assert Conversion("table").becomes("selection", "fixed") == "selection"
    assert Conversion("table").becomes("selection", "boolean") == "boolean"
    assert Conversion("table").becomes("char", "string") == ""


def test_the_same_in_another_spelling_is_alike():
    table = Conversion("table", table=(("a", "Gold"),))
    assert table.is_alike("Gold", "GOLD")
    assert not table.is_alike("Gold", "Silver")
    assert not Conversion("upper").is_alike("JAN", "Jan")
