"""Compare what User.com has after a write with what it was sent."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from .base import remote_base_value
from .names import NAME_PARTS
from .phones import is_respelled_phone
from .records import Attribute, User

EMPTY: tuple[Any, ...] = (None, "", [])


def emptied(
    user: User, sent: Container[str], attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> list[str]:
    """Return the keys of the values that a write has emptied although it did not name them.

    `user` is the answer to a write of the keys `sent`. A User.com that takes a change for the
    whole user would lose all its other values: they are filled in `base` and empty in the answer.
    Where a single other value is still there, the list is empty: a person has emptied some.
    """
    answered = _answered_values(user, sent)
    unsent = [
        key
        for key, attribute in attributes.items()
        if key in answered
        and key not in sent
        and remote_base_value(base, key) not in EMPTY
        and not _has_default(attribute)
    ]
    return unsent if all(answered[key] in EMPTY for key in unsent) else []


def _answered_values(user: User, sent: Container[str]) -> dict[str, Any]:
    """Return the values of the answer. Its full name stands for both parts if neither was sent."""
    if "name" not in user.values or any(part in sent for part in NAME_PARTS):
        return dict(user.values)
    return dict.fromkeys(NAME_PARTS, user.values["name"]) | dict(user.values)


def _has_default(attribute: Attribute) -> bool:
    """Whether User.com always has a value for it, as for status and score."""
    return attribute.is_standard and attribute.value_type != "string"


def is_rendering(sent: Any, shown: Any, attribute: Attribute) -> bool:
    """Return whether User.com may have made `shown` of what it was sent: respelled or cut.

    "Jan Kowalski-Długie" may become "Jan Kowalski-Dług", but "a@example.org" no "b@example.org".
    """
    if not (isinstance(sent, str) and isinstance(shown, str)):
        return True
    is_cut = bool(shown.strip()) and sent.strip().startswith(shown.strip())
    return is_cut or is_respelled(sent, shown, attribute)


def is_respelled(sent: Any, shown: Any, attribute: Attribute) -> bool:
    """Return whether the two differ in spelling only: upper case, blanks, signs in a phone."""
    if not (isinstance(sent, str) and isinstance(shown, str)):
        return False
    if attribute.name_std == "phone_number":
        return is_respelled_phone(sent, shown)
    return sent.casefold().split() == shown.casefold().split()
