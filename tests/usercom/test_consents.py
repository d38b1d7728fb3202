"""What somebody said, told apart from how a field looks."""

import pytest
from usercom import (
    Attribute,
    canonical,
    consent_attribute,
    directions,
    effective_consent,
    has_both_answers,
    key_of,
    to_consent,
    wire,
)


class TestSaid:
    @pytest.mark.parametrize(
        ("shown", "known", "counts"),
        [
            (True, True, True),
            (True, None, None),  # a default
            (True, False, False),  # nobody took the "no" back
            (False, True, False),  # somebody unticked it
            (False, False, False),
            (False, None, None),  # never asked
            (None, True, None),
            (None, False, False),
            (None, None, None),
        ],
    )
    def test_a_checkbox(self, shown, known, counts):
        assert effective_consent(shown, known, silent_no=True) is counts

    def test_a_selection_or_the_blacklist_says_no_by_itself(self):
        assert effective_consent(False, None, silent_no=False) is False

    def test_unsubscribed_means_the_opposite(self):
        assert [to_consent(value, True) for value in (True, False, None)] == [False, True, None]
        assert [to_consent(value, False) for value in (True, False, None)] == [True, False, None]


class TestWords:
    def test_a_selection_needs_a_yes_and_a_no(self):
        for keys in (("yes", "no"), ("1", "0"), ("True", "false"), ("off", "on")):
            assert has_both_answers(keys)
        for keys in (("yes",), ("yes", "no", "maybe"), ("yes", "no", "1"), ()):
            assert not has_both_answers(keys)

    def test_the_key_that_says_it(self):
        assert key_of(True, ("0", "1")) == "1"
        assert key_of(False, ("maybe",)) is None

    @pytest.mark.parametrize(
        ("attribute", "yes", "no"),
        [
            (Attribute("A", "a", "boolean"), True, False),
            (Attribute("A", "a", "string"), "true", "false"),
            (Attribute("A", "a", "fixed", choices=("No", "Yes")), "Yes", "No"),
            (Attribute("A", "a", "fixed", choices=("1", "0")), "1", "0"),
        ],
    )
    def test_there_and_back(self, attribute, yes, no):
        consent = consent_attribute(attribute)
        for value, word in ((True, yes), (False, no)):
            assert wire(value, consent) == word
            assert canonical(word, consent) is value
        assert wire(None, consent) is None
        assert canonical("", consent) is None

    def test_a_fixed_choice_comes_in_an_array(self):
        consent = consent_attribute(Attribute("A", "a", "fixed", choices=("Yes", "No")))
        assert [canonical(raw, consent) for raw in (["Yes"], ["No"], [])] == [True, False, None]

    def test_only_these_pairs_may_be_consents(self):
        assert directions("selection", "boolean", consent=True) == {"export", "import"}
        assert directions("boolean", "string", consent=True) == {"export", "import"}
        assert not directions("boolean", "string")
        assert not directions("char", "boolean", consent=True)
        assert not directions("boolean", "integer", consent=True)
