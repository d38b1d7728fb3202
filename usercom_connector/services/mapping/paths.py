"""Pairs whose Odoo side follows relations: `parent_id.industry_id.name`.

They are only sent. Each record on the way is one that the account's company may see, and each field
one that every User of the connector may read: see `services/mapping/rights.py`. Where the last
relation leads to several records, the value is a summary: see `services/mapping/summaries.py`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from odoo.fields import Domain

from ...usercom import ConversionError, Reason
from ..database.prefetch import read_together

MOST_STEPS = 4
BAD_DOMAIN = (ValueError, SyntaxError, KeyError, TypeError)  # what a text that is none raises
Names = tuple[str, ...]
"""A dotted name of a field, split: ``("country_id", "code")``."""

SECRETS = re.compile(r"(^|_)(pass(word|wd|phrase)?|secret|token|api_?key|key|totp)(_|$|\d)")


def steps(mapping: Any) -> list[Any]:
    """Return the `Field` of each step of the pair's path; [] where one of them is no field."""
    path = mapping.path or mapping.field_id.sudo().name or ""
    return fields_on(mapping.env["res.partner"], path)


def fields_on(model: Any, path: str) -> list[Any]:
    """Return the `Field` of each step of a path from ``model``, None being no model; else []."""
    found: list[Any] = []
    for name in path.split("."):
        field = model._fields.get(name) if model is not None else None
        if field is None:
            return []
        found.append(field)
        model = model.env[field.comodel_name] if field.comodel_name else None
    return found


def hops(mapping: Any) -> list[Any]:
    """Return those steps that lead from the contact to the record that the value is read from."""
    found, many = steps(mapping), relation(mapping)
    return found[:-1] if many is None or found[-1] is many else found[:-2]


def tells_of_another(mapping: Any) -> bool:
    """Return whether its value may be of another person: the contact's company, its salesperson."""
    return bool(mapping.path) or mapping.field_id.sudo().relation in ("res.partner", "res.users")


def relation(mapping: Any) -> Any:
    """Return the one2many `Field` that leads to the records of a summary, None if there is none.

    The path ends there, or at a field of theirs.
    """
    last = steps(mapping)[-2:] if mapping.path else []
    return next((field for field in reversed(last) if field.type == "one2many"), None)


def last_field(mapping: Any) -> Any:
    """Return the `Field` in which the pair's path ends, None where it leads nowhere.

    Where records are counted, it is their id.
    """
    found = steps(mapping)
    if found and mapping.summary == "count" and found[-1].comodel_name:
        return mapping.env[found[-1].comodel_name]._fields["id"]
    return found[-1] if found else None


def path_label(mapping: Any) -> str:
    """Return the labels of the steps: "Related Company > Industry > Name", "Banks (Count)"."""
    labels = " > ".join(field._description_string(mapping.env) for field in steps(mapping))
    kinds = dict(mapping._fields["summary"]._description_selection(mapping.env))
    return f"{labels} ({kinds[mapping.summary]})" if mapping.summary else labels


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
    elif not all(field.type == "many2one" and _is_known(field) for field in hops(mapping)):
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
    way = [
        (field.name, rules._usercom_company_domain(company_id, field.comodel_name))
        for field in hops(mapping)
    ]
    known: dict[str, dict[int, bool]] = defaultdict(dict)

    def is_own(record: Any, own: Domain) -> bool:
        seen = known[record._name]
        if record.id not in seen:  # thousands of contacts lead to the same few
            together = record.browse(read_together(record, seen))
            seen |= dict.fromkeys(together._ids, False)
            seen |= dict.fromkeys(together.filtered_domain(own)._ids, True)
        return seen[record.id]

    def follow(partner: Any) -> Any:
        if not found:
            raise ConversionError(mapping.path, Reason.UNKNOWN_CHOICE, choices=[])
        record = partner
        for name, own in way:
            record = record[name]
            if not record or own is not Domain.TRUE and not is_own(record, own):
                return None
        return record

    return follow


def expressions(domain: Domain, prefix: Names = ()) -> Iterator[Names]:
    """Yield the field expressions of ``domain``, split at the dots."""
    for condition in domain.iter_conditions():
        names = (*prefix, *condition.field_expr.split("."))
        yield names
        if condition.operator in ("any", "not any"):
            yield from expressions(Domain(condition.value), names)
