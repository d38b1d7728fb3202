"""What both sides last agreed on, and what each keeps for itself."""

import pytest
from usercom import Rule, merge
from usercom.merge import Base, remote_base_value

CITY = Rule("city", "both", "odoo")
BASE = Base({"city": "Łódź", "zip": "1"}, {"city": "Gdynia"})


def test_the_value_of_user_com_is_the_agreed_one_unless_each_side_keeps_its_own() -> None:
    assert remote_base_value(BASE, "city") == "Gdynia"
    assert remote_base_value(BASE, "zip") == remote_base_value({"zip": "1"}, "zip") == "1"
    assert remote_base_value(BASE, "phone") is None
    assert remote_base_value(Base({"city": "Łódź"}, {"city": None}), "city") is None


def test_values_kept_apart_move_nowhere_until_a_side_changes() -> None:
    kept = merge([CITY], BASE, {"city": "Łódź"}, {"city": "Gdynia"}, odoo_is_newer=None)
    assert (kept.to_odoo, kept.to_usercom, kept.conflicts, kept.base.remote) == (
        {},
        {},
        [],
        {"city": "Gdynia"},
    )


@pytest.mark.parametrize(
    ("odoo", "usercom", "moved"), [("Opole", "Gdynia", "Opole"), ("Łódź", "Sopot", "Sopot")]
)
def test_a_change_of_a_value_kept_apart_is_agreed_on(odoo, usercom, moved) -> None:
    merged = merge([CITY], BASE, {"city": odoo}, {"city": usercom}, odoo_is_newer=None)
    assert merged.to_odoo | merged.to_usercom == {"city": moved}
    assert merged.base == {"city": moved, "zip": "1"}
    assert merged.base.remote == {}


def test_a_copy_is_changed_without_its_source() -> None:
    copy = Base(BASE)
    copy.agree("city", "Opole")
    copy.keep_both("zip", "2", "3")
    assert (BASE, BASE.remote) == ({"city": "Łódź", "zip": "1"}, {"city": "Gdynia"})
    assert (copy, copy.remote) == ({"city": "Opole", "zip": "2"}, {"zip": "3"})


def test_what_was_agreed_on_meanwhile_stays() -> None:
    since = Base({"city": "Łódź", "zip": "1"}, {"city": "Gdynia"})
    sent = Base({"city": "Opole", "zip": "1"})
    meanwhile = Base({"city": "Łódź", "zip": "2", "phone": "3"}, {"city": "Gdynia", "phone": "4"})
    changed = meanwhile.with_changes(since, sent)
    assert changed == {"city": "Opole", "zip": "2", "phone": "3"}
    assert changed.remote == {"phone": "4"}


def test_what_was_refused_is_known_as_before() -> None:
    base = Base({"city": "Opole", "zip": "2"})
    base.restore(BASE, ["city", "zip", "phone"])
    assert (base, base.remote) == (BASE, BASE.remote)


def test_nothing_is_known_of_keys_left_out() -> None:
    left = BASE.without({"city"})
    assert (left, left.remote) == ({"zip": "1"}, {})


@pytest.mark.parametrize(
    ("known", "lost", "expected"),
    [
        (Base(), Base({"city": "Opole"}), Base({"city": "Opole"})),
        (Base({"city": None}), Base({"city": "Opole"}), Base({"city": "Opole"})),
        (Base({"city": "Łódź"}), Base({"city": "Opole"}), Base({"city": "Łódź"})),
        (Base({"city": "Łódź"}), Base({"city": None}), Base({"city": "Łódź"})),
        (Base({"city": None}), Base({"city": None}), Base({"city": None})),
        (Base(), BASE.without(["zip"]), BASE.without(["zip"])),
        (Base({"city": None}, {"city": "Gdynia"}), Base({"city": "Opole"}), None),
        (
            Base({"city": "Łódź"}, {"city": None}),
            Base({"city": "Opole"}),
            Base({"city": "Łódź"}, {"city": "Opole"}),
        ),
        (Base(), Base({"city": "Opole"}, {"city": None}), Base()),
    ],
)
def test_what_user_com_had_not_is_taken_over_of_who_was_merged(known, lost, expected) -> None:
    before = Base(known)
    known.inherit(lost, ["city", "zip"])
    expected = before if expected is None else expected
    assert (known, known.remote) == (expected, expected.remote)
