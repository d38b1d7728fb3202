"""One value for many users, in few calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import strict_json
from .client import Client
from .errors import AmbiguousUserError, RejectedError
from .jobs import Push, Pushed
from .values import wire

WORTHWHILE = 20  # contacts; fewer go singly, which tells more about each
MOST = 1000  # ids a call; how many User.com takes is not documented
TRIALS = 3


def mass_key(push: Push) -> tuple[str, str] | None:
    """Return what is equal for pushes that one mass update can stand for; None: it goes singly.

    Clearing a value goes singly: a mass update does not tell whether null was taken notice of.
    So does giving a consent: whoever withdrew it at User.com has to be asked first.
    """
    change = push.sole_change()
    if change is None or change[1] is None or push.gives_consent(dict([change])):
        return None
    return change[0], strict_json.dumps(change[1])


@dataclass(frozen=True, slots=True)
class MassPush:
    """Bring one value to many known users who lack nothing else."""

    pushes: Sequence[Push]

    def run(self, client: Client) -> list[Pushed | None]:
        """Return what became of each push, None for one that has to go singly.

        A mass update answers nothing of use. So the first goes singly, and the others follow at
        once when User.com has kept its value.
        """
        results: list[Pushed | None] = []
        while len(results) < TRIALS and not (results and _kept(results[-1])):
            results.append(_attempt(client, self.pushes[len(results)]))
        rest = self.pushes[len(results) :]
        if not _kept(results[-1]):
            return results + [None] * len(rest)
        parts = (rest[start : start + MOST] for start in range(0, len(rest), MOST))
        return results + [result for part in parts for result in _update(client, part)]


def _kept(result: Pushed | None) -> bool:
    return result is not None and result.kept


def _attempt(client: Client, push: Push) -> Pushed | None:
    try:
        return push.run(client)
    except (AmbiguousUserError, RejectedError):
        return None


def _update(client: Client, pushes: Sequence[Push]) -> list[Pushed | None]:
    """Update all, or by halves where User.com refuses: too many ids, or one that is bad."""
    [(key, value)] = pushes[0].sent().merge.to_usercom.items()
    attribute = pushes[0].attributes[key]
    try:
        ids = [push.identity.user_id for push in pushes]
        client.update_users(attribute, wire(value, attribute), ids)
    except RejectedError:
        if len(pushes) <= WORTHWHILE:
            return [None] * len(pushes)
        middle = len(pushes) // 2
        return [*_update(client, pushes[:middle]), *_update(client, pushes[middle:])]
    return [push.sent() for push in pushes]
