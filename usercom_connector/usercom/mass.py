"""The same values for many users, in few calls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import strict_json
from .client import Client
from .errors import AmbiguousUserError, NotFoundError, RejectedError, ServerError
from .push import Push
from .pushed import Pushed
from .records import Attribute
from .values import wire

WORTHWHILE = 20  # contacts; fewer are sent one by one, whose answers tell more
MOST = 2000  # ids in a call; how many User.com takes is not documented
TRIALS = 3


def is_worthwhile(pushes: int, values: int) -> bool:
    """Return whether mass updates of so many values need fewer calls than so many pushes."""
    parts = math.ceil((pushes - 1) / MOST)
    return pushes >= WORTHWHILE and 1 + (values + 1) * parts < pushes


def mass_key(push: Push) -> tuple[tuple[str, str], ...] | None:
    """Return a key that is equal for pushes of the same changes; None for a push to run by itself.

    It is empty for pushes without any change: together they need no call, either.

    A push that empties a value runs by itself: the answer to a mass update does not show whether
    User.com took null. So does one that gives a consent, since it has to read the user first, and
    one about tags or lists, for which there is no such call, and one that sends only a part.
    """
    changes = None if push.is_part else push.changes()
    if changes is None or None in changes.values() or push.gives_consent(changes):
        return None
    if push.joined(changes):
        return None
    return tuple(sorted((key, strict_json.dumps(value)) for key, value in changes.items()))


@dataclass(frozen=True, slots=True)
class MassPush:
    """Send the same values to many known users, for pushes of one `mass_key`."""

    pushes: Sequence[Push]

    def run(self, client: Client) -> list[Pushed | None]:
        """Return the result of each push, None for one that has to run by itself.

        The answer to a mass update does not show what became of the values. So the first push runs
        by itself. If User.com has its values then, mass updates send them to all others, and one
        of these users is read to see whether they arrived.
        """
        if not self.pushes[0].changes():
            return [push.sent() for push in self.pushes]
        results: list[Pushed | None] = []
        while len(results) < TRIALS and not (results and _kept(results[-1])):
            results.append(_attempt(client, self.pushes[len(results)]))
        rest = self.pushes[len(results) :]
        if not _kept(results[-1]):
            return results + [None] * len(rest)
        for start in range(0, len(rest), MOST):
            results += _update(client, rest[start : start + MOST])
            if results[-1] is None:  # not made, or refused: the rest run by themselves as well
                break
        return results + [None] * (len(self.pushes) - len(results))


def _kept(result: Pushed | None) -> bool:
    return result is not None and result.kept


def _attempt(client: Client, push: Push) -> Pushed | None:
    try:
        return push.run(client)
    except (AmbiguousUserError, RejectedError):
        return None


def _update(client: Client, pushes: Sequence[Push]) -> list[Pushed | None]:
    """Send each value in one call. A user who was refused one of them is sent no other."""
    first, ids = pushes[0], [push.identity.user_id for push in pushes]
    for key, value in (first.changes() or {}).items():
        attribute = first.attributes[key]
        ids = _set(client, attribute, wire(value, attribute), ids)
    kept = set(ids)
    if not _have_arrived(client, [push for push in pushes if push.identity.user_id in kept]):
        kept = set()
    return [push.sent() if push.identity.user_id in kept else None for push in pushes]


def _have_arrived(client: Client, pushes: Sequence[Push]) -> bool:
    """Return whether one of the last few users has the values.

    The last are read, since User.com may have stopped after a number of ids.
    """
    return any(_has_arrived(client, push) for push in reversed(pushes[-TRIALS:]))


def _has_arrived(client: Client, push: Push) -> bool:
    try:
        return push.judged(client.get_user(push.identity.user_id or 0)).kept
    except NotFoundError:
        return False


def _set(client: Client, attribute: Attribute, value: Any, ids: list[Any]) -> list[Any]:
    """Set one attribute for all ids; return the ids of the users who have the value now.

    A refused call (too many ids, or a bad one among them) is made again for each half of the ids.
    Where User.com does not serve the call at all, nobody has the value.
    """
    if not ids:
        return []
    try:
        client.update_users(attribute, value, ids)
    except ServerError:
        return []
    except RejectedError:
        if len(ids) <= WORTHWHILE:
            return []
        middle = len(ids) // 2
        return [
            *_set(client, attribute, value, ids[:middle]),
            *_set(client, attribute, value, ids[middle:]),
        ]
    return ids
