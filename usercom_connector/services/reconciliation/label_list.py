"""Which tags and lists User.com has, read before the users who have them."""

from contextlib import suppress
from typing import Any

from ...usercom import UsercomError
from ..database.transactions import unless_locked


def refresh_labels(backend: Any, client: Any) -> None:
    """Learn which of the paired ones are gone: so nobody has left one that was deleted.

    What cannot be read now is read the next time.
    """
    for pairs in backend._memberships():
        if pairs:
            with suppress(UsercomError):
                labels = client.memberships.labels(pairs._kind)
                store = backend.env["usercom.label"]._store
                unless_locked(backend.env, store, backend, pairs._kind, labels)
