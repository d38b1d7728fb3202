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
SOON = timedelta(minutes=10)  # until when such a call has created its user, if it does at all
BEFORE = timedelta(minutes=1)  # how far User.com's clock, as we know it, may be behind


@dataclass(frozen=True, slots=True)
class Orphans:
    """The unanswered calls that may have created a user for one contact.

    `sent`: {key: [canonical values]} of all these calls; `sent_at`: the moment of the last one, as
    User.com's clock had it. The e-mail address may have been corrected in Odoo since. Then only the
    address that was sent finds the user.
    """

    sent: Unconfirmed = field(default_factory=dict)
    sent_at: datetime | None = None

    def __bool__(self) -> bool:
        """Return whether there was such a call."""
        return bool(self.sent)

    def is_one(self, user: User) -> bool:
        """Return whether such a call created this user.

        It did if the user has the e-mail that was sent and was created in those very minutes: name
        and phone may have been changed there since. One created later, or on a day of clocks that
        are not set, has to have the phone and name that were sent, too.
        """
        created = read_moment(user.values.get("created_at"))
        if not (self.sent_at and created and _has_email(user, self.sent)):
            return False
        is_of_those_minutes = self.sent_at - BEFORE <= created <= self.sent_at + SOON
        return is_of_those_minutes or (
            created >= self.sent_at - SINCE and _has_phone_and_name(user, self.sent)
        )

    def find(self, client: Client, searched: str | None = None) -> User | None:
        """Return the user that such a call created, found by an e-mail address that was sent.

        Nobody has the address that was `searched` for already.
        Where several calls created one each, they are merged into the oldest. Raises
        AmbiguousUserError where the address also has a user that none of the calls created.
        """
        for email in reversed(self.sent.get("email", [])):
            if email != searched and (users := client.find_users(email=email)):
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


def _has_email(user: User, sent: Unconfirmed) -> bool:
    emails = {str(email).casefold() for email in sent.get("email", ())}
    return (user.email or "").casefold() in emails


def _has_phone_and_name(user: User, sent: Unconfirmed) -> bool:
    """Return whether the user has a phone and a name that were sent, if any were.

    A name that the answer lacks counts as one that was sent.
    """
    phones = {digits(phone) for phone in sent.get("phone_number", [])}
    first, last = (sent.get(part) or [""] for part in NAME_PARTS)
    names = {join_name(one or "", other or "") for one in first for other in last} - {""}
    return (not phones or digits(user.phone_number) in phones) and (
        not names or user.values.get("name") in {None, *names}
    )
