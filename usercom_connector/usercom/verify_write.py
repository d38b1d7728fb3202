"""What has become of what was sent: compared with the answer, and told from what others did."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .client import Client
from .connections import LONGEST_CALL
from .errors import AmbiguousUserError
from .merge import EMPTY, Base, Rule, remote_base_value
from .records import Attribute, User, read_moment
from .texts import NAME_PARTS, digits, is_respelled_phone, join_name
from .throttle import LONGEST_HOLD

# As long as the call of a creation may take, its turn before, and as a search may lag behind.
CREATION_TAKES = timedelta(seconds=LONGEST_CALL + LONGEST_HOLD + 60)


def emptied(
    user: User, sent: Container[str], attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> list[str]:
    """Return the keys of the values that a write has emptied although it did not name them.

    `user` is the answer to a write of the keys `sent`. A User.com that takes a change for the
    whole user would lose all its other values: they are filled in `base` and empty in the answer.
    Where a single other value is still there, the list is empty: a person has emptied some.
    """
    answered = _answered_values(user, sent)
    unsent = [
        key
        for key, attribute in attributes.items()
        if key in answered
        and key not in sent
        and remote_base_value(base, key) not in EMPTY
        and not _has_default(attribute)
    ]
    return unsent if all(answered[key] in EMPTY for key in unsent) else []


def _answered_values(user: User, sent: Container[str]) -> dict[str, Any]:
    """Return the values of the answer. Its full name stands for both parts if neither was sent."""
    if "name" not in user.values or any(part in sent for part in NAME_PARTS):
        return dict(user.values)
    return dict.fromkeys(NAME_PARTS, user.values["name"]) | dict(user.values)


def _has_default(attribute: Attribute) -> bool:
    """Whether User.com always has a value for it, as for status and score."""
    return attribute.is_standard and attribute.value_type != "string"


def is_rendering(sent: Any, shown: Any, attribute: Attribute) -> bool:
    """Return whether User.com may have made `shown` of what it was sent: respelled or cut.

    "Jan Kowalski-Długie" may become "Jan Kowalski-Dług", but "a@example.org" no "b@example.org".
    Only an empty value comes out empty.
    """
    if shown in EMPTY:
        return sent in EMPTY
    if not (isinstance(sent, str) and isinstance(shown, str)):
        return True
    is_cut = bool(shown.strip()) and sent.strip().startswith(shown.strip())
    return is_cut or is_respelled(sent, shown, attribute)


def is_respelled(sent: Any, shown: Any, attribute: Attribute) -> bool:
    """Return whether the two differ in spelling only: upper case, blanks, signs in a phone."""
    if not (isinstance(sent, str) and isinstance(shown, str)):
        return False
    if attribute.name_std == "phone_number":
        return is_respelled_phone(sent, shown)
    return sent.casefold().split() == shown.casefold().split()


# ---- custom attributes that an answer leaves out ----
# Some accounts answer `{"email": …, "shop": null}` for an unset attribute, others leave "shop"
# out, and some answers leave out attributes that are set. What an account does is seen by the
# answer to a write of ours that has emptied an attribute.


def leaves_unset_out(
    user: User,
    emptied: Iterable[str],
    unsent: Collection[str],
    attributes: Mapping[str, Attribute],
) -> bool | None:
    """Return whether this account's answers leave unset attributes out, None if it is not seen.

    `user` is the answer to a write that has emptied the keys `emptied`. Where it lacks them, they
    are left out as unset only if it has one of the keys `unsent`, which have a value: other answers
    have no custom attributes at all.
    """
    custom = [key for key in emptied if not attributes[key].is_standard]
    if shown := [key for key in custom if key in user.received]:
        return False if all(user.values[key] in EMPTY for key in shown) else None
    others = (key for key in unsent if not attributes[key].is_standard)
    return True if custom and any(user.values.get(key) not in EMPTY for key in others) else None


# ---- values sent without a known answer ----
# Contact and user agree on the phone "1". Odoo sends "2", the connection breaks, and Odoo's phone
# is changed to "3". If User.com then shows "2", that is our own change and no conflict: "3" is
# sent.

MOST = 5  # values kept for one attribute: the last ones

Values = Mapping[str, Any]
Unconfirmed = Mapping[str, list[Any]]
"""`{key: [canonical values]}`, in the order in which they were sent."""


def added(unconfirmed: Unconfirmed, sent: Values) -> dict[str, list[Any]]:
    """Return `unconfirmed` with the values that are about to be sent added to it."""
    result = {key: list(values) for key, values in unconfirmed.items()}
    for key, value in sent.items():
        others = [known for known in result.get(key, []) if known != value]
        result[key] = [*others, value][-MOST:]
    return result


def sent_by_all(calls: Iterable[Unconfirmed | None]) -> dict[str, list[Any]]:
    """Return what these calls sent, as if they had been sent by one contact."""
    result: dict[str, list[Any]] = {}
    for sent in calls:
        for key, values in (sent or {}).items():
            for value in values:
                result = added(result, {key: value})
    return result


def presumed(base: Values, unconfirmed: Unconfirmed, odoo: Values) -> Base:
    """Return the base to compare Odoo with, so that an unconfirmed value is undone at User.com.

    The agreed phone is "1", "2" was sent without an answer, and Odoo is back at "1". User.com may
    have "2", so the base returned has "2" as well, and "1" is sent.
    """
    result = Base(base)
    for key, values in unconfirmed.items():
        others = [value for value in values if value != odoo.get(key)]
        if key in odoo and others and odoo[key] == base.get(key):
            result.agree(key, others[-1])
    return result


def with_names(base: Values, unconfirmed: Unconfirmed, user: User) -> Base:
    """Return `base` with first and last name as they were sent, if `user` has them.

    User.com's answers have the full name only. "Anna Maria Kowalska" does not show that "Anna
    Maria" was sent as the first name; where the parts sent make up this name, they are agreed on.
    """
    sent = {part: unconfirmed[part][-1] for part in NAME_PARTS if unconfirmed.get(part)}
    result = Base(base)
    full = user.values.get("name")
    parts = [sent.get(part, remote_base_value(base, part)) or "" for part in NAME_PARTS]
    if sent and isinstance(full, str) and join_name(*parts) == " ".join(full.split()):
        result.agree_on(sent)
    return result


def acknowledged(
    base: Values,
    unconfirmed: Unconfirmed,
    shown: Values,
    rules: Iterable[Rule],
    attributes: Mapping[str, Attribute],
) -> Base:
    """Return `base` with the unconfirmed values that User.com has, as `shown` says.

    A "no" to a consent is not taken for our own: a person may have said it at User.com as well.
    """
    result = Base(base)
    for rule in rules:
        key, value = rule.key, shown.get(rule.key)
        if key not in shown or value == remote_base_value(base, key):
            continue
        is_refusal = rule.consent and value == rule.withdrawn
        if not is_refusal and _is_one_of(value, unconfirmed.get(key, ()), attributes[key]):
            result.agree(key, value)
    return result


def still_open(
    base: Values, unconfirmed: Unconfirmed, shown: Values, rules: Iterable[Rule]
) -> dict[str, list[Any]]:
    """Return the unconfirmed values that may still arrive.

    They are those of keys for which User.com shows what it had when both sides were last compared.
    """
    plain = {rule.key for rule in rules if not rule.consent}
    return {
        key: values
        for key, values in unconfirmed.items()
        if key in plain and key in shown and shown[key] == remote_base_value(base, key)
    }


def _is_one_of(value: Any, sent: Iterable[Any], attribute: Attribute) -> bool:
    return any(value == each or is_respelled(each, value, attribute) for each in sent)


# ---- users who may have been created by a call without an answer ----

SINCE = timedelta(days=1)  # how far the clocks of Odoo and User.com may differ
SOON = timedelta(minutes=10)  # until when such a call has created its user, if it does at all
BEFORE = timedelta(minutes=1)  # how far User.com's clock, as we know it, may be behind


def is_created_by(user: User, sent_at: datetime) -> bool:
    """Return whether the user was created in the minutes of a call sent at this moment."""
    created = read_moment(user.values.get("created_at"))
    return created is not None and sent_at - BEFORE <= created <= sent_at + SOON


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
        return is_created_by(user, self.sent_at) or (
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
