"""What is known of each person of a history, and what may be found of it in the end."""

from dataclasses import dataclass, field
from typing import Any

from .common_values import VALUES

ALWAYS = ("name", "phone", "email")  # what nobody lacks
ODOO, USERCOM = "odoo", "usercom"


@dataclass
class Value:
    """The last words of each side that the other had not met yet: one of them has to stand."""

    words: dict[str, Any] = field(default_factory=dict)
    others: set[Any] = field(default_factory=set)

    def say(self, side: str, value: Any, *, knows_all: bool = False) -> None:
        """A side says a value; `knows_all`: it has met what the other side had said."""
        if knows_all:
            self.words, self.others = {}, set()
        self.words[side] = value

    def may_be(self) -> set[Any]:
        """What may be found in the end; nothing where nobody has said anything."""
        return (set(self.words.values()) | self.others) or {None}

    def rest(self, value: Any) -> None:
        self.words, self.others = {"both": value}, set()


@dataclass
class Consent:
    """A "no" stands; after one only a "yes" said at rest, by who knew of it, counts for sure."""

    may_be: set[bool] = field(default_factory=lambda: {False})
    was_denied: bool = False  # since the last rest
    was_met: bool = False  # by another person who does not say "yes", since the last rest
    at_rest: bool | None = None
    yes_by: set[str] = field(default_factory=set)  # the sides that have said "yes" since then

    def say(self, value: bool, *, is_double: bool = False) -> None:
        """The night may take the user who said "yes", or whom Odoo's "yes" was to reach."""
        is_open = value and (self.was_denied or self.was_met or is_double)
        self.may_be = {True, False} if is_open else {value}
        self.was_denied = self.was_denied or not value

    def say_on(self, side: str, value: bool, *, is_double: bool = False) -> None:
        """Say what it says on this side.

        Where both were at "no", and User.com said "yes" and "no" again before anybody read it, it
        looks as if only Odoo had said anything: then Odoo's "yes" may stand.
        """
        self.say(value, is_double=is_double)
        if value:
            self.yes_by.add(side)
        elif side == USERCOM and self.at_rest is False and self.yes_by == {ODOO, USERCOM}:
            self.may_be.add(True)

    def meet(self, other: "Consent") -> None:
        """The other one's person is the same from now on: a "no" of either stands.

        A "yes" said before both users are one may be the answer to the "no" of the other one, or
        to what it never said.
        """
        is_denied = any(each.was_denied and each.may_be == {False} for each in (self, other))
        self.may_be = {False} if is_denied else self.may_be | other.may_be
        self.was_denied = self.was_denied or other.was_denied
        self.was_met = self.was_met or other.was_met or False in self.may_be

    def rest(self, value: bool) -> None:
        self.may_be, self.was_denied, self.was_met = {value}, False, False
        self.at_rest, self.yes_by = value, set()


@dataclass
class Person:
    """One human being: a contact, a user, or both; `emails` are all that it ever had."""

    number: int
    contact_id: int = 0
    emails: set[str] = field(default_factory=set)
    values: dict[str, Value] = field(default_factory=lambda: {name: Value() for name in VALUES})
    consent: Consent = field(default_factory=Consent)
    state: str = "here"  # or archived, buried, gone (from User.com), merged (into another)
    merged: int = 0  # how many others were merged into it
    firm: Value = field(default_factory=Value)  # the number of its company
    elsewhere: set[int] = field(default_factory=set)  # companies it joined, or left, there
    is_pushed: bool = False  # by hand, since the last rest: who is deleted there then comes back
    has_appeared: bool = False  # its first user was made by somebody in User.com
    has_double: bool = False  # a second user of its address, made by somebody in User.com

    def __str__(self) -> str:
        return f"#{self.number}"

    def is_at_rest(self) -> bool:
        return all(set(self.values[name].words) == {"both"} for name in ALWAYS)

    def meet(self, other: "Person") -> None:
        """The other one is merged into this one."""
        self.emails |= other.emails
        self.merged += 1 + other.merged
        self.consent.meet(other.consent)
        for name in set(VALUES) - set(ALWAYS):  # who lacks one may get the other's
            self.values[name].others |= self.values[name].may_be() | other.values[name].may_be()
        self.firm.others |= self.firm.may_be() | other.firm.may_be()
        self.elsewhere |= other.elsewhere
        self.has_appeared |= other.has_appeared
        other.state = "merged"

    def may_be(self, shown: dict[str, Any]) -> None:
        """These values may stand as well."""
        for name in VALUES:
            self.values[name].others.add(shown[name])
