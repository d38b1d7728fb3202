"""What a drain does at User.com for one contact, except pushes; plain data, no database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from .client import Client
from .errors import AmbiguousUserError, NotFoundError, UnmadeError, UsercomError
from .records import User, UserPage

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys by which the user of a contact can be found, the strongest first."""

    user_id: int | None = None
    custom_id: str | None = None
    email: str | None = None
    phone: str | None = None
    e164: str | None = None
    """The phone number in E.164, where `phone` is spelled otherwise."""

    def as_keys(self) -> Values:
        """Return {"id": …, "custom_id": …, "email": …}, each perhaps None."""
        return {"id": self.user_id, "custom_id": self.custom_id, "email": self.email}

    def locate(self, client: Client) -> User | None:
        """Return the one user of this identity, None if there is none.

        Raises AmbiguousUserError where several match.
        """
        if self.user_id:
            try:
                return client.get_user(self.user_id)
            except NotFoundError:
                pass  # perhaps merged into another user, which the other keys find
        return self.search(client)

    def search(self, client: Client) -> User | None:
        """Return what `locate` would without the User.com id."""
        keys = [("custom_id", self.custom_id), ("email", self.email)]
        keys += [("phone", self.phone), ("phone", self.e164)]
        for key, value in keys:
            if value:
                found = client.find_users(**{key: value})
                if len(found) > 1:
                    raise AmbiguousUserError([user.id for user in found])
                if found:
                    return found[0]
        return None


@dataclass(frozen=True, slots=True)
class Fetch:
    """Read one user. The result is the User, or None if there is none."""

    identity: Identity

    def run(self, client: Client) -> User | None:
        """Return what `Identity.locate` finds."""
        return self.identity.locate(client)


@dataclass(frozen=True, slots=True)
class PayloadUser:
    """A user who came complete with a webhook call, so nothing has to be read."""

    identity: Identity
    user: User

    def run(self, _client: Client) -> User:
        """Return the user of the call."""
        return self.user


@dataclass(frozen=True, slots=True)
class Remove:
    """Unsubscribe or delete the user of a contact that is gone.

    `reads_first`: whether a user is read before it is deleted, for the sake of a "no" that it said
    a moment ago. The contact, which is archived for instance, may come back.
    """

    user_id: int
    delete: bool
    reads_first: bool = False

    def run(self, client: Client) -> User | None:
        """Make the call. A user whom User.com does not have any more needs none.

        Returns the user as it was, if it was read first.
        """
        was = _read(client, self.user_id) if self.reads_first else None
        with _told_of(was), suppress(NotFoundError):
            if self.delete:
                if not client.delete_user(self.user_id):
                    _check_gone(client, self.user_id)
            else:
                user = client.update_user(self.user_id, {"unsubscribed": True})
                if user.is_unanswered and not user.values.get("unsubscribed"):
                    raise UnmadeError
        return was


@dataclass(frozen=True, slots=True)
class MergedUsers:
    """What MergeUsers did.

    `was`: the user as it was, if it was read first. `successor`: who takes the place of a parent
    that User.com does not have any more. `parent`: the parent as it is, where the user was gone
    already, merged by an earlier call perhaps.
    """

    was: User | None = None
    successor: User | None = None
    parent: User | None = None


@dataclass(frozen=True, slots=True)
class MergeUsers:
    """Merge a user into the parent, whose values win, after their contacts were merged.

    `identity` finds the parent's contact again where the parent itself was deleted or merged away.
    `reads_first`: whether the user is read before, for the sake of a "no" that it said a moment
    ago, and that a "yes" of the parent would overrule.
    """

    parent_id: int
    user_id: int
    identity: Identity = field(default_factory=Identity)
    reads_first: bool = False

    def run(self, client: Client) -> MergedUsers:
        """Make the call. A user whom User.com does not have any more needs none."""
        was = _read(client, self.user_id) if self.reads_first else None
        with _told_of(was):
            try:
                self._merge_into(client, self.parent_id)
            except NotFoundError:  # one of the two, or both
                if parent := _read(client, self.parent_id):
                    return MergedUsers(was, parent=parent)
                return MergedUsers(was, self._successor(client))
        return MergedUsers(was)

    def _successor(self, client: Client) -> User | None:
        found = self.identity.search(client)
        if found and found.id != self.user_id:
            with suppress(NotFoundError):
                self._merge_into(client, found.id)
        return found or _read(client, self.user_id)

    def _merge_into(self, client: Client, parent_id: int) -> None:
        if not client.merge_users(parent_id, [self.user_id]):
            _check_gone(client, self.user_id)


