"""Tags, lists and segments of User.com, and which tags and lists a user has or is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from .errors import RejectedError, UnservedError, UsercomError
from .texts import is_storable

if TYPE_CHECKING:
    from .transport import Transport

Kind = Literal["tags", "lists", "segments"]

JOINED: tuple[Kind, ...] = ("tags", "lists")  # what the JSON of a user tells
MOST_LABELS = 5000  # to choose from
LABEL_LIMIT = 255  # characters of a name; User.com's own limit is not documented
NOT_FOUND, METHOD_NOT_ALLOWED = 404, 405


@dataclass(frozen=True, slots=True)
class Label:
    """A tag, list or segment. The id of one that was never seen there is None."""

    id: int | None
    name: str

    def is_same(self, other: Label) -> bool:
        """Return whether the two have one id, or one name in any case."""
        if self.id is not None and self.id == other.id:
            return True
        return self.name.casefold() == other.name.casefold()


@dataclass(frozen=True, slots=True)
class Membership:
    """One tag or list that is paired: a user has it or is in it, or not."""

    kind: Kind
    label: Label

    def holds(self, labels: Iterable[Label]) -> bool:
        """Return whether one of a user's `labels` of this kind is this one."""
        return any(map(self.label.is_same, labels))


@dataclass(slots=True)
class Answers:
    """What User.com has answered to calls about tags and lists.

    `refused`: those that it has refused; `unanswered`: those about which it has said nothing.
    """

    refused: list[Membership] = field(default_factory=list)
    unanswered: list[Membership] = field(default_factory=list)

    def note(self, memberships: Iterable[Membership], is_served: bool | None) -> None:
        """Note what came of one call; see `MembershipCalls._is_served`."""
        if not is_served:
            (self.unanswered if is_served is None else self.refused).extend(memberships)


def read_labels(data: Mapping[str, Any]) -> dict[str, tuple[Label, ...]]:
    """Return {"tags": (…), "lists": (…)} of the JSON of a user, without what is no array.

    An array of nothing but what cannot be read says nothing either: nobody has left all lists.
    """
    arrays = {kind: data[kind] for kind in JOINED if isinstance(data.get(kind), list)}
    found = {kind: tuple(_labels(items)) for kind, items in arrays.items()}
    return {kind: labels for kind, labels in found.items() if labels or not arrays[kind]}


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
    """The calls that read tags and lists, and have users get or lose them.

    A tag is named in these calls, and made by them if it is new. A list is given by its id.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._removals = ["POST", "DELETE"]  # the method that was served comes first
        self._adds_many = True
        self._list_ids: dict[str, int] | None = None  # by name; those that a pair lacks
        self._list_lock = Lock()
        # The ids that User.com has, once one was refused; None where they cannot all be read.
        self._ids: dict[Kind, set[int] | None] = {}

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
    ) -> Answers:
        """Give a user these tags and lists."""
        answers, tags = Answers(), [each for each in memberships if each.kind == "tags"]
        if len(tags) > 1 and custom_id:
            is_served = self._add_many(custom_id, tags)
            if is_served is not False:
                answers.note(tags, is_served)
                memberships = [each for each in memberships if each not in tags]
        for each in memberships:
            answers.note([each], self._add(user_id, each))
        return answers

    def leave(self, user_id: int, memberships: Iterable[Membership]) -> Answers:
        """Take these tags and lists from a user."""
        answers = Answers()
        for each in memberships:
            answers.note([each], self._remove(user_id, each))
        return answers

    def is_gone(self, membership: Membership) -> bool:
        """Return whether User.com does not have a refused tag or list any more.

        What it has is read once, and where it cannot all be read nothing counts as gone.
        """
        with self._list_lock:
            if membership.kind not in self._ids:
                self._ids[membership.kind] = self._all_ids(membership.kind)
            there = self._ids[membership.kind]
        return there is not None and bool(membership.label.id) and membership.label.id not in there

    def _all_ids(self, kind: Kind) -> set[int] | None:
        try:
            labels = self.labels(kind)
        except UsercomError:
            return None
        is_all = len(labels) < MOST_LABELS and all(label.id for label in labels)
        return {label.id for label in labels if label.id} if is_all else None

    def _add_many(self, custom_id: str, tags: Sequence[Membership]) -> bool | None:
        """Add several tags in one call, which is known only for custom ids.

        For lists there is no such call.
        """
        if not self._adds_many:
            return False
        path = f"/users-by-id/{quote(custom_id, safe='')}/add_many_tags/"
        names = {"tag_names": [tag.label.name for tag in tags]}
        return self._is_served("POST", path, names, self._note_unserved)

    def _note_unserved(self) -> None:
        self._adds_many = False

    def _add(self, user_id: int, membership: Membership) -> bool | None:
        if membership.kind == "tags":
            body: Any = {"name": membership.label.name}
            return self._is_served("POST", f"/users/{user_id}/add_tag/", body)
        list_id = self._list_id(membership.label, creates=True)
        if not list_id:
            return False
        return self._is_served("POST", f"/users/{user_id}/add_to_list/", {"list": list_id})

    def _remove(self, user_id: int, membership: Membership) -> bool | None:
        """Clients use either method; whichever is served is tried first from then on."""
        path = f"/users/{user_id}/remove_tag/"
        body: dict[str, Any] = {"name": membership.label.name}
        if membership.kind == "lists":
            list_id = self._list_id(membership.label)
            if not list_id:
                return True  # nobody is in a list that is not there
            path = f"/users/{user_id}/remove_from_list/"
            body = {"list": list_id}
        for method in self._removals:
            is_served = self._is_served(method, path, body)
            if is_served is not False:
                others = [each for each in self._removals if each != method]
                self._removals = [method, *others]
                return is_served
        return False

    def _is_served(
        self, method: str, path: str, body: Any, on_405: Callable[[], None] = lambda: None
    ) -> bool | None:
        """Make a call; return whether it was a success, None where nothing was answered.

        Raises what another attempt may change.
        """
        try:
            answer = self._transport.write(method, path, body)
        except RejectedError as error:
            if error.status == METHOD_NOT_ALLOWED:
                on_405()
            return False
        except UnservedError as error:
            if error.status not in (NOT_FOUND, METHOD_NOT_ALLOWED):
                raise
            return False
        return True if answer else None

    # ---- lists of which no id is known ----

    def _list_id(self, label: Label, creates: bool = False) -> int | None:
        """Return the id of a list, looked up by its name where it is not known.

        `creates`: one that is not there is created. None where User.com refuses to tell or create.
        """
        if label.id:
            return label.id
        key = label.name.casefold()
        with self._list_lock:
            try:
                if creates and key not in self._ids_of_lists():
                    self._list_ids = None  # is read anew, whatever becomes of the call
                    self._transport.write("POST", "/lists/", {"name": label.name})
                return self._ids_of_lists().get(key)
            except (RejectedError, UnservedError):
                return None

    def _ids_of_lists(self) -> dict[str, int]:
        if self._list_ids is None:
            labels = self.labels("lists")
            self._list_ids = {label.name.casefold(): label.id for label in labels if label.id}
        return self._list_ids
