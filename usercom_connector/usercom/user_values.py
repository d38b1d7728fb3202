"""The canonical values of a User.com user, for the attributes that are mapped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import remote_base_value
from .canonical import canonical
from .errors import ConversionError
from .names import NAME_PARTS, join_name, split_along, split_by_half
from .records import Attribute, User
from .storable import is_storable


def read_user(
    user: User, attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, ConversionError]]:
    """Return ({key: canonical value}, {key: error of a value that cannot be read}).

    An attribute that the answer lacks has the value that it had when both sides were last compared
    (`base`): some answers leave out unset attributes, and all leave out first and last name.
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
    """Return first and last name, taken from the full name; {} where `base` has the same name.

    "Anna Maria Kowalska" is split as the base is, ("Anna Maria", "Nowak"), else at the first blank.
    Where Odoo has a field for each part, a split at the first blank would be a guess; then {}, too.
    """
    full = user.values.get("name")
    if not isinstance(full, str):
        return {}
    full = (user.name or "") if is_storable(full) else full
    agreed = [remote_base_value(base, part) or "" for part in NAME_PARTS]
    received = [user.values.get(part) or "" for part in NAME_PARTS]
    if not any(received) and join_name(*agreed) == " ".join(full.split()):
        return {}
    first, last = map(str, received if any(received) else agreed)
    is_exact = any(attributes[part].is_exact for part in NAME_PARTS if part in attributes)
    split = split_by_half if is_exact and full else split_along
    halves = split(full, (first, last))
    return {part: half or None for part, half in zip(NAME_PARTS, halves or (), strict=False)}
