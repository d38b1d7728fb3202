"""What User.com made of the values that it was sent."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from .merge import remote_base_value
from .names import NAME_PARTS
from .phones import is_respelled_phone
from .records import Attribute, User

EMPTY: tuple[Any, ...] = (None, "", [])


def emptied(
    user: User, sent: Container[str], attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> list[str]:
    """Return the attributes that `user`, an answer to `sent`, shows as empty and `base` does not.

    None where any of the others still has a value: then it was a person who emptied some.
    """
    told = _told(user, sent)
    unsent = [
        key
        for key, attribute in attributes.items()
        if key in told
        and key not in sent
        and remote_base_value(base, key) not in EMPTY
        and not _has_default(attribute)
    ]
    return unsent if all(told[key] in EMPTY for key in unsent) else []


def _told(user: User, sent: Container[str]) -> dict[str, Any]:
    """What the answer says; its full name says it of both parts, unless one of them was sent."""
    if "name" not in user.values or any(part in sent for part in NAME_PARTS):
        return dict(user.values)
    return dict.fromkeys(NAME_PARTS, user.values["name"]) | dict(user.values)


def _has_default(attribute: Attribute) -> bool:
    """Whether it is never empty: a status, a score."""
    return attribute.is_standard and attribute.value_type != "string"


def is_respelled(sent: Any, shown: Any, attribute: Attribute) -> bool:
    """Whether User.com only spells it in its own way: in lower case, without blanks."""
    if not (isinstance(sent, str) and isinstance(shown, str)):
        return False
    if attribute.name_std == "phone_number":
        return is_respelled_phone(sent, shown)
    return sent.casefold().split() == shown.casefold().split()
