"""Pairs whose Odoo side follows relations: `parent_id.industry_id.name`.

They are only sent. Each record on the way is one that the account's company may see, and each field
one that every User of the connector may read: see `services/mapping/rights.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from odoo.fields import Domain

from ...usercom import ConversionError, Reason

MOST_STEPS = 4
SECRETS = re.compile(r"(^|_)(pass(word|wd|phrase)?|secret|token|api_?key|key|totp)(_|$|\d)")


def steps(mapping: Any) -> list[Any]:
    """Return the `Field` of each step of the pair's path; [] where one of them is no field."""
    model, found = mapping.env["res.partner"], []
    for name in (mapping.path or mapping.field_id.sudo().name or "").split("."):
        field = model._fields.get(name) if model is not None else None
        if field is None:
            return []
        found.append(field)
        model = model.env[field.comodel_name] if field.comodel_name else None
    return found


def last_field(mapping: Any) -> Any:
    """Return the `Field` in which the pair's path ends, None where it leads nowhere."""
    found = steps(mapping)
    return found[-1] if found else None


def path_label(mapping: Any) -> str:
    """Return the labels of the steps: "Related Company > Industry > Name"."""
    return " > ".join(field._description_string(mapping.env) for field in steps(mapping))


def path_problem(mapping: Any) -> str | None:
    """Return why the path cannot be followed, None if it can."""
    found, env = steps(mapping), mapping.env
    text: str | None = None
    if not found:
        text = env._("“%s” leads to no field.", mapping.path)
    elif any(SECRETS.search(field.name) for field in found):
        text = env._("“%s” may be a secret. It cannot be mapped.", path_label(mapping))
    elif len(found) > MOST_STEPS:
        text = env._("“%(path)s” has more than %(most)s steps.", path=mapping.path, most=MOST_STEPS)
    elif not all(field.type == "many2one" and _is_known(field) for field in found[:-1]):
        text = env._(
            "“%s” can only follow stored fields that lead to one record.", path_label(mapping)
        )
    elif not _is_known(found[-1]):
        text = env._("“%s” ends in a field that is not stored.", path_label(mapping))
    elif mapping.is_consent:
        text = env._(
            "“%s” is of another record, and no consent of the contact.", path_label(mapping)
        )
    return text


def _is_known(field: Any) -> bool:
    """Return whether an edit of it is noticed: it is stored, or shows a field that is."""
    return bool(field.store or field.related)


def follower(mapping: Any) -> Callable[[Any], Any]:
    """Return a function from a contact to the record that the last step is read from.

    It returns None where a step leads nowhere, or to a record that is not for this company, and
    raises ConversionError where a field on the way was deleted.
    """
    found = steps(mapping)
    company_id, rules = mapping.backend_id.sudo().company_id.id, mapping.env["ir.rule"].sudo()
    hops = [
        (field.name, rules._usercom_company_domain(company_id, field.comodel_name))
        for field in found[:-1]
    ]

    def follow(partner: Any) -> Any:
        if not found:
            raise ConversionError(mapping.path, Reason.UNKNOWN_CHOICE, choices=[])
        record = partner
        for name, own in hops:
            record = record[name]
            if not record or not (own is Domain.TRUE or record.filtered_domain(own)):
                return None
        return record

    return follow
