"""User.com's public REST API (v2, https://docs.user.com/), the part that contacts need.

Where the documentation can be read in two ways, both are tried: some calls are made again with
another path or method if the first is not served. Nothing else is retried here: the caller knows
which calls may be repeated.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Any, Self

from .connections import LONGEST_CALL
from .conversions import TYPE_TABLE
from .errors import (
    ForbiddenError,
    NotFoundError,
    RejectedError,
    ServerError,
    UnservedError,
    UsercomError,
)
from .events import EventCalls
from .imports import ImportCalls
from .memberships import MembershipCalls
from .records import COMPANIES, STANDARD, USERS, Account, Attribute, User, UserPage
from .responses import attribute_of, check_success, listed_users, readable, user_of
from .search import Search, date_range
from .texts import digits
from .throttle import Throttle
from .transport import RawPage, Transport

NOT_FOUND, METHOD_NOT_ALLOWED = 404, 405
CREATED_TYPES = {USERS: "clientuser", COMPANIES: "company"}
CONTENT_TYPES = {USERS: {"clientuser", "user"}, COMPANIES: {"company"}}


class Client:
    """One account of User.com.

    Threads may share a client; it keeps connections for 16 of them. `base_url` is the part before
    /api/public/. `timeout` is the longest wait for a byte, in seconds;
    `longest_call` limits a call from its connection to the last byte. `left_out` names the custom
    attributes that this account's answers leave out while they are unset. `values` are {name_std:
    JSON value}, as `wire` returns them. Every method may raise RetryableError, CredentialsError and
    RejectedError.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        throttle: Throttle,
        timeout: float = 20,
        longest_call: float = LONGEST_CALL,
        left_out: Iterable[str] = (),
    ) -> None:
        """Raise InvalidKeyError for a key with characters that no HTTP header may have."""
        self._transport = Transport(base_url, api_key, throttle, timeout, longest_call)
        self._resource = USERS
        self.memberships = MembershipCalls(self._transport)
        self._no_changes: UsercomError | None = None
        self._left_out = frozenset(left_out)
        self._left_out_there: frozenset[str] | None = None
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Client({self._transport.base_url!r})"

    def is_for(self, base_url: str, api_key: str) -> bool:
        """Return whether the client was made with this base URL and key."""
        return self._transport.is_for(base_url, api_key)

    def of_companies(self) -> Self:
        """Return a client of the same account, for which all that is of users is of companies."""
        client = copy(self)
        client._resource = COMPANIES
        client._left_out = frozenset()
        return client

    @property
    def events(self) -> EventCalls:
        """The calls of events, product events, deals and products."""
        return EventCalls(self._transport)

    @property
    def imports(self) -> ImportCalls:
        """The calls of imports of CSV files."""
        return ImportCalls(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the connections."""
        self._transport.close()

    # --- the account ---

    def probe(self) -> Account:
        """Return what the key may do. Raises ForbiddenError where it may do nothing."""
        account = Account(
            can_read=_is_allowed(lambda: self._transport.get("/attributes/")),
            can_write=_is_allowed(self._write_nothing),
        )
        if not (account.can_read or account.can_write):
            raise ForbiddenError
        return account

    def _write_nothing(self) -> None:
        """Write to user 0, who does not exist: User.com checks the permission first."""
        with suppress(RejectedError, UnservedError):
            self._transport.write("PUT", "/users/0/", {})

    def ask_time(self) -> None:
        """Make a call only for the `Date` of its answer, which the throttle's clock notes."""
        with suppress(UsercomError):
            self._transport.get("/users/0/")

    # --- users ---

    def get_user(self, user_id: int) -> User:
        """Return one user. Raises NotFoundError."""
        user = user_of(self._transport.get(self._path(user_id)))
        is_short = self._left_out and self._left_out - user.received
        return user.with_unset(self._unset_there()) if is_short else user

    def _unset_there(self) -> frozenset[str]:
        """Return those of the attributes left out while unset that are there, asked for once.

        An attribute that was deleted is left out, too, and nobody has emptied it.
        """
        with self._lock:
            if self._left_out_there is None:
                self._left_out_there = self._left_out & self._attribute_names()
            return self._left_out_there

    def _attribute_names(self) -> frozenset[str]:
        try:
            return frozenset(attribute.name_std for attribute in self._custom_attributes())
        except (RejectedError, UnservedError):
            return frozenset()

    def find_users(
        self, *, custom_id: str | None = None, email: str | None = None, phone: str | None = None
    ) -> list[User]:
        """Return the users with this custom id, e-mail (in any case) or phone (the same digits).

        Takes exactly one of the three; an empty one finds nobody. A phone that User.com stores as
        "601 111 222" may not be found as "601111222".
        """
        wanted = [value for value in (custom_id, email, phone) if value is not None]
        if len(wanted) != 1:
            raise TypeError("find_users takes exactly one of custom_id, email and phone")
        if not wanted[0].strip() or (phone is not None and not digits(phone)):
            return []
        search = Search(self._transport, self._resource)
        if custom_id is not None:
            return search.by_custom_id(custom_id)
        if self._resource != USERS:
            return []
        return search.by_phone(phone or "") if email is None else search.by_email(email.strip())

    def create_user(self, values: Mapping[str, Any]) -> User:
        """Create a user and return it.

        A call without an answer may have created one, so search before repeating it. A call with a
        custom id may be repeated: User.com then updates the user who has that id.
        """
        body, usual = dict(values), f"/{self._resource}/"
        is_keyed = self._resource == USERS and body.get("custom_id")
        path = f"{usual}update_or_create/" if is_keyed else usual
        try:
            answer = self._transport.write("POST", path, body)
        except (NotFoundError, UnservedError):
            if path == usual:
                raise
            answer = self._transport.write("POST", usual, body)
        return self._written(answer)

    def update_user(self, user_id: int, values: Mapping[str, Any]) -> User:
        """Change the values given and no other; return the user as it is then.

        Raises NotFoundError, and after `refuse_changes` its reason.
        """
        if self._no_changes:
            raise self._no_changes
        answer = self._transport.write("PUT", self._path(user_id), dict(values))
        return self._written(answer, user_id)

    def remove_attributes(self, user_id: int, names: Iterable[str]) -> User:
        """Empty custom attributes, with one call for each; return the user as it is then."""
        path, answers = f"{self._path(user_id)}remove_attribute/", []
        for body in ({"attribute": name} for name in names):
            try:
                answers.append(self._transport.write("POST", path, body))
            except (RejectedError, UnservedError) as error:  # clients use either method
                if error.status not in (NOT_FOUND, METHOD_NOT_ALLOWED):
                    raise
                answers.append(self._transport.write("DELETE", path, body))
        return replace(self.get_user(user_id), is_unanswered=not all(answers))

    def _written(self, answer: Any, user_id: int | None = None) -> User:
        """Return the user of the answer to a write, read again where the answer has only a part."""
        if isinstance(answer, dict) and "email" in answer:
            user = user_of(answer)
            return user.with_unset(self._left_out) if self._left_out else user
        answered_id = answer.get("id") if isinstance(answer, dict) else None
        user_id = answered_id if user_id is None else user_id
        if not isinstance(user_id, int):
            raise ServerError(200, "did not tell which user it has written")
        return replace(self.get_user(user_id), is_unanswered=answered_id is None)

    def refuse_changes(self, reason: UsercomError) -> None:
        """Have every further change of a user raise `reason`, also in other threads."""
        self._no_changes = reason

    def delete_user(self, user_id: int) -> bool:
        """Delete a user for good; whether the response, without content, says so.

        Raises NotFoundError.
        """
        return self._transport.write("DELETE", self._path(user_id)) is None

    def _path(self, user_id: int) -> str:
        return f"/{self._resource}/{user_id}/"

    def merge_users(self, parent_id: int, user_ids: Iterable[int]) -> bool:
        """Merge users into the parent, whose values win; whether the response says so.

        The users are gone then.
        """
        body = {"parent": parent_id, "users_list": list(user_ids)}
        try:
            answer = self._transport.write("POST", "/users/merge/", body)
        except (RejectedError, UnservedError) as error:
            if error.status == NOT_FOUND:
                raise
            # The documentation's table and sample name the key differently.
            body["user_list"] = body.pop("users_list")
            answer = self._transport.write("POST", "/users/merge/", body)
        check_success(answer)
        return isinstance(answer, dict) and answer.get("success") is True

    def update_users(self, attribute: Attribute, value: Any, user_ids: Sequence[int]) -> None:
        """Set one attribute to one JSON value for many users, in one call."""
        kind = "standard" if attribute.is_standard else "custom"
        body = {"ids": list(user_ids), "attribute": attribute.name_std, "value": value}
        path = f"/users/mass_update_{kind}_attributes/"
        try:
            self._transport.write("PUT", path, body)
        except (RejectedError, UnservedError) as error:
            if error.status != METHOD_NOT_ALLOWED:
                raise
            self._transport.write("POST", path, body)  # as the documentation's sample has it

    def changed_page(self, since: datetime | None, until: datetime | None) -> UserPage:
        """Return the first page of the users updated between the two, or of all users without both.

        Naive times are UTC. The order is not documented, nor whether the bounds are included: some
        users from up to two seconds outside are among them.
        """
        if not (params := date_range(since, until)):
            return _user_page(self._transport.page(f"/{self._resource}/"))
        try:  # either of the two documented paths may be the one that is served
            return _user_page(self._transport.page("/users/search/", params))
        except (RejectedError, UnservedError):
            return _user_page(self._transport.page("/users/", params))

    def segment_page(self, segment_id: int) -> UserPage:
        """Return the first page of the users of a segment, which nobody but User.com decides on.

        Raises RejectedError where there is no such segment: it is not the end of a list.
        """
        try:
            return _user_page(self._transport.page(f"/segments/{segment_id}/users/"))
        except UnservedError as error:
            if error.status != 404:
                raise
            raise RejectedError(404, "there is no such segment") from error

    def page_at(self, url: str) -> UserPage:
        """Return the page at a `UserPage.next`.

        Raises NotFoundError at the end of the list, or where User.com has forgotten a page whose
        address was kept from an earlier client. Raises ServerError for a list that breaks off
        before its count or whose pages lead in a circle.
        """
        return _user_page(self._transport.next_page(url))

    # --- members of companies ---

    def add_member(self, company_id: int, user_id: int) -> None:
        """Make a user a member of a company. Raises NotFoundError if either is gone."""
        self._write_member(company_id, "add_member", user_id)

    def remove_member(self, company_id: int, user_id: int) -> None:
        """Make a user no member of a company any more. Raises NotFoundError if either is gone."""
        self._write_member(company_id, "remove_member", user_id)

    def _write_member(self, company_id: int, action: str, user_id: int) -> None:
        self._transport.write("POST", f"/companies/{company_id}/{action}/", {"user_id": user_id})

    # --- attributes ---

    def attributes(
        self, types: Container[str] = TYPE_TABLE, resources: Sequence[str] = (USERS,)
    ) -> list[Attribute]:
        """Return the attributes of these types and resources, the standard ones first."""
        known = {
            (resource, attribute.name_std): attribute
            for resource in resources
            for attribute in STANDARD[resource]
        }
        for attribute in self._custom_attributes(resources):
            if attribute.value_type in types:
                known.setdefault((attribute.resource, attribute.name_std), attribute)
        return list(known.values())

    def _custom_attributes(self, resources: Sequence[str] = (USERS,)) -> Iterator[Attribute]:
        kinds = set().union(*(CONTENT_TYPES[resource] for resource in resources))
        for page in self._transport.pages("/attributes/"):
            found = [item for item in page if _content_type(item) in kinds]
            yield from readable(found, Attribute.from_json)

    def create_attribute(
        self,
        name: str,
        value_type: str,
        choices: Sequence[str] = (),
        multiple: bool = False,
        resource: str = USERS,
    ) -> Attribute:
        """Create an attribute: a name of up to 32 characters; `fixed` needs choices."""
        body: dict[str, Any] = {"content_type": CREATED_TYPES[resource], "name": name}
        body["value_type"] = value_type
        if value_type == "fixed":
            body |= {"choices": list(choices), "allow_multiple_choices": multiple}
        created = attribute_of(self._transport.write("POST", "/attributes/", body))
        return replace(created, choices=tuple(choices), multiple=multiple, resource=resource)


def _is_allowed(call: Callable[[], object]) -> bool:
    try:
        call()
    except ForbiddenError:
        return False
    return True


def _user_page(page: RawPage) -> UserPage:
    return UserPage(listed_users(page.items), page.next, page.count)


def _content_type(item: Any) -> Any:
    """Return of what a listed attribute is; a "user", if nothing is told."""
    return item.get("content_type", "user") if isinstance(item, dict) else "user"
