"""How a company and its members are sent to User.com; plain data in, plain data out."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .client import Client
from .errors import NotFoundError, UnmadeError, UsercomError
from .jobs import Identity, Remove
from .push import Push
from .pushed import Pushed
from .records import User


@dataclass(frozen=True, slots=True)
class CompanyPush:
    """Send the values of one company."""

    push: Push

    def run(self, client: Client) -> Pushed:
        """Make the calls, as a Push does for a user."""
        return self.push.run(client.of_companies())


@dataclass(frozen=True, slots=True)
class CompanySearch:
    """Look for a company that a call whose answer is not known may have created."""

    custom_id: str

    def run(self, client: Client) -> User | None:
        """Return the company of this custom id, None if there is none."""
        return Identity(custom_id=self.custom_id).search(client.of_companies())


@dataclass(frozen=True, slots=True)
class CompanyRemoval:
    """Delete a company that is gone in Odoo; its members stay users."""

    company_id: int

    def run(self, client: Client) -> None:
        """Make the call. A company that User.com does not have any more needs none."""
        Remove(self.company_id, delete=True).run(client.of_companies())


@dataclass(slots=True)
class MembersChanged:
    """What a MemberChange did: the ids of users. `is_missing`: User.com has no such company."""

    joined: set[int] = field(default_factory=set)
    present: set[int] = field(default_factory=set)
    """Those who were members already: somebody else has made them so."""
    left: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    """Users whom User.com does not have any more."""
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class MemberChange:
    """Make users members of a company, or no members any more.

    Who is a member already is left so, and told: a membership that User.com has made itself, by the
    domain of an e-mail address, is not ours to end. Whom an unheard call of ours may have made a
    member, one of `tried`, counts as joined now. What was changed is read back once.
    """

    company_id: int
    joining: tuple[int, ...] = ()
    leaving: tuple[int, ...] = ()
    tried: frozenset[int] = frozenset()

    def run(self, client: Client) -> MembersChanged:
        """Make the calls. An error is raised only if nothing was done before it."""
        done = MembersChanged()
        try:
            self._change(client, done)
        except UsercomError:
            if not (done.joined or done.present or done.left or done.unknown):
                raise
        return done

    def _change(self, client: Client, done: MembersChanged) -> None:
        try:
            company = client.of_companies().get_user(self.company_id)
        except NotFoundError:
            done.is_missing = True
            return
        members = _user_ids(company.values.get("employees"))
        for user_id in self.leaving:
            self._leave(client, user_id, done)
        for user_id in self.joining:
            self._join(client, user_id, members, done)
        if done.joined or done.left:
            self._check_made(client, done)

    def _check_made(self, client: Client, done: MembersChanged) -> None:
        """Take back what was not made: User.com answers these calls with nothing, made or not."""
        company = client.of_companies().get_user(self.company_id)
        members = _user_ids(company.values.get("employees"))
        changed = done.joined | done.left
        there = {user_id for user_id in changed if self._is_still_member(client, user_id, members)}
        unmade = done.joined - there | done.left & there
        done.joined -= unmade
        done.left -= unmade
        if unmade:
            raise UnmadeError

    def _leave(self, client: Client, user_id: int, done: MembersChanged) -> None:
        with suppress(NotFoundError):  # a user who is gone is no member, either
            client.remove_member(self.company_id, user_id)
        done.left.add(user_id)

    def _join(
        self, client: Client, user_id: int, members: set[int] | None, done: MembersChanged
    ) -> None:
        try:
            if self._is_member(client, user_id, members):
                (done.joined if user_id in self.tried else done.present).add(user_id)
            else:
                client.add_member(self.company_id, user_id)
                done.joined.add(user_id)
        except NotFoundError:
            done.unknown.add(user_id)

    def _is_member(self, client: Client, user_id: int, members: set[int] | None) -> bool:
        """Whether the user is a member; asked of the user where the company does not tell."""
        if members is not None:
            return user_id in members
        return self.company_id in (client.get_user(user_id).company_ids or ())

    def _is_still_member(self, client: Client, user_id: int, members: set[int] | None) -> bool:
        with suppress(NotFoundError):  # a user who is gone is no member, either
            return self._is_member(client, user_id, members)
        return False


def _user_ids(employees: Any) -> set[int] | None:
    """Return the ids of a company's members, None where the answer does not tell them."""
    if not isinstance(employees, Iterable) or isinstance(employees, str | bytes | dict):
        return None
    return {each for each in employees if type(each) is int}
