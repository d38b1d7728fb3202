"""Users that were created by a call whose answer never came, so no contact knows their id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .client import Client
from .errors import AmbiguousUserError
from .names import NAME_PARTS, join_name
from .phones import digits
from .records import User, read_moment
from .unconfirmed import Unconfirmed

SINCE = timedelta(days=1)  # how far the clocks of Odoo and User.com may differ


@dataclass(frozen=True, slots=True)
class Orphans:
    """The unanswered calls that may have created a user for one contact.

    `sent`: {key: [canonical values]} of all these calls; `sent_at`: the moment of the last one. The
    e-mail address may have been corrected in Odoo since. Then only the address that was sent finds
    the user.
    """

    sent: Unconfirmed = field(default_factory=dict)
    sent_at: datetime | None = None

    def __bool__(self) -> bool:
        """Return whether there was such a call."""
        return bool(self.sent)

    def is_one(self, user: User) -> bool:
        """Return whether such a call created this user.

        It did if the user was created since and has the e-mail, phone and name that were sent.
        """
        created = read_moment(user.values.get("created_at"))
        return bool(
            self.sent_at
            and created
            and created >= self.sent_at - SINCE
            and self.sent.get("email")
            and _shows(user, self.sent)
        )

    def find(self, client: Client) -> User | None:
        """Return the user that such a call created, found by an e-mail address that was sent.

        Where several calls created one each, they are merged into the oldest. Raises
        AmbiguousUserError where the address also has a user that none of the calls created.
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
    """Return whether the user has an e-mail address that was sent, and the phone and name if any.

    A name that the answer lacks counts as the one that was sent.
    """
    emails = {str(email).casefold() for email in sent["email"]}
    phones = {digits(phone) for phone in sent.get("phone_number", [])}
    names = [sent.get(part, [None])[-1] or "" for part in NAME_PARTS]
    return (
        (user.email or "").casefold() in emails
        and (not phones or digits(user.phone_number) in phones)
        and (not any(names) or user.values.get("name") in (None, join_name(*names)))
    )
