"""Custom attributes that an answer leaves out: they may be unset, or set all the same.

Some accounts answer `{"email": …, "shop": null}` for an unset attribute, others leave "shop" out,
and some answers leave out attributes that are set. What an account does is seen by the answer to a
write of ours that has emptied an attribute.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from .records import Attribute, User
from .verify_write import EMPTY


def leaves_unset_out(
    user: User,
    emptied: Iterable[str],
    unsent: Collection[str],
    attributes: Mapping[str, Attribute],
) -> bool | None:
    """Return whether this account's answers leave unset attributes out, None if it is not seen.

    `user` is the answer to a write that has emptied the keys `emptied`. Where it lacks them, they
    are left out as unset only if it has one of the keys `unsent`, which have a value: other answers
    have no custom attributes at all.
    """
    custom = [key for key in emptied if not attributes[key].is_standard]
    if shown := [key for key in custom if key in user.received]:
        return False if all(user.values[key] in EMPTY for key in shown) else None
    others = (key for key in unsent if not attributes[key].is_standard)
    return True if custom and any(user.values.get(key) not in EMPTY for key in others) else None
