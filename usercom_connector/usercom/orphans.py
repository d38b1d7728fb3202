"""Users that were created by a call whose answer never came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .client import Client
from .errors import AmbiguousUserError
from .names import join_name
from .phones import digits
from .records import User, read_moment
from .unconfirmed import Unconfirmed
from .user_values import NAME_PARTS

SINCE = timedelta(days=1)  # for clocks that differ


@dataclass(frozen=True, slots=True)
class Orphans:
    """What creating calls for one contact `sent` without an answer, the last of them `sent_at`.

    The e-mail may have been corrected since: then no other key of the contact finds the user.
    """

    sent: Unconfirmed = field(default_factory=dict)
    sent_at: datetime | None = None

    def __bool__(self) -> bool:
        """Whether there was such a call."""
        return bool(self.sent)

    def is_one(self, user: User) -> bool:
        """Whether such a call has created the user: it is as young, and has what was sent."""
        created = read_moment(user.values.get("created_at"))
        return bool(
            self.sent_at
            and created
            and created >= self.sent_at - SINCE
            and self.sent.get("email")
            and _shows(user, self.sent)
        )

    def find(self, client: Client) -> User | None:
        """Return such a user, found by an e-mail address that was sent; others become one with it.

        Raises AmbiguousUserError where not all users of that address are such.
        """
        for email in reversed(self.sent.get("email", [])):
            if users := client.find_users(email=email):
                own = [user for user in users if self.is_one(user)]
                if own and len(users) > len(own):
                    raise AmbiguousUserError([user.id for user in users])
                if own:
                    return self._merged(client, own)
        return None

    def _merged(self, client: Client, users: Sequence[User]) -> User:
        first, *others = sorted(users, key=lambda user: user.id)
        if others:
            client.merge_users(first.id, [user.id for user in others])
        return first


def _shows(user: User, sent: Unconfirmed) -> bool:
    """Whether e-mail, phone and name, as far as they were sent and are told, are those sent."""
    emails = {str(email).casefold() for email in sent["email"]}
    phones = {digits(phone) for phone in sent.get("phone_number", [])}
    names = [sent.get(part, [None])[-1] or "" for part in NAME_PARTS]
    return (
        (user.email or "").casefold() in emails
        and (not phones or digits(user.phone_number) in phones)
        and (not any(names) or user.values.get("name") in (None, join_name(*names)))
    )
