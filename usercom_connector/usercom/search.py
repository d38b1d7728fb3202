"""Search users by custom id, e-mail or phone, or those that were updated within a range."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from .errors import NotFoundError, RejectedError, ServerError, UnservedError
from .records import USERS, User
from .responses import found_users, users_of
from .texts import digits
from .transport import Transport


class Search:
    """Searches users and leaves out those that User.com finds but that have another key.

    Companies (`resource`) are found by custom id only.
    """

    def __init__(self, transport: Transport, resource: str = USERS) -> None:
        self._transport = transport
        self._resource = resource

    def by_custom_id(self, custom_id: str) -> list[User]:
        """Return the users of this custom id.

        One with a slash is asked of the search of API v1 first: in a path, a server may decode
        "a%2Fb" to "a/b" and find no such path.
        """
        path, is_split = f"/{self._resource}-by-id/search/", "/" in custom_id
        users = self._find(path, user_id=custom_id) if is_split else []
        found = [user for user in users if user.custom_id == custom_id]
        return found or self._at_path(custom_id)

    def _at_path(self, custom_id: str) -> list[User]:
        try:
            users = self._find(f"/{self._resource}-by-id/{quote(custom_id, safe='')}/")
        except UnservedError:
            if "/" not in custom_id:
                raise
            return []  # the slash was taken for a part of the path
        return [user for user in users if user.custom_id == custom_id]

    def by_email(self, email: str) -> list[User]:
        """Return the users of this e-mail address, in upper or lower case.

        One call of the search by part of the text finds them all. The exact search, which may not
        find "Jan@example.org" for "jan@example.org", is used only where the other is not served.
        """
        users = self._holding("email", email)
        return self._of_exact_email(email) if users is None else _of_email(users, email)

    def _of_exact_email(self, email: str) -> list[User]:
        """Search for the address as it is written, then in lower case."""
        for spelling in dict.fromkeys((email, email.lower())):
            users = self._find("/users/search/", email=spelling, many="true")
            if found := _of_email(users, email):
                return found
        return []

    def by_phone(self, phone: str) -> list[User]:
        """Return the users whose phone has these digits, of those that User.com finds."""
        answer = self._answer("/users/search/", phone_number=phone)
        users = found_users(answer)
        if isinstance(answer, dict) and "results" not in answer:  # perhaps the first of several
            users += self._holding("phone_number", digits(phone)) or []
        by_id = {user.id: user for user in users}
        return [user for user in by_id.values() if digits(user.phone_number) == digits(phone)]

    def _holding(self, name: str, text: str) -> list[User] | None:
        """Return the users of all pages whose attribute contains a text in any case.

        None where User.com does not serve this search, or ignores the text and lists everybody.
        """
        users: list[User] = []
        try:
            for page in self._transport.pages("/users/search/", {f"{name}__icontains": text}):
                users += users_of(page)
                if any(text.lower() not in str(user.values.get(name)).lower() for user in users):
                    return None
        except (RejectedError, ServerError) as error:
            if error.status >= 500:
                raise
            return None
        return users

    def _find(self, path: str, **params: Any) -> list[User]:
        return found_users(self._answer(path, **params))

    def _answer(self, path: str, **params: Any) -> Any:
        """Return what a search answers, None where it finds nobody."""
        try:
            return self._transport.get(path, params)
        except NotFoundError:
            return None


def _of_email(users: Iterable[User], email: str) -> list[User]:
    return [user for user in users if (user.email or "").lower() == email.lower()]


def date_range(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """Return the query for a range, in UNIX seconds, one more at each end for open bounds."""
    params: dict[str, Any] = {}
    if since:
        params["min"] = math.floor(_utc(since).timestamp()) - 1
    if until:
        params["max"] = math.ceil(_utc(until).timestamp()) + 1
    return {"search": "updated_at", **params} if params else {}


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
