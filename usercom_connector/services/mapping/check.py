"""Why a pair of a contact field and a User.com attribute cannot travel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...usercom import directions, fitting_field_types, fitting_value_types
from ...usercom.conversions import AS_IT_IS, Conversion
from .choices import choice_problem
from .conversion import conversion_of, conversion_problem
from .paths import path_problem
from .rights import secret_problem
from .summaries import summary_problem

# What decides whose a contact is, who sees it and what it is (an employee is HR's to say): never
# User.com's to say. A contact's company (`parent_id`) has rules of its own: it is found by name
# among the account's companies.
NEVER_IMPORTED = frozenset({"active", "company_id", "employee", "is_company", "type", "user_id"})


def pair_problem(mapping: Any) -> str | None:
    """Return a sentence on why the pair cannot travel, None if it can."""
    if not (mapping.field_id and mapping.attribute_id):
        return None
    return (
        _field_problem(mapping)
        or secret_problem(mapping)
        or _attribute_problem(mapping)
        or conversion_problem(mapping)
        or _type_problem(mapping)
        or choice_problem(mapping)
    )


def allowed_directions(mapping: Any) -> list[str]:
    """Return the directions in which the pair may travel, the widest first."""
    attribute = mapping.attribute_id
    ways = possible_ways(
        mapping,
        mapping.last_field_id,
        attribute.value_type,
        is_read_only=attribute.read_only,
        is_consent=mapping.is_consent,
        conversion=conversion_of(mapping),
    ) - ({"import"} if mapping.path else set())
    return ["both", "export", "import"] if len(ways) == 2 else list(ways)


def possible_ways(
    mappings: Any,
    field: Any,
    value_type: str,
    *,
    is_read_only: bool,
    is_consent: bool,
    conversion: Conversion = AS_IT_IS,
) -> frozenset[str]:
    """Return of "export" and "import" what a contact field and an attribute of this kind allow."""
    table, field_type = mappings._type_table(), conversion.becomes(field.ttype, value_type)
    ways = directions(field_type, value_type, consent=is_consent, table=table)
    if not conversion.is_reversible:
        ways -= {"import"}
    if is_read_only:
        ways -= {"export"}
    is_kept_company = field.name == "parent_id" and conversion.name  # known by its name only
    if field.sudo().readonly or field.name in NEVER_IMPORTED or is_kept_company:
        ways -= {"import"}
    return ways


def _field_problem(mapping: Any) -> str | None:
    if mapping.path or mapping.summary:
        return summary_problem(mapping) or path_problem(mapping)
    chosen, env = mapping.field_id.sudo(), mapping.env
    field = env["res.partner"]._fields.get(chosen.name)
    known = field is not None and (field.store or field.name in mapping._computed_fields())
    problem: str | None = None
    if chosen.model != "res.partner" or not known:
        problem = env._("“%s” is not a stored field of contacts.", chosen.display_name)
    elif chosen.name in ("usercom_key", mapping.backend_id._key_field()):
        problem = env._(
            "“%s” keeps the User.com id; it cannot be mapped.", chosen.field_description
        )
    elif mapping.is_consent and (field.readonly or field.name in NEVER_IMPORTED):
        problem = env._(
            "“%s” cannot be a consent: it is not for people to say.", chosen.field_description
        )
    return problem


def _attribute_problem(mapping: Any) -> str | None:
    attribute, env = mapping.attribute_id, mapping.env
    problem: str | None = None
    if attribute.backend_id != mapping.backend_id:
        problem = env._("“%s” is an attribute of another User.com account.", attribute.name)
    elif attribute.is_gone:
        problem = env._(
            "User.com has no attribute “%s” any more. Choose another one, or create it again "
            "and refresh the attributes.",
            attribute.name,
        )
    return problem


def _type_problem(mapping: Any) -> str | None:
    allowed = allowed_directions(mapping)
    if not allowed:
        return _mismatch(mapping)
    if mapping.direction in allowed:
        return None
    problem: str = mapping.env._(
        "“%(field)s” and “%(attribute)s” can only be synced in this direction: %(directions)s.",
        field=mapping._label(),
        attribute=mapping.attribute_id.name,
        directions=_labels(mapping, "direction", allowed),
    )
    return problem


def _mismatch(mapping: Any) -> str:
    field, attribute = mapping.last_field_id.sudo(), mapping.attribute_id
    table = mapping._type_table()
    problem: str
    if field.ttype in fitting_field_types(attribute.value_type, table):
        problem = mapping.env._(
            "“%(field)s” and “%(attribute)s” can both only be read.",
            field=mapping._label(),
            attribute=attribute.name,
        )
        return problem
    fitting = sorted(fitting_value_types(field.ttype, table))
    problem = mapping.env._(
        "“%(field)s” (%(field_type)s) cannot be paired with “%(attribute)s” (%(value_type)s). "
        "A User.com attribute of one of these types would fit: %(fitting)s.",
        field=mapping._label(),
        field_type=field.ttype,
        attribute=attribute.name,
        value_type=_labels(mapping, "value_type", [attribute.value_type]),
        fitting=_labels(mapping, "value_type", fitting) or "–",
    )
    return problem


def _labels(mapping: Any, name: str, values: Iterable[str]) -> str:
    """Return the labels of a selection's values: "Text (string), JSON (json)"."""
    labels = dict(mapping._fields[name]._description_selection(mapping.env))
    return ", ".join(f"{labels[value]} ({value})" for value in values)
