"""The same values for many users, in few calls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import strict_json
from .client import Client
from .errors import AmbiguousUserError, NotFoundError, RejectedError, ServerError
from .jobs import Push, Pushed
from .records import Attribute
from .values import wire

WORTHWHILE = 20  # contacts; fewer go singly, which tells more about each
MOST = 2000  # ids a call; how many User.com takes is not documented
TRIALS = 3


def is_worthwhile(pushes: int, values: int) -> bool:
    """Whether one mass update for each of the values spares calls, besides telling less."""
    parts = math.ceil((pushes - 1) / MOST)
    return pushes >= WORTHWHILE and 1 + (values + 1) * parts < pushes


def mass_key(push: Push) -> tuple[tuple[str, str], ...] | None:
    """Return what is equal for pushes that mass updates can stand for; None: it goes singly.

    Clearing a value goes singly: a mass update does not tell whether null was taken notice of.
    So does giving a consent: whoever withdrew it at User.com has to be asked first.
    """
    changes = push.changes()
    if not changes or None in changes.values() or push.gives_consent(changes):
        return None
    return tuple(sorted((key, strict_json.dumps(value)) for key, value in changes.items()))


@dataclass(frozen=True, slots=True)
class MassPush:
    """Bring the same values to many known users who lack nothing else."""

    pushes: Sequence[Push]

    def run(self, client: Client) -> list[Pushed | None]:
        """Return what became of each push, None for one that has to go singly.

        A mass update answers nothing of use. So the first goes singly, the others follow at once
        when User.com has kept its values, and of them one is read back.
        """
        results: list[Pushed | None] = []
        while len(results) < TRIALS and not (results and _kept(results[-1])):
            results.append(_attempt(client, self.pushes[len(results)]))
        rest = self.pushes[len(results) :]
        if not _kept(results[-1]):
            return results + [None] * len(rest)
        for start in range(0, len(rest), MOST):
            results += _update(client, rest[start : start + MOST])
            if results[-1] is None:  # not made, or refused: so the others go singly, too
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
    """One call for each value; users who were refused one of them get no more."""
    first, ids = pushes[0], [push.identity.user_id for push in pushes]
    for key, value in (first.changes() or {}).items():
        attribute = first.attributes[key]
        ids = _set(client, attribute, wire(value, attribute), ids)
    kept = set(ids)
    if not _have_arrived(client, [push for push in pushes if push.identity.user_id in kept]):
        kept = set()
    return [push.sent() if push.identity.user_id in kept else None for push in pushes]


def _have_arrived(client: Client, pushes: Sequence[Push]) -> bool:
    """Whether one of the last few has got it. The last: User.com may stop after so many ids."""
    return any(_has_arrived(client, push) for push in reversed(pushes[-TRIALS:]))


def _has_arrived(client: Client, push: Push) -> bool:
    try:
        return push.judged(client.get_user(push.identity.user_id or 0)).kept
    except NotFoundError:
        return False


def _set(client: Client, attribute: Attribute, value: Any, ids: list[Any]) -> list[Any]:
    """Update all, or by halves where User.com refuses: too many ids, or one that is bad.

    Returns the ids of those who have the value now; none where the call is not served at all.
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
