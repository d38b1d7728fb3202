"""Through what consents came to be said, for the consent log."""

from typing import Any

from ...usercom import User
from ...usercom.records import read_moment
from ..own_context import Origin


def consent_origin(rows: Any, user: User | None = None) -> Origin:
    """The origin of consents that ``rows`` brought: calls in the inbox, a push, a list being read.

    The moment is when the call was sent; without a call, when the ``user`` was changed.
    """
    row = rows[-1:]
    payload = row.payload if row._name == "usercom.inbox" else None
    moment = read_moment((payload or {}).get("timestamp")) or (user and user.updated_at)
    return Origin(
        "webhook" if payload else "sync",
        ref=f"{row._name},{row.id}",
        at=moment.replace(tzinfo=None) if moment else None,
    )
