"""Which users a query string asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.datastructures import QueryParams

from . import times
from .attributes import Attribute, Field
from .errors import ApiError, InvalidError
from .naming import full_name
from .paging import Window, listed
from .store import LARGER_THAN_ANY_ID, User

if TYPE_CHECKING:
    from .account import Account

RANGE_FIELDS = ("first_seen", "last_seen", "last_contacted", "updated_at")
NOT_FILTERS = {"search", "min", "max", "cursor", "many"}
UNSORTABLE = ("json", "fixed")

TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "icontains": lambda text, part: part.lower() in text.lower(),
    "startswith": str.startswith,
    "istartswith": lambda text, part: text.lower().startswith(part.lower()),
    "endswith": str.endswith,
    "iendswith": lambda text, part: text.lower().endswith(part.lower()),
}
COMPARISONS = ("exact", "gt", "gte", "lt", "lte")
SUFFIXES = {*TEXT_TESTS, *COMPARISONS}


@dataclass(frozen=True)
class Filter:
    """One condition of a query string, such as `score__gte=5`."""

    name: str
    field: Field
    suffix: str
    value: Any

    def window(self, account: "Account") -> Window:
        """Return the users that meet it, in order of the field, or of the id for texts."""
        if self.suffix in TEXT_TESTS:
            return self._scan(account)
        ordering = account.store.ordering(self.field)
        low, high = (self.value,), (self.value, LARGER_THAN_ANY_ID)
        start, stop = 0, len(ordering)
        if self.suffix in ("exact", "gte"):
            start = ordering.bisect_left(low)
        if self.suffix == "gt":
            start = ordering.bisect_right(high)
        if self.suffix in ("exact", "lte"):
            stop = ordering.bisect_right(high)
        if self.suffix == "lt":
            stop = ordering.bisect_left(low)
        return Window(ordering, start, stop)

    def _scan(self, account: "Account") -> Window:
        ids = account.store.ids
        if (self.name, self.suffix) == ("email", "icontains"):  # asked for each new person
            return Window(type(ids)(account.store.emails_with(self.value)))
        test = TEXT_TESTS[self.suffix]
        found = [i for i in ids if test(self._text(account.store.users[i]), self.value)]
        return Window(type(ids)(found))

    def _text(self, user: User) -> str:
        value = full_name(user) if self.name == "name" else user.value(self.field)
        return "" if value is None else str(value)


def filters(account: "Account", items: Iterable[tuple[str, str]]) -> list[Filter]:
    """Read the conditions; raise InvalidError for an unknown field or an unreadable value."""
    found = []
    for key, text in items:
        if key not in NOT_FILTERS:
            name, _, suffix = key.rpartition("__")
            if suffix not in SUFFIXES:
                name, suffix = key, "exact"
            found.append(_filter(account, key, name, suffix, text))
    return found


def _filter(account: "Account", key: str, name: str, suffix: str, text: str) -> Filter:
    if name == "name" and suffix in TEXT_TESTS:
        return Filter(name, name, suffix, text)
    if name in ("created_at", "updated_at"):
        attribute = Attribute(0, name, name, "datetime")
    else:
        attribute = account.attributes.resolve("custom_id" if name == "user_id" else name)
    if attribute is None:
        raise InvalidError({key: "There is no such field."})
    if suffix in TEXT_TESTS:
        return Filter(name, attribute.field, suffix, text)
    return Filter(name, attribute.field, suffix, _operand(key, attribute, text))


def _operand(key: str, attribute: Attribute, text: str) -> Any:
    if attribute.value_type in UNSORTABLE:
        raise InvalidError({key: f"A {attribute.value_type} attribute cannot be compared."})
    readers = {
        "integer": int,
        "float": float,
        "boolean": lambda text: {"true": True, "false": False}[text.lower()],
        "datetime": lambda text: _moment(attribute, text),
    }
    try:
        return readers.get(attribute.value_type, str)(text)
    except (KeyError, ValueError):
        raise InvalidError({key: f"Not a valid {attribute.value_type}."}) from None


def _moment(attribute: Attribute, text: str) -> int | str | None:
    seconds = text.replace(".", "", 1).isdigit()
    moment = int(float(text) * 1_000_000) if seconds else times.parse(text)
    return times.iso(moment) if attribute.id else moment


def matching(account: "Account", conditions: list[Filter]) -> Window:
    """Return the users that meet all conditions; a single one is answered from its index."""
    if not conditions:
        return Window(account.store.ids)
    window = conditions[0].window(account)
    for condition in conditions[1:]:
        window = _both(window, condition.window(account))
    return window


def _both(window: Window, other: Window) -> Window:
    if window.keys is other.keys:
        return Window(window.keys, max(window.start, other.start), min(window.stop, other.stop))
    return Window(type(window.keys)(_ids(window) & _ids(other)))


def _ids(window: Window) -> set[int]:
    keys = window.keys.islice(window.start, window.stop)
    return {key[-1] if isinstance(key, tuple) else key for key in keys}


def in_range(account: "Account", query: QueryParams) -> Window:
    """Answer `search=F&min=T&max=T`, T in UNIX seconds; raise InvalidError."""
    field = query["search"]
    if field not in RANGE_FIELDS:
        raise InvalidError({"search": f"Must be one of: {', '.join(RANGE_FIELDS)}."})
    ordering = account.store.ordering(field)
    bounds = account.settings.range_bounds
    start, stop = 0, len(ordering)
    if "min" in query:
        start = _position(ordering, _seconds(query, "min"), after=bounds == "exclusive")
    if "max" in query:
        stop = _position(ordering, _seconds(query, "max"), after=bounds == "inclusive")
    return Window(ordering, start, max(start, stop))


def _position(ordering: Any, moment: int, after: bool) -> int:
    return (
        ordering.bisect_right((moment, LARGER_THAN_ANY_ID))
        if after
        else ordering.bisect_left((moment,))
    )


def _seconds(query: QueryParams, name: str) -> int:
    try:
        return int(float(query[name]) * 1_000_000)
    except (ValueError, OverflowError):
        raise InvalidError({name: "Use UNIX seconds."}) from None


def single(account: "Account", query: QueryParams) -> list[User] | None:
    """Answer the look-ups by a key, best match first; None when the query has no key."""
    store = account.store
    if "email" in query:
        return _by_email(account, query["email"])
    if "key" in query:
        return store.find_key(query["key"])
    if "phone_number" in query:
        return store.find("phone_number", account.users.phone(query["phone_number"]))
    for name in ("user_id", "custom_id"):
        if name in query:
            return store.find("custom_id", query[name])
    return None


def _by_email(account: "Account", email: str) -> list[User]:
    found = account.store.find("email", email)
    if account.settings.email_search == "exact":
        found = [user for user in found if user.values["email"] == email]
    return found if account.settings.email_pick == "first" else found[::-1]


def indexed(account: "Account", users: Iterable[User]) -> list[User]:
    """Return those of the users whom a search knows yet."""
    newest = times.now() - int(account.settings.search_lag * 1_000_000)
    return [user for user in users if user.created_at <= newest]


def all_indexed(account: "Account", window: Window) -> Window:
    """Do as `indexed` for a list; it is not gone through where no search lags."""
    if not account.settings.search_lag:
        return window
    users = [account.store.users[each] for each in _ids(window)]
    return listed(user.id for user in indexed(account, users))


def date_range_served(account: "Account", path: str) -> bool:
    """Say whether `path` ("users" or "search") knows the date range parameters."""
    return account.settings.date_range_path in ("both", path)


def no_lookup() -> ApiError:
    return InvalidError({"search": "Give a field to search by."})
