"""The users, with the indexes and orderings that keep every lookup and page cheap."""

from collections.abc import Iterable, Iterator
from typing import Any

from sortedcontainers import SortedList

from . import times
from .attributes import Field

KEY_FACTOR = 0x9E3779B97F4B  # odd, so that no two ids share a key
KEY_MASK = 2**48 - 1
LARGER_THAN_ANY_ID = float("inf")


class User:
    """One person. `values` holds only what is set: std name or custom attribute id -> value."""

    __slots__ = (
        "id",
        "key",
        "values",
        "tags",
        "lists",
        "segments",
        "companies",
        "created_at",
        "updated_at",
    )

    def __init__(self, user_id: int, key: str, values: dict[Field, Any], moment: int) -> None:
        self.id = user_id
        self.key = key
        self.values = values
        self.tags: tuple[int, ...] = ()
        self.lists: tuple[int, ...] = ()
        self.segments: tuple[int, ...] = ()
        self.companies: tuple[tuple[int, int], ...] = ()  # (company id, member since)
        self.created_at = moment
        self.updated_at = moment

    def value(self, field: Field) -> Any:
        """Return a value by field, `created_at` and `updated_at` included; None when unset."""
        if field in ("created_at", "updated_at"):
            return getattr(self, str(field))
        return self.values.get(field)


class Index:
    """Value -> ids; a single id is stored bare, which most are."""

    def __init__(self) -> None:
        self._ids: dict[str, int | tuple[int, ...]] = {}

    def add(self, value: str, user_id: int) -> None:
        held = self._ids.setdefault(value, user_id)
        if held is not user_id:
            self._ids[value] = (*_several(held), user_id)

    def discard(self, value: str, user_id: int) -> None:
        left = tuple(each for each in _several(self._ids.pop(value)) if each != user_id)
        if left:
            self._ids[value] = left[0] if len(left) == 1 else left

    def get(self, value: str) -> list[int]:
        """Return the ids that have the value, lowest first."""
        return sorted(_several(self._ids.get(value, ())))

    def holding(self, part: str) -> list[int]:
        """Return the ids whose value has a part."""
        found = [held for value, held in self._ids.items() if part in value]
        return [each for held in found for each in _several(held)]


def _several(held: int | tuple[int, ...]) -> tuple[int, ...]:
    return held if isinstance(held, tuple) else (held,)


class Store:
    """All users of the account; every change of an indexed value goes through here."""

    def __init__(self) -> None:
        self.users: dict[int, User] = {}
        self.ids = SortedList()
        self.keys = Index()
        self.indexes: dict[Field, Index] = {
            "custom_id": Index(),
            "email": Index(),
            "phone_number": Index(),
        }
        self.orderings: dict[Field, SortedList] = {"updated_at": SortedList()}
        self.members: dict[tuple[str, int], SortedList] = {}
        self._next_id = 1

    def new_user(self, values: dict[Field, Any], user_id: int | None = None) -> User:
        """Make a user with the next id, or the given one, that is not stored yet."""
        user_id = user_id or self._next_id
        if user_id >= self._next_id:
            self._next_id = user_id + 1
        key = f"{user_id * KEY_FACTOR & KEY_MASK:012x}"
        return User(user_id, key, values, times.now())

    def add(self, users: Iterable[User]) -> None:
        """Store users, all at once, which is much quicker than one by one."""
        users = list(users)
        self.users.update((user.id, user) for user in users)
        self.ids.update(user.id for user in users)
        for field, ordering in self.orderings.items():
            ordering.update(_order_keys(users, field))
        for user in users:
            self.keys.add(user.key, user.id)
        for field, index in self.indexes.items():
            for user in users:
                if field in user.values:
                    index.add(index_key(field, user.values[field]), user.id)

    def remove(self, user: User) -> None:
        for field in [*user.values]:
            self.set_value(user, field, None)
        for kind in ("tags", "lists", "segments"):
            for label in getattr(user, kind):
                self.members[kind, label].remove(user.id)
        for field in ("created_at", "updated_at"):
            self._reorder(user, field, None)
        self.keys.discard(user.key, user.id)
        self.ids.remove(user.id)
        del self.users[user.id]

    def set_value(self, user: User, field: Field, value: Any) -> bool:
        """Set, or with None clear, a value; return whether it changed."""
        old = user.values.get(field)
        if old == value and type(old) is type(value):
            return False
        self._reorder(user, field, value)
        self._reindex(user, field, old, value)
        if value is None:
            del user.values[field]
        else:
            user.values[field] = value
        return True

    def _reindex(self, user: User, field: Field, old: Any, value: Any) -> None:
        index = self.indexes.get(field)
        if index and old is not None:
            index.discard(index_key(field, old), user.id)
        if index and value is not None:
            index.add(index_key(field, value), user.id)

    def touch(self, user: User, moment: int) -> None:
        """Set `updated_at`, in microseconds."""
        self._reorder(user, "updated_at", moment)
        user.updated_at = moment

    def _reorder(self, user: User, field: Field, value: Any) -> None:
        ordering, old = self.orderings.get(field), user.value(field)
        if ordering is None:
            return
        if old is not None:
            ordering.remove((old, user.id))
        if value is not None:
            ordering.add((value, user.id))

    def ordering(self, field: Field) -> SortedList:
        """Return (value, id) of all users that have the value; built at the first use."""
        if field not in self.orderings:
            self.orderings[field] = SortedList(_order_keys(self.users.values(), field))
        return self.orderings[field]

    def find(self, field: Field, value: str) -> list[User]:
        """Return the users of an indexed value, lowest id first; e-mail ignores case."""
        return [self.users[each] for each in self.indexes[field].get(index_key(field, value))]

    def emails_with(self, part: str) -> list[int]:
        """Return the ids of the users whose e-mail has a part, in any case."""
        return self.indexes["email"].holding(index_key("email", part))

    def find_key(self, key: str) -> list[User]:
        return [self.users[each] for each in self.keys.get(key)]

    def label(self, user: User, kind: str, label: int) -> bool:
        """Add a tag, list or segment, which `kind` names; return whether it was new."""
        held = getattr(user, kind)
        if label in held:
            return False
        setattr(user, kind, (*held, label))
        self.members.setdefault((kind, label), SortedList()).add(user.id)
        return True

    def unlabel(self, user: User, kind: str, label: int) -> bool:
        """Take a tag or list away; return whether it was there."""
        held = getattr(user, kind)
        if label not in held:
            return False
        setattr(user, kind, tuple(each for each in held if each != label))
        self.members[kind, label].remove(user.id)
        return True

    def drop_label(self, kind: str, label: int) -> None:
        """Take a tag or list away from everybody."""
        for user_id in list(self.members.get((kind, label), ())):
            self.unlabel(self.users[user_id], kind, label)

    def labelled(self, kind: str, label: int) -> SortedList:
        return self.members.get((kind, label)) or SortedList()


def index_key(field: Field, value: str) -> str:
    return value.lower() if field == "email" else value


def _order_keys(users: Iterable[User], field: Field) -> Iterator[tuple[Any, int]]:
    return (
        (value, user.id) for user in users for value in [user.value(field)] if value is not None
    )
