"""The conversion of a pair as plain Python, and whether it can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odoo.fields import Domain

from ...usercom import TYPE_TABLE, ConversionError, canonical
from ...usercom.conversions import Conversion
from ..values.exporter import code_field
from .choices import MAX_RECORDS

LISTED = ("selection", "many2one")


def conversion_of(mapping: Any) -> Conversion:
    """Return what is made of the pair's values; texts that cannot be read are left out."""
    lines = mapping.value_ids if mapping.conversion == "table" else ()
    pairs = [(line.odoo_key, _read(mapping, line.usercom_value)) for line in lines]
    return Conversion(
        mapping.conversion or "",
        (mapping.no_text or "", mapping.yes_text or ""),
        mapping.separator or "",
        tuple((key, value) for key, value in pairs if value is not None),
        _read(mapping, mapping.when_empty),
    )


def conversion_problem(mapping: Any) -> str | None:
    """Return why the values cannot be converted so, None if they can."""
    if not (mapping.conversion or mapping.when_empty):
        return None
    if reason := _unfit(mapping) or _unreadable(mapping):
        problem: str = mapping.env._(
            "“%(field)s” and “%(attribute)s”: %(reason)s",
            field=mapping._label(),
            attribute=mapping.attribute_id.name,
            reason=reason,
        )
        return problem
    return None


def missing_values(mapping: Any) -> list[dict[str, str]]:
    """Return the values of the lines that a value table lacks: the key, and what is sent today.

    There are none for a field with too many, which `conversion_problem` tells of.
    """
    known = set(mapping.value_ids.mapped("odoo_key"))
    return [
        {"odoo_key": key, "usercom_value": text}
        for key, text in _listed_values(mapping)
        if key not in known
    ]


def value_names(mapping: Any, keys: Iterable[str]) -> dict[str, str]:
    """Return {key: how the reader's Odoo calls this value} of those that he may see."""
    field = mapping._partner_field()
    if field is None or field.type not in LISTED:
        return {}
    if field.type == "selection":
        return dict(field._description_selection(mapping.env))
    ids = [int(key) for key in keys if key and key.isdecimal()]
    return {str(found.id): found.display_name for found in _records(mapping, [("id", "in", ids)])}


def _listed_values(mapping: Any) -> list[tuple[str, str]]:
    """Return [(key, text that is sent without a table)] of all that the field may have."""
    field = mapping._partner_field()
    if field is None or field.type not in LISTED:
        return []
    if field.type == "selection":
        return [(key, key) for key, _label in field._description_selection(mapping.env)]
    language = mapping.backend_id.sudo()._language()  # in which names are sent
    records = _records(mapping.with_context(lang=language), [])
    code = code_field(records)
    return [] if len(records) > MAX_RECORDS else [(str(r.id), r[code] or "") for r in records]


def _is_too_long(mapping: Any) -> bool:
    is_record = mapping.field_type == "many2one"
    return is_record and len(_records(mapping, [])) > MAX_RECORDS


def _records(mapping: Any, domain: Any) -> Any:
    """Return those of the account's company that the reader may see, one too many at most."""
    comodel = mapping.env[mapping._partner_field().comodel_name]
    if not comodel.has_access("read"):
        return comodel
    company_id = mapping.backend_id.sudo().company_id.id
    own = mapping.env["ir.rule"]._usercom_company_domain(company_id, comodel._name)
    return comodel.search(own & Domain(domain), limit=MAX_RECORDS + 1)


def _read(mapping: Any, text: Any) -> Any:
    """Return a text as the attribute's canonical value, None where it has or reads none."""
    attribute = mapping.attribute_id
    if not text or attribute.value_type not in TYPE_TABLE:
        return None
    try:
        return canonical(text, attribute._as_attribute())
    except ConversionError:
        return None


def _unfit(mapping: Any) -> str | None:
    env, conversion = mapping.env, mapping.conversion
    labels = dict(mapping._fields["conversion"]._description_selection(env))
    text: str | None = None
    if mapping.is_consent:
        text = env._("a consent has no conversion.")
    elif mapping.attribute_id.name_std == "email":
        text = env._("people are found by it, so it is sent as it is.")
    elif not conversion_of(mapping).fits(mapping.field_type):
        text = env._(
            "“%(conversion)s” does not go with a field of the type %(type)s.",
            conversion=labels[conversion],
            type=mapping.field_type,
        )
    elif conversion == "yes_no" and not conversion_of(mapping).is_reversible:
        text = env._("enter two different texts for yes and no.")
    elif conversion == "table" and _is_too_long(mapping.sudo()):
        text = env._("it has more than %s values, too many for a table.", MAX_RECORDS)
    return text


def _unreadable(mapping: Any) -> str | None:
    """Return which text does not fit the attribute, None if all do."""
    lines = mapping.value_ids if mapping.conversion == "table" else ()
    texts = [mapping.when_empty, *(line.usercom_value for line in lines)]
    odd = [text for text in texts if text and _read(mapping, text) is None]
    if odd:
        text: str = mapping.env._("“%s” is no value that the attribute takes.", odd[0])
        return text
    if lines and not conversion_of(mapping).table:
        empty: str = mapping.env._("the value table is empty.")
        return empty
    return None
