"""What a User.com user says about the attributes that are mapped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .canonical import canonical
from .errors import ConversionError
from .merge import last_there
from .names import join_name, split_name
from .records import Attribute, User

NAME_PARTS = ("first_name", "last_name")


def read_user(
    user: User, attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, ConversionError]]:
    """Return (canonical values, errors), both by key.

    What User.com leaves unsaid counts as unchanged since both sides agreed on `base`: some of its
    answers leave out unset attributes, and all seen so far leave out first and last name.
    """
    raw = _name_parts(user, base) | dict(user.values)
    values: dict[str, Any] = {}
    errors: dict[str, ConversionError] = {}
    for key, attribute in attributes.items():
        try:
            values[key] = canonical(raw[key], attribute) if key in raw else last_there(base, key)
        except ConversionError as error:
            errors[key] = error
    return values, errors


def _name_parts(user: User, base: Mapping[str, Any]) -> dict[str, Any]:
    """First and last name out of the full one, where that is news."""
    full = user.values.get("name")
    if not isinstance(full, str):
        return {}
    agreed = [last_there(base, part) or "" for part in NAME_PARTS]
    if join_name(*agreed) == " ".join(full.split()):
        return {}
    return {part: value or None for part, value in zip(NAME_PARTS, split_name(full), strict=True)}
