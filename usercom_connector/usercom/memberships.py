"""Tags of User.com, and which of them a user has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from .errors import RejectedError, UnservedError
from .texts import is_storable

if TYPE_CHECKING:
    from .transport import Transport

Kind = Literal["tags"]

MOST_LABELS = 5000  # to choose from
LABEL_LIMIT = 255  # characters of a name; User.com's own limit is not documented
NOT_FOUND, METHOD_NOT_ALLOWED = 404, 405


@dataclass(frozen=True, slots=True)
class Label:
    """A tag. The id of one that was never seen there is None."""

    id: int | None
    name: str

    def is_same(self, other: Label) -> bool:
        """Return whether the two have one id, or one name in any case."""
        if self.id is not None and self.id == other.id:
            return True
        return self.name.casefold() == other.name.casefold()


@dataclass(frozen=True, slots=True)
class Membership:
    """One tag that is paired: a user has it, or not."""

    kind: Kind
    label: Label

    def holds(self, labels: Iterable[Label]) -> bool:
        """Return whether one of a user's `labels` of this kind is this one."""
        return any(map(self.label.is_same, labels))


def read_labels(data: Mapping[str, Any]) -> dict[str, tuple[Label, ...]]:
    """Return {"tags": (…)} of the JSON of a user; {} where it has no such array."""
    tags = data.get("tags")
    return {"tags": tuple(_labels(tags))} if isinstance(tags, list) else {}


def _labels(items: Iterable[Any]) -> Iterator[Label]:
    for item in items:
        try:
            yield read_label(item)
        except ValueError:
            continue  # no pair has such a name


def read_label(item: Any) -> Label:
    """Return the label of `{"id": 7, "name": "VIP"}` or "VIP".

    Raises ValueError for anything else, and for what cannot be stored.
    """
    name = item.get("name") if isinstance(item, Mapping) else item
    label_id = item.get("id") if isinstance(item, Mapping) else None
    if not isinstance(name, str) or not name.strip() or not is_storable(name):
        raise ValueError("no label")
    if len(name) > LABEL_LIMIT:
        raise ValueError("a name that is too long")
    is_id = type(label_id) is int and 0 < label_id < 2**31
    return Label(label_id if is_id else None, name.strip())


class MembershipCalls:
    """The calls that read tags, and give them to users or take them away."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._removals = ["POST", "DELETE"]  # the method that was served comes first
        self._adds_many = True

    def labels(self, kind: Kind) -> list[Label]:
        """Return the labels of a kind that can be read, each once, some 5,000 at most."""
        found: dict[Any, Label] = {}
        for page in self._transport.pages(f"/{kind}/"):
            for label in _labels(page):
                found[label.id or label.name] = label
            if len(found) >= MOST_LABELS:
                break
        return list(found.values())

    def join(
        self, user_id: int, memberships: Sequence[Membership], custom_id: str | None = None
    ) -> list[Membership]:
        """Give a user these tags; return those that User.com has refused."""
        if len(memberships) > 1 and custom_id and self._add_many(custom_id, memberships):
            return []
        return [each for each in memberships if not self._add(user_id, each)]

    def leave(self, user_id: int, memberships: Iterable[Membership]) -> list[Membership]:
        """Take these tags from a user; return those that User.com has refused."""
        return [each for each in memberships if not self._remove(user_id, each)]

    def _add_many(self, custom_id: str, tags: Sequence[Membership]) -> bool:
        """Add several tags in one call, which is known only for custom ids; whether it was made."""
        path = f"/users-by-id/{quote(custom_id, safe='')}/add_many_tags/"
        names = {"tag_names": [tag.label.name for tag in tags]}
        return self._adds_many and self._is_served("POST", path, names, self._note_unserved)

    def _note_unserved(self) -> None:
        self._adds_many = False

    def _add(self, user_id: int, membership: Membership) -> bool:
        body = {"name": membership.label.name}
        return self._is_served("POST", f"/users/{user_id}/add_tag/", body)

    def _remove(self, user_id: int, membership: Membership) -> bool:
        """Clients use either method; whichever is served is tried first from then on."""
        path, body = f"/users/{user_id}/remove_tag/", {"name": membership.label.name}
        for method in self._removals:
            if self._is_served(method, path, body):
                others = [each for each in self._removals if each != method]
                self._removals = [method, *others]
                return True
        return False

    def _is_served(
        self, method: str, path: str, body: Any, on_405: Callable[[], None] = lambda: None
    ) -> bool:
        """Make a call; return whether it was a success. Raises what another attempt may change."""
        try:
            self._transport.write(method, path, body)
        except RejectedError as error:
            if error.status == METHOD_NOT_ALLOWED:
                on_405()
            return False
        except UnservedError as error:
            if error.status not in (NOT_FOUND, METHOD_NOT_ALLOWED):
                raise
            return False
        return True