@contextmanager
def _told_of(was: User | None) -> Iterator[None]:
    """Have an error tell of the user as it was: the next attempt may not find it any more."""
    try:
        yield
    except UsercomError as error:
        error.was = was
        raise


def _check_gone(client: Client, user_id: int) -> None:
    """Raise UnmadeError where a user is still there whose end was answered with nothing."""
    if _read(client, user_id):
        raise UnmadeError


def _read(client: Client, user_id: int) -> User | None:
    try:
        return client.get_user(user_id)
    except NotFoundError:
        return None


# ---- many calls at once ----

MOST = 32
LONG_DRAW = 0.25  # seconds

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Task, Result]):
    """The result of one task, or the error that it raised."""

    task: Task
    result: Result | None = None
    error: Exception | None = None


def overlapped(
    tasks: Iterable[Task | None], call: Callable[[Task], Result], *, workers: Callable[[], int]
) -> Iterator[list[Outcome[Task, Result]]]:
    """Yield the outcomes of `call(task)` in batches, as they come.

    `tasks` is iterated in the caller's thread and only when a worker is free, so it may read a
    database lazily. At most `workers()` tasks run at once; the function is asked before each batch.
    Where tasks take long to come, as mass updates do, what is finished does not wait for them all,
    nor for the next one where `tasks` yields None.
    An error of a task is in its outcome, and does not stop the others.
    """
    source = iter(tasks)
    under_way: dict[Future[Result], Task] = {}
    with ThreadPoolExecutor(MOST, thread_name_prefix="usercom") as pool:
        while True:
            started, was_none = time.monotonic(), False
            for task in _take(source, max(workers(), 1) - len(under_way)):
                if task is None:
                    was_none = True
                else:
                    under_way[pool.submit(call, task)] = task
                is_long = was_none or time.monotonic() - started > LONG_DRAW
                if is_long and any(future.done() for future in under_way):
                    break
            if not (under_way or was_none):
                return
            if not under_way:
                continue
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            yield [_outcome(under_way.pop(future), future) for future in finished]


def _take(source: Iterator[Task | None], count: int) -> Iterator[Task | None]:
    for _ in range(count):
        try:
            yield next(source)
        except StopIteration:
            return


def _outcome(task: Task, future: Future[Result]) -> Outcome[Task, Result]:
    error = future.exception()
    if error is None:
        return Outcome(task, result=future.result())
    if isinstance(error, Exception):
        return Outcome(task, error=error)
    raise error


# ---- pages read ahead ----


class PagePrefetcher:
    """Reads pages of users, always at most one page ahead, or `reads_ahead` none."""

    def __init__(self, client: Client, *, reads_ahead: bool = True) -> None:
        self.client = client
        self._reads_ahead = reads_ahead
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="usercom")
        self._ahead: tuple[str, Future[UserPage] | None] | None = None
        self.is_kept = False
        """Whether the address last asked for came from no page read here but from the caller."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def page(self, url: str | None, first: Callable[[], UserPage]) -> UserPage:
        """Return the page at `url`, or what `first()` returns where there is no url.

        Raises what reading it raised, in the thread as well. A page that was read ahead is returned
        once; asked for again, it is read again.
        """
        named, known = self._ahead or (None, None)
        self._ahead = None
        self.is_kept = bool(url) and named != url
        if known and named == url:
            page = known.result()
        else:
            page = self.client.page_at(url) if url else first()
        if page.next and self._reads_ahead:
            self._ahead = page.next, self._pool.submit(self.client.page_at, page.next)
        return page

    def forget(self) -> None:
        """Drop the page that was read ahead, as users have been changed since."""
        self._ahead = self._ahead and (self._ahead[0], None)
