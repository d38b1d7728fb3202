"""Tags and lists that were deleted in User.com: nobody has left them."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from ...usercom import User, UsercomError
from ...usercom.memberships import Membership
from ..database.transactions import unless_locked
from ..memberships import Memberships


class GoneLabels:
    """Finds out which of the paired tags and lists of an account ``client`` finds no more."""

    def __init__(self, backend: Any, client: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._client = client

    def refresh(self) -> None:
        """Read all of them, before everybody is compared.

        What cannot be read now is read the next time.
        """
        for pairs in self._backend._memberships():
            if pairs:
                with suppress(UsercomError):
                    labels = self._client.memberships.labels(pairs._kind)
                    store = self._env["usercom.label"]._store
                    unless_locked(self._env, store, self._backend, pairs._kind, labels)

    def look_for_those_lost(self, users: Collection[User]) -> None:
        """Ask for those that one of these users had and has no more, before it is taken over."""
        memberships = Memberships(self._backend if users else None)
        if memberships.is_imported():
            lost = dict(self._lost(memberships, users))
            gone = [key for key, each in lost.items() if self._client.memberships.is_gone(each)]
            labels = (memberships.by_key[key].label_id for key in gone)
            self._env["usercom.label"].union(*labels)._vanish()

    def _lost(
        self, memberships: Memberships, users: Collection[User]
    ) -> Iterator[tuple[str, Membership]]:
        ids = [user.id for user in users]
        links = self._env["usercom.binding"].search(
            [("backend_id", "=", self._backend.id), ("external_id", "in", ids)]
        )
        bases = {link.external_id: link._last_base() for link in links}
        paired = {key: each.membership for key, each in memberships.attributes.items()}
        for user in users:
            base = bases.get(user.id, {})
            for key in base.keys() & paired.keys():
                each = paired[key]
                told = user.labels.get(each.kind) if each else None
                if each and base[key] and told is not None and not each.holds(told):
                    yield key, each
