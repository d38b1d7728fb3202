"""The records of User.com's API: users, their attributes, the account and imports."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, Self

from .memberships import Label, Membership, read_labels
from .texts import is_stand_in, is_storable, read_word, storable

# User.com's page on events states this length for strings; for contacts it is a careful guess,
# since a longer text that is cut there would come back and cut Odoo's.
STRING_LIMIT = 255
LONGEST_KEY = 255  # characters of an id, custom id or e-mail; a longer one counts as none
NAME_LIMIT = 255  # characters of an attribute's name, and of a choice's
CHOICES_LIMIT = 1000
VALUE_TYPES_BY_NUMBER = {
    1: "boolean",
    2: "integer",
    3: "date",
    4: "string",
    5: "datetime",
    6: "fixed",
    7: "float",
}
_V2_NAMES = {"user_id": "custom_id", "key": "user_key"}
USERS, COMPANIES = "users", "companies"  # as in the paths of the API
_NOT_ATTRIBUTES = {"attributes", "tags", "lists", "companies", "chat_id"}


def derive_name_std(name: str) -> str:
    """Return the standard name that User.com derives from an attribute's display name."""
    return name.strip().lower().replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Account:
    """What an API key may do."""

    can_read: bool
    can_write: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of User.com's users, as GET /attributes/ defines it.

    `name` is the label and `name_std` the technical name, under which a user has the value.
    `value_type` is a key of `TYPE_TABLE`. `multiple`: whether a `fixed` attribute takes several
    choices, None where the definition does not say.
    """

    name: str
    name_std: str
    value_type: str
    choices: tuple[str, ...] = ()
    multiple: bool | None = False
    is_standard: bool = False
    read_only: bool = False
    max_length: int | None = None
    resource: str = USERS
    """Of which records it is: `USERS` or `COMPANIES`."""
    is_exact: bool = False
    """Whether Odoo has a field for this part of the name: then no full name is split for it."""
    membership: Membership | None = None
    """The tag or list of which it says whether the user is in it: True, or None for not."""

    @property
    def limit(self) -> int:
        """The longest string it takes, in characters."""
        return self.max_length or STRING_LIMIT

    @property
    def is_coded(self) -> bool:
        """Whether it is read as a word and written as a number: gender "male" is written as 2."""
        return self.is_standard and self.value_type == "fixed"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read one definition of GET or POST /attributes/. Raises ValueError for anything else."""
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            raise ValueError("no attribute")
        name_std = _name_std(data)
        if not is_storable([data["name"], name_std]):
            raise ValueError("an attribute that cannot be stored")
        if len(data["name"]) > NAME_LIMIT or len(name_std) > NAME_LIMIT:
            raise ValueError("a name that is too long")
        return cls(
            name=data["name"],
            name_std=name_std,
            value_type=_value_type(data.get("value_type")),
            choices=_choices(data.get("choices")),
            multiple=_is_multiple(data),
            resource=COMPANIES if data.get("content_type") == "company" else USERS,
        )


def _value_type(value: Any) -> str:
    return VALUE_TYPES_BY_NUMBER.get(value, "") if isinstance(value, int) else str(value)


def _name_std(data: Mapping[str, Any]) -> str:
    name_std = data.get("name_std")
    return name_std if name_std and isinstance(name_std, str) else derive_name_std(data["name"])


def _is_multiple(data: Mapping[str, Any]) -> bool | None:
    allowed = data.get("allow_multiple_choices")
    is_unknown = allowed is None and _value_type(data.get("value_type")) == "fixed"
    return None if is_unknown else bool(allowed)


def _choices(items: Any) -> tuple[str, ...]:
    """Return the choices; () where there is no list, or one that is too long to choose from."""
    if not isinstance(items, list) or len(items) > CHOICES_LIMIT:
        return ()
    names = tuple(map(_choice_name, items))
    return () if any(len(name) > NAME_LIMIT for name in names) else names


def _choice_name(choice: Any) -> str:
    if isinstance(choice, Mapping):
        choice = choice.get("name") or choice.get("value")
    return storable(str(choice))


@dataclass(frozen=True, slots=True)
class User:
    """One User.com user. `values`: {name_std: JSON value}, as User.com sent them.

    An attribute that `values` lacks may have a value all the same: answers leave some out.
    `updated_at` is in UTC.
    """

    id: int
    custom_id: str | None
    email: str | None
    phone_number: str | None
    updated_at: datetime | None
    values: Mapping[str, Any] = field(hash=False, repr=False)
    is_from_payload: bool = False
    """Whether it came in a webhook call, sent at `updated_at`, and was not read by us."""
    is_unanswered: bool = False
    """Whether it was read after a change whose answer was empty."""
    company_ids: frozenset[int] | None = None
    """The ids of the companies of which it is a member, None if the answer does not tell."""
    unset: frozenset[str] = frozenset()
    """The names of `values` that the answer left out, in an account that leaves out unset ones."""
    labels: Mapping[str, tuple[Label, ...]] = field(default_factory=dict, hash=False, repr=False)
    """{"tags": (…)}; {} where the answer did not have them."""

    @property
    def name(self) -> str | None:
        """The full name, None where there is none. An e-mail address in its place is no name."""
        full = self.values.get("name")
        name = " ".join(full.split()) if isinstance(full, str) and is_storable(full) else ""
        return None if is_stand_in(name, self.email, self.phone_number) else name or None

    @property
    def received(self) -> frozenset[str]:
        """The names of the values that the answer has."""
        return frozenset(self.values) - self.unset

    def with_unset(self, names: Iterable[str]) -> Self:
        """Return the user with None for those of `names` that the answer has left out."""
        unset = frozenset(names) - self.values.keys()
        values = {**self.values, **dict.fromkeys(unset)}
        return replace(self, values=MappingProxyType(values), unset=unset) if unset else self

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read a user of API v1 or v2, custom attributes flat or under `attributes`.

        Raises ValueError when `data` is no user with an integer id.
        """
        if not isinstance(data, Mapping) or not _is_user_id(data.get("id")):
            raise ValueError("no user")
        values = received_values(data)
        return cls(
            id=data["id"],
            custom_id=_key(values.get("custom_id")),
            email=_key(values.get("email")),
            phone_number=_key(values.get("phone_number")),
            updated_at=read_moment(values.get("updated_at")),
            values=MappingProxyType(values),
            company_ids=_company_ids(data.get("companies")),
            labels=MappingProxyType(read_labels(data)),
        )


@dataclass(frozen=True, slots=True)
class UserPage:
    """A page of users: `next` is the address of the one after it, `count` is of all pages.

    Both are None where User.com does not tell.
    """

    users: list[User]
    next: str | None = None
    count: int | None = None


def received_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return {name_std: JSON value} of the JSON of a user, or of a part of one.

    A webhook call has `emails_enabled`, which is the opposite of the attribute `unsubscribed`;
    where it has both, the one that says "no" to mailings wins.
    """
    values = dict(_values(data))
    may_be_mailed = read_word(values.get("emails_enabled"))
    if may_be_mailed is False or (may_be_mailed and "unsubscribed" not in values):
        values["unsubscribed"] = not may_be_mailed
    return values


