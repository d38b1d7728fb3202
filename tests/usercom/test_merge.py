"""The three-way merge, case by case, and what must hold in every case."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usercom import Conflict, Rule, merge
from usercom.merge import differs

CITY = Rule("city", "both", "odoo")
EXPORT = replace(CITY, direction="export")
IMPORT = replace(CITY, direction="import")
CONSENT = Rule("consent", "both", "odoo", consent=True, withdrawn=False)
UNSUBSCRIBED = Rule("unsubscribed", "both", "odoo", consent=True, withdrawn=True)
ABSENT = object()


def run(rule, base, odoo, usercom, odoo_is_newer=None):
    """Merge one value; ABSENT leaves its key out."""
    sides = [{} if value is ABSENT else {rule.key: value} for value in (base, odoo, usercom)]
    return merge([rule], *sides, odoo_is_newer=odoo_is_newer)


def moves(result):
    """(what goes to Odoo, what goes to User.com), ABSENT where nothing does."""
    to_odoo, to_usercom = list(result.to_odoo.values()), list(result.to_usercom.values())
    return (to_odoo or [ABSENT])[0], (to_usercom or [ABSENT])[0]


NOWHERE = (ABSENT, ABSENT)


class TestBothWays:
    @pytest.mark.parametrize(
        ("base", "odoo", "usercom", "moved", "agreed"),
        [
            ("A", "A", "A", NOWHERE, "A"),
            ("A", "B", "A", (ABSENT, "B"), "B"),
            ("A", "A", "B", ("B", ABSENT), "B"),
            ("A", "B", "B", NOWHERE, "B"),
            ("A", None, "A", (ABSENT, None), None),
            ("A", "A", None, (None, ABSENT), None),
            (ABSENT, "A", "A", NOWHERE, "A"),
            (ABSENT, "A", None, (ABSENT, "A"), "A"),
            (ABSENT, None, "A", ("A", ABSENT), "A"),
            (ABSENT, None, None, NOWHERE, None),
            ("A", ABSENT, "B", NOWHERE, "A"),
            ("A", "B", ABSENT, NOWHERE, "A"),
        ],
    )
    def test_a_change_flows_and_an_echo_does_not(self, base, odoo, usercom, moved, agreed):
        result = run(CITY, base, odoo, usercom)
        assert moves(result) == moved
        assert result.base == {"city": agreed}
        assert result.conflicts == []

    @pytest.mark.parametrize(
        ("policy", "odoo_is_newer", "winner"),
        [
            ("odoo", False, "odoo"),
            ("usercom", True, "usercom"),
            ("newest", True, "odoo"),
            ("newest", False, "usercom"),
            ("newest", None, "odoo"),
        ],
    )
    @pytest.mark.parametrize("base", ["A", ABSENT])
    def test_a_conflict_is_settled_by_policy_and_recorded(
        self, policy, odoo_is_newer, winner, base
    ):
        result = run(replace(CITY, policy=policy), base, "O", "U", odoo_is_newer)
        assert moves(result) == ((ABSENT, "O") if winner == "odoo" else ("U", ABSENT))
        known = None if base is ABSENT else base
        assert result.conflicts == [Conflict("city", known, "O", "U", winner)]

    def test_values_without_a_rule_stay_agreed(self):
        result = merge([CITY], {"zip": "1"}, {"zip": "2"}, {"zip": "3"}, odoo_is_newer=None)
        assert result.base == {"zip": "1"}

    def test_the_old_base_is_left_alone(self):
        base = {"city": "A"}
        merge([CITY], base, {"city": "B"}, {"city": "A"}, odoo_is_newer=None)
        assert base == {"city": "A"}


class TestOneWay:
    @pytest.mark.parametrize(
        ("base", "odoo", "usercom", "moved", "agreed"),
        [
            ("A", "B", "A", (ABSENT, "B"), "B"),
            ("A", "B", "C", (ABSENT, "B"), "B"),
            ("A", "A", "C", NOWHERE, "A"),
            ("A", "C", "C", NOWHERE, "C"),
            ("A", None, "A", (ABSENT, None), None),
            (ABSENT, "B", "C", (ABSENT, "B"), "B"),
        ],
    )
    @pytest.mark.parametrize("policy", ["odoo", "usercom", "newest"])
    def test_export_only_sends_what_odoo_changed(self, base, odoo, usercom, moved, agreed, policy):
        result = run(replace(EXPORT, policy=policy), base, odoo, usercom, odoo_is_newer=False)
        assert moves(result) == moved
        assert result.base == {"city": agreed}
        assert result.conflicts == []

    def test_export_only_does_not_empty_what_was_never_agreed(self):
        result = run(EXPORT, ABSENT, None, "C")
        assert moves(result) == NOWHERE
        assert result.base == {}

    @pytest.mark.parametrize(
        ("base", "odoo", "usercom", "moved", "agreed"),
        [
            ("A", "A", "B", ("B", ABSENT), "B"),
            ("A", "C", "B", ("B", ABSENT), "B"),
            ("A", "C", "A", NOWHERE, "A"),
            ("A", "A", None, (None, ABSENT), None),
        ],
    )
    @pytest.mark.parametrize("policy", ["odoo", "usercom", "newest"])
    def test_import_only_writes_what_usercom_changed(
        self, base, odoo, usercom, moved, agreed, policy
    ):
        result = run(replace(IMPORT, policy=policy), base, odoo, usercom, odoo_is_newer=True)
        assert moves(result) == moved
        assert result.base == {"city": agreed}
        assert result.conflicts == []


class TestConsent:
    @pytest.mark.parametrize("policy", ["odoo", "usercom", "newest"])
    @pytest.mark.parametrize("base", [True, None, ABSENT])
    def test_a_withdrawal_wins_on_either_side(self, policy, base):
        rule = replace(CONSENT, policy=policy)
        assert moves(run(rule, base, False, True, odoo_is_newer=False)) == (ABSENT, False)
        assert moves(run(rule, base, True, False, odoo_is_newer=True)) == (False, ABSENT)

    def test_not_being_unsubscribed_is_a_default_and_says_nothing(self):
        assert moves(run(UNSUBSCRIBED, ABSENT, None, False)) == NOWHERE
        assert moves(run(UNSUBSCRIBED, ABSENT, True, False)) == (ABSENT, True)

    def test_leaving_the_unsubscribed_is_an_explicit_yes(self):
        assert moves(run(UNSUBSCRIBED, True, True, False)) == (False, ABSENT)
        assert moves(run(UNSUBSCRIBED, True, False, True)) == (ABSENT, False)

    def test_withdrawn_may_be_true(self):
        assert moves(run(UNSUBSCRIBED, ABSENT, False, True)) == (True, ABSENT)
        assert moves(run(UNSUBSCRIBED, False, True, False)) == (ABSENT, True)

    def test_an_explicit_yes_after_an_agreed_no_moves(self):
        assert moves(run(CONSENT, False, True, False)) == (ABSENT, True)
        assert moves(run(CONSENT, False, False, True)) == (True, ABSENT)

    @pytest.mark.parametrize("base", [True, False, None, ABSENT])
    def test_none_never_overrules_a_no_and_takes_it_over(self, base):
        assert moves(run(CONSENT, base, None, False)) == (False, ABSENT)
        assert moves(run(CONSENT, base, False, None)) == (ABSENT, False)

    def test_none_never_overrules_a_yes_and_does_not_get_it_anew(self):
        assert moves(run(CONSENT, True, None, True)) == NOWHERE
        assert moves(run(CONSENT, True, True, None)) == NOWHERE

    @pytest.mark.parametrize("base", [None, ABSENT, False])
    def test_a_new_yes_reaches_a_side_that_says_nothing(self, base):
        assert moves(run(CONSENT, base, True, None)) == (ABSENT, True)
        assert moves(run(CONSENT, base, None, True)) == (True, ABSENT)

    def test_two_different_answers_that_are_no_withdrawal_go_by_policy(self):
        rule = Rule("consent", "both", "usercom", consent=True, withdrawn="no")
        assert moves(run(rule, "no", "yes", "pending")) == ("pending", ABSENT)
        assert moves(run(replace(rule, policy="odoo"), "no", "yes", "pending")) == (ABSENT, "yes")

    def test_a_no_that_is_no_consent_goes_by_policy(self):
        rule = Rule("vip", "both", "odoo")
        assert rule.withdrawn is False
        assert moves(run(rule, None, True, False)) == (ABSENT, True)

    def test_a_withdrawal_over_a_yes_is_recorded(self):
        result = run(CONSENT, ABSENT, True, False)
        assert result.conflicts == [Conflict("consent", None, True, False, "usercom")]

    def test_export_only_does_not_send_a_yes_over_a_new_no(self):
        result = run(replace(CONSENT, direction="export"), ABSENT, True, False)
        assert moves(result) == NOWHERE
        assert result.base == {}

    def test_import_only_does_not_write_a_yes_over_a_new_no(self):
        assert moves(run(replace(CONSENT, direction="import"), ABSENT, False, True)) == NOWHERE


VALUES = st.sampled_from([None, "A", "B", "C"])
CONSENTS = st.sampled_from([None, True, False])
NEWER = st.sampled_from([True, False, None])
DIRECTIONS = st.sampled_from(["both", "export", "import"])
POLICIES = st.sampled_from(["odoo", "usercom", "newest"])
RULES = st.builds(Rule, st.just("key"), DIRECTIONS, POLICIES)
CONSENT_RULES = st.builds(
    Rule, st.just("key"), DIRECTIONS, POLICIES, consent=st.just(True), withdrawn=st.booleans()
)


def maybe(values):
    return st.one_of(st.just({}), st.builds(lambda value: {"key": value}, values))


CASES = st.one_of(
    st.tuples(RULES, maybe(VALUES), maybe(VALUES), maybe(VALUES)),
    st.tuples(CONSENT_RULES, maybe(CONSENTS), maybe(CONSENTS), maybe(CONSENTS)),
)


def applied(case, odoo_is_newer):
    """Merge, and return both sides as they are once that is done."""
    rule, base, odoo, usercom = case
    result = merge([rule], base, odoo, usercom, odoo_is_newer=odoo_is_newer)
    return result, odoo | result.to_odoo, usercom | result.to_usercom


class TestAlways:
    @given(CASES, NEWER, NEWER)
    def test_merging_again_moves_nothing(self, case, odoo_is_newer, later):
        result, odoo, usercom = applied(case, odoo_is_newer)
        again = merge([case[0]], result.base, odoo, usercom, odoo_is_newer=later)
        assert (again.to_odoo, again.to_usercom, again.conflicts) == ({}, {}, [])
        assert again.base == result.base

    @given(CASES, NEWER)
    def test_never_both_ways(self, case, odoo_is_newer):
        result, _odoo, _usercom = applied(case, odoo_is_newer)
        assert not (result.to_odoo and result.to_usercom)

    @given(CASES, NEWER)
    def test_directions_are_kept(self, case, odoo_is_newer):
        result, _odoo, _usercom = applied(case, odoo_is_newer)
        assert case[0].direction != "export" or not result.to_odoo
        assert case[0].direction != "import" or not result.to_usercom

    @given(CASES, NEWER)
    def test_what_moved_is_agreed(self, case, odoo_is_newer):
        result, odoo, usercom = applied(case, odoo_is_newer)
        if result.to_odoo or result.to_usercom:
            assert odoo == usercom == result.base

    @given(RULES, VALUES, VALUES, VALUES, NEWER)
    def test_both_ways_ends_in_the_same_state(self, rule, base, odoo, usercom, odoo_is_newer):
        case = (replace(rule, direction="both"), {"key": base}, {"key": odoo}, {"key": usercom})
        _result, odoo_after, usercom_after = applied(case, odoo_is_newer)
        assert odoo_after == usercom_after

    @given(CONSENT_RULES, maybe(CONSENTS), CONSENTS, CONSENTS, NEWER)
    def test_no_withdrawal_is_lost(self, rule, base, odoo, usercom, odoo_is_newer):
        """A "no" that is new on either side is never overwritten."""
        case = (rule, base, {"key": odoo}, {"key": usercom})
        _result, odoo_after, usercom_after = applied(case, odoo_is_newer)
        known = base.get("key")
        for before, after in ((odoo, odoo_after), (usercom, usercom_after)):
            if before == rule.withdrawn != known:
                assert after == {"key": rule.withdrawn}
                if rule.direction == "both":
                    assert odoo_after == usercom_after

    @given(CONSENT_RULES, maybe(CONSENTS), CONSENTS, CONSENTS, NEWER)
    def test_nobody_is_subscribed_without_a_new_yes(self, rule, base, odoo, usercom, odoo_is_newer):
        yes = not rule.withdrawn
        case = (rule, base, {"key": odoo}, {"key": usercom})
        result, _odoo, _usercom = applied(case, odoo_is_newer)
        if result.to_odoo == {"key": yes}:
            assert usercom == yes != base.get("key")
        if result.to_usercom == {"key": yes}:
            assert odoo == yes != base.get("key")


class TestLeftApart:
    SKIP = replace(CITY, policy="skip")

    @pytest.mark.parametrize("direction", ["both", "export", "import"])
    def test_both_values_stay_and_are_a_conflict(self, direction):
        result = run(replace(self.SKIP, direction=direction), ABSENT, "A", "B")
        assert moves(result) == NOWHERE
        assert result.conflicts == [Conflict("city", None, "A", "B", None)]
        for rule in (CITY, EXPORT, IMPORT):
            again = merge([rule], result.base, {"city": "A"}, {"city": "B"}, odoo_is_newer=True)
            assert moves(again) == NOWHERE
            assert again.base == result.base
            assert not again.conflicts

    @pytest.mark.parametrize(
        ("odoo", "usercom", "moved"),
        [("C", "B", (ABSENT, "C")), ("A", "C", ("C", ABSENT)), ("B", "B", NOWHERE)],
    )
    def test_a_later_change_ends_it(self, odoo, usercom, moved):
        base = run(self.SKIP, ABSENT, "A", "B").base
        result = merge([CITY], base, {"city": odoo}, {"city": usercom}, odoo_is_newer=True)
        assert moves(result) == moved
        assert list(result.base) == ["city"]

    def test_an_empty_value_is_filled_and_a_withdrawal_wins(self):
        assert moves(run(self.SKIP, ABSENT, None, "B")) == ("B", ABSENT)
        assert moves(run(replace(CONSENT, policy="skip"), ABSENT, True, False)) == (False, ABSENT)


@pytest.mark.parametrize(
    ("rule", "base", "odoo", "usercom", "expected"),
    [
        (CITY, "A", "A", "B", True),
        (CITY, None, None, "B", True),
        (EXPORT, "A", "A", "B", True),
        (EXPORT, None, None, "B", False),
        (EXPORT, "A", None, "A", True),
        (IMPORT, "A", "B", "A", True),
        (IMPORT, None, "A", None, False),
        (IMPORT, "A", "A", None, True),
    ],
)
def test_a_pair_of_one_way_differs_only_where_its_source_has_something_to_say(
    rule, base, odoo, usercom, expected
):
    assert differs(rule, {"city": base}, odoo, usercom) is expected
