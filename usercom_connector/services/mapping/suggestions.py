"""Pairs of a contact field and a User.com attribute that a person is likely to want."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...usercom import directions

# (contact field, attribute) that mean the same for everybody.
OBVIOUS_PAIRS = (
    ("email", "email"),
    ("firstname", "first_name"),  # of OCA's partner_firstname, which knows both halves
    ("lastname", "last_name"),
    ("name", "first_name"),
    ("name", "last_name"),
    ("phone", "phone_number"),
    ("city", "city"),
    ("state_id", "region"),
    ("country_id", "country"),
    ("tz", "timezone"),
)
USUAL_ATTRIBUTES = frozenset(attribute for _field, attribute in OBVIOUS_PAIRS)


def suggested_pairs(backend: Any) -> list[dict[str, int]]:
    """Return [{"field_id": …, "attribute_id": …}] of pairs whose attribute is not mapped yet."""
    taken = backend.mapping_ids.attribute_id
    free = {attribute.name_std: attribute for attribute in backend.attribute_ids - taken}
    fields = _mappable_fields(backend.env)
    pairs: dict[str, str] = {}
    for name, key in (*OBVIOUS_PAIRS, *_namesakes(backend.env, free, fields)):
        if name in fields and key in free and not free[key].is_gone:
            pairs.setdefault(key, name)  # the first that is there
    return [
        {"field_id": fields[name].id, "attribute_id": free[key].id} for key, name in pairs.items()
    ]


def _mappable_fields(env: Any) -> dict[str, Any]:
    """Return {name: ir.model.fields} of the contact fields that may be mapped."""
    found = env["ir.model.fields"].search(env["usercom.field.mapping"]._mappable_domain())
    return {field.name: field for field in found}


def _namesakes(
    env: Any, attributes: Mapping[str, Any], fields: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield (field, attribute) of custom attributes named as a field of a type that fits."""
    table = env["usercom.field.mapping"]._type_table()
    for key, attribute in attributes.items():
        for name in () if attribute.is_standard else (key, f"x_{key}", f"x_studio_{key}"):
            field = fields.get(name)
            if field and directions(field.ttype, attribute.value_type, table=table):
                yield name, key
