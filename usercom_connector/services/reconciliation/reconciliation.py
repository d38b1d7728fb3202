from collections.abc import Iterator
from typing import Any

from .backlog import Backlog
from .changed_users import ChangedUsers
from .full_comparison import FullComparison
from .user_list import UserList

LISTS: dict[str, type[UserList]] = {
    "backlog": Backlog,
    "reconcile": ChangedUsers,
    "compare": FullComparison,
}


class Reconciliation:
    """Reads the lists of users that are due for an account.

    Each list has a record, ``usercom.sweep``, that keeps how far it has been read.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def slices(self, client: Any, deadline: float) -> Iterator[int]:
        """Read the lists that are due until ``deadline`` (monotonic), a backlog to its end.

        Yields how many users were read whenever the queues shall have their turn, at least once.
        """
        for kind in LISTS:
            users = self._list(kind, client)
            if users.is_open() or users.begin_if_due():
                yield users.read_pages(deadline)
        while read := self._list("backlog", client).read_pages(deadline):
            yield read
        yield 0

    def _list(self, kind: str, client: Any) -> UserList:
        sweep = self.backend.env["usercom.sweep"]._of(self.backend, kind)
        return LISTS[kind](sweep, client)