def _values(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (name_std, value), standard attributes last so that they prevail."""
    nested = data.get("attributes")
    for item in nested if isinstance(nested, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("name"), str):
            yield derive_name_std(item["name"]), item.get("value")
            yield _name_std(item), item.get("value")
    for name, value in data.items():
        v2_name = _V2_NAMES.get(name, name)
        if name not in _NOT_ATTRIBUTES and (v2_name == name or v2_name not in data):
            yield derive_name_std(v2_name), value


def _is_user_id(value: Any) -> bool:
    return type(value) is int and abs(value) < 2**31  # as a database's integer holds it


def _company_ids(items: Any) -> frozenset[int] | None:
    if not isinstance(items, list):
        return None
    found: list[Any] = [item.get("id") for item in items if isinstance(item, Mapping)]
    return frozenset(each for each in found if _is_user_id(each))


def _key(value: Any) -> str | None:
    """Return a key as text, None for one that the database cannot store or index."""
    text = "" if value is None or isinstance(value, list | dict) else str(value)
    return text if 0 < len(text) <= LONGEST_KEY and is_storable(value) else None


def read_moment(value: Any) -> datetime | None:
    """Return an ISO 8601 time as a datetime in UTC, None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of a CSV import: numbers of rows, and `errors` as User.com words them.

    Until it is `finished`, the numbers are those so far.
    """

    id: str
    total: int
    succeeded: int
    failed: int
    errors: tuple[Any, ...] = ()
    finished: bool = True


def _standard(
    value_type: str, *names: str, read_only: bool = False, **details: Any
) -> Iterator[Attribute]:
    for name in names:
        label = name.replace("_", " ").capitalize().replace(" url", " URL")
        yield Attribute(label, name, value_type, is_standard=True, read_only=read_only, **details)


STANDARD_ATTRIBUTES: tuple[Attribute, ...] = (
    *_standard("string", "email"),
    *_standard("string", "name", read_only=True),
    *_standard("string", "first_name", "last_name", max_length=40),
    *_standard("string", "phone_number", "city", max_length=64),
    *_standard("string", "region", "country", "timezone"),
    *_standard("fixed", "gender", choices=("unknown", "male", "female")),
    *_standard("fixed", "status", choices=("visitor", "user")),
    *_standard("integer", "score", "assigned_to"),
    *_standard("boolean", "unsubscribed", "notifications"),
    *_standard("string", "facebook_url", "google_url", "gravatar_url"),
    *_standard("string", "linkedin_url", "twitter_url"),
    *_standard("boolean", "web_push_subscription", read_only=True),
    *_standard("integer", "page_views", read_only=True),
    *_standard("string", "browser_language", "browser", "os_type", read_only=True),
    *_standard("string", "resolution", "last_ip", read_only=True),
    *_standard("datetime", "first_seen", "last_seen", "last_contacted", read_only=True),
    *_standard("datetime", "created_at", "updated_at", read_only=True),
)

STANDARD_COMPANY_ATTRIBUTES: tuple[Attribute, ...] = tuple(
    replace(attribute, resource=COMPANIES)
    for attribute in (
        *_standard("string", "name", "email", "address", "city", "region", "country"),
        *_standard("string", "postal_code", "description", "category", "size", "founded"),
    )
)

STANDARD = {USERS: STANDARD_ATTRIBUTES, COMPANIES: STANDARD_COMPANY_ATTRIBUTES}

# ---- what an account's custom ids are ----

Kind = Literal["none", "email", "sha256", "number", "other"]


def sha256_of(email: str) -> str:
    """Return the SHA-256 of an e-mail address, as User.com recommends it for custom ids."""
    return hashlib.sha256(email.encode()).hexdigest()


def prevailing_kind(users: Iterable[User]) -> Kind:
    """Return the kind of most of the custom ids, "none" where no user has one."""
    kinds = Counter(_kind(user) for user in users if user.custom_id)
    return kinds.most_common(1)[0][0] if kinds else "none"


def _kind(user: User) -> Kind:
    custom_id, email = (user.custom_id or "").lower(), (user.email or "").lower()
    if email and custom_id == email:
        return "email"
    if email and custom_id == sha256_of(email):
        return "sha256"
    return "number" if custom_id.isdecimal() else "other"
