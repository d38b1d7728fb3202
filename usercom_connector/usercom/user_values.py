"""What a User.com user says about the attributes that are mapped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .canonical import canonical
from .errors import ConversionError
from .merge import remote_base_value
from .names import NAME_PARTS, join_name, split_along, split_by_half
from .records import Attribute, User
from .storable import is_storable


def read_user(
    user: User, attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, ConversionError]]:
    """Return (canonical values, errors), both by key.

    What User.com leaves unsaid counts as unchanged since both sides agreed on `base`: some of its
    answers leave out unset attributes, and all seen so far leave out first and last name.
    """
    raw = _name_parts(user, attributes, base) | dict(user.values)
    values: dict[str, Any] = {}
    errors: dict[str, ConversionError] = {}
    for key, attribute in attributes.items():
        try:
            values[key] = (
                canonical(raw[key], attribute) if key in raw else remote_base_value(base, key)
            )
        except ConversionError as error:
            errors[key] = error
    return values, errors


def _name_parts(
    user: User, attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> dict[str, Any]:
    """First and last name out of the full one, where that is news.

    A half that is kept by itself in Odoo is not guessed: it is left unsaid where neither half of
    the full name is known.
    """
    full = user.values.get("name")
    if not isinstance(full, str):
        return {}
    full = (user.name or "") if is_storable(full) else full
    agreed = [remote_base_value(base, part) or "" for part in NAME_PARTS]
    told = [user.values.get(part) or "" for part in NAME_PARTS]
    if not any(told) and join_name(*agreed) == " ".join(full.split()):
        return {}
    first, last = map(str, told if any(told) else agreed)
    is_exact = any(attributes[part].is_exact for part in NAME_PARTS if part in attributes)
    halves = split_along(full, (first, last))
    if is_exact and full:
        halves = split_by_half(full, (first, last)) or ()
    return {part: half or None for part, half in zip(NAME_PARTS, halves, strict=False)}
