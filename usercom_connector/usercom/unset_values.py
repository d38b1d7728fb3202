"""Custom attributes that an answer leaves out: are they unset, or only not told?

Some accounts answer `{"email": …, "shop": null}` for an unset attribute, others leave "shop" out,
and answers may leave out what is set as well. What an account does, its answer to our own emptying
of one shows.
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
    """Return whether answers leave unset attributes out, as `user` shows who had some `emptied`.

    None where it does not show: one that is left out is unset only where one of the `unsent` that
    have a value is shown, as other answers show no custom attributes at all.
    """
    custom = [key for key in emptied if not attributes[key].is_standard]
    if shown := [key for key in custom if key in user.received]:
        return False if all(user.values[key] in EMPTY for key in shown) else None
    others = (key for key in unsent if not attributes[key].is_standard)
    return True if custom and any(user.values.get(key) not in EMPTY for key in others) else None
