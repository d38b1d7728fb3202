"""Pairs that are refused because of another pair, which the refusal names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odoo.exceptions import ValidationError


def refuse_paired_attributes(mappings: Any, vals_list: Iterable[Mapping[str, Any]]) -> None:
    """Raise ValidationError for an attribute in `vals_list` that another pair has already.

    Looked at before the database would refuse it, whose constraint cannot name the other pair. It
    is looked for as the person who pairs, and in the account of the pair: those of others are
    refused for what they are, and not named.
    """
    for vals in vals_list:
        if not vals.get("attribute_id"):
            continue
        backend_id = vals.get("backend_id") or mappings.backend_id.id
        taken = [("attribute_id", "=", vals["attribute_id"]), ("backend_id", "=", backend_id)]
        if first := mappings.search([*taken, ("id", "not in", mappings.ids)], limit=1):
            _refuse_beside(first)


def _refuse_beside(first: Any) -> None:
    raise ValidationError(
        first.env._(
            "“%(attribute)s” is paired with “%(field)s” already. Change that pair, or choose "
            "another attribute.",
            attribute=first.attribute_id.name,
            field=first.field_id.sudo().field_description,
        )
    )


def twofold_import_problem(mapping: Any) -> str | None:
    """Return why the field cannot take its values from this attribute, too; None if it can.

    Two attributes with different values would take turns in the field. A person's name is made of
    two, and a consent is withdrawn by whichever says so.
    """
    if not _is_written(mapping):
        return None
    pairs = mapping.backend_id._mappings_of(mapping.resource) - mapping
    others = pairs.filtered(lambda other: other.field_id == mapping.field_id and _is_written(other))
    if not others:
        return None
    text: str = mapping.env._(
        "“%(field)s” takes its values from “%(first)s” already. Choose the direction “Odoo to "
        "User.com” for one of the two pairs.",
        field=mapping.field_id.sudo().field_description,
        first=others[0].attribute_id.name,
    )
    return text


def _is_written(mapping: Any) -> bool:
    is_value = not (mapping.is_consent or mapping._is_name_part())
    return is_value and mapping.direction != "export"
