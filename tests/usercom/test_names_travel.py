"""A name goes to and fro whole: no word is gained or lost, whoever changes it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from usercom import STANDARD_ATTRIBUTES, Rule, User, join_name, merge, split_name
from usercom.texts import NAME_PARTS
from usercom.values import read_user

ATTRIBUTES = {a.name_std: a for a in STANDARD_ATTRIBUTES if a.name_std in NAME_PARTS}
WORDS = st.sampled_from(
    ("Anna", "Maria", "Nowak", "Kowalska", "Kowalska-Nowak", "van", "der", "Berg", "Ó", "de", "Ewa")
)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


class Pair:
    """A contact, which has a whole name, and its user, who has two halves."""

    def __init__(self, first: str, last: str, policy: str, named: tuple[str, ...]) -> None:
        self.halves, self.odoo, self.named = (first, last), "", named
        self.rules = [Rule(part, "both", policy, is_name_part=True) for part in NAME_PARTS]
        self.base: dict[str, Any] = {}
        self.sync()

    @property
    def there(self) -> str:
        return join_name(*self.halves)

    def user(self) -> User:
        values = {"name": self.there, **dict(zip(NAME_PARTS, self.halves, strict=True))}
        return User.from_json({"id": 7, **{name: values[name] for name in self.named}})

    def sync(self) -> None:
        remote, _errors = read_user(self.user(), ATTRIBUTES, self.base)
        odoo = dict(zip(NAME_PARTS, (half or None for half in split_name(self.odoo)), strict=True))
        agreed = merge(self.rules, self.base, odoo, remote, odoo_is_newer=True)
        if agreed.to_odoo:
            self.odoo = join_name(*(agreed.to_odoo[part] or "" for part in NAME_PARTS))
        known = dict(zip(NAME_PARTS, self.halves, strict=True)) | agreed.to_usercom
        self.halves = tuple(known[part] or "" for part in NAME_PARTS)
        self.base = agreed.base


@pytest.mark.parametrize("named", [("name",), NAME_PARTS, ("name", *NAME_PARTS)])
@given(
    st.tuples(NAMES, NAMES),
    st.sampled_from(("odoo", "usercom", "newest")),
    st.lists(st.tuples(st.booleans(), st.booleans(), NAMES, NAMES), max_size=5),
)
def test_both_sides_end_with_a_name_that_somebody_entered(
    named: tuple[str, ...], start: tuple[str, str], policy: str, edits: list[Any]
) -> None:
    pair = Pair(*start, policy, named)
    for in_odoo, in_usercom, first, last in edits:
        entered = {pair.odoo, pair.there}
        if in_odoo:
            pair.odoo = join_name(first, last)
        if in_usercom:
            pair.halves = (last, first)
        entered = entered if not (in_odoo or in_usercom) else {pair.odoo, pair.there}
        pair.sync()
        assert pair.odoo == pair.there
        assert pair.odoo in entered
    pair.sync()
    assert pair.odoo == pair.there


@pytest.mark.parametrize(
    ("renamed", "halves"),
    [
        ("Anna Maria Kowalska", ("Anna Maria", "Kowalska")),
        ("Ewa Maria Nowak", ("Ewa Maria", "Nowak")),
        ("Anna Maria", ("Anna Maria", "")),
        ("Nowak", ("", "Nowak")),
        ("Jan Zych", ("Jan", "Zych")),
    ],
)
def test_the_half_that_did_not_change_is_kept_where_it_is_known(
    renamed: str, halves: tuple[str, str]
) -> None:
    pair = Pair("Anna Maria", "Nowak", "odoo", ("name", *NAME_PARTS))
    pair.odoo = renamed
    pair.sync()
    assert pair.halves == halves


@pytest.mark.parametrize("renamed", ["Anna Maria Kowalska", "Ewa Maria Nowak"])
def test_a_name_whose_halves_are_not_told_is_sent_whole(renamed: str) -> None:
    pair = Pair("Anna Maria", "Nowak", "odoo", ("name",))
    pair.odoo = renamed
    pair.sync()
    pair.sync()
    assert (pair.there, pair.odoo) == (renamed, renamed)


def test_one_half_that_is_told_by_itself_is_read_with_the_whole_name() -> None:
    pair = Pair("Anna Maria", "Nowak", "odoo", ("name",))
    pair.named = ("name", "last_name")
    pair.sync()
    assert pair.odoo == "Anna Maria Nowak"


@pytest.mark.parametrize("name", ["anna@example.org", " ", "+48 600 700 800"])
def test_what_stands_in_for_a_name_is_none(name: str) -> None:
    data = {"id": 7, "email": "Anna@example.org", "phone_number": "+48 600 700 800", "name": name}
    values, _errors = read_user(User.from_json(data), ATTRIBUTES, {})
    assert (values["first_name"], values["last_name"]) == (None, None)
