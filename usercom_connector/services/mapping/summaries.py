"""Summaries of the records that lead back to a contact: how many, their sum, the latest one.

A path ends at them, `child_ids`, or at a field of theirs, `opportunity_ids.expected_revenue`. A
summary shows none of the records, so they may be such as some Users of the connector cannot open:
whoever pairs must be able to.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Callable, Collection, Iterator
from typing import Any

from odoo.fields import Domain

from .paths import BAD_DOMAIN, SECRETS, Names, expressions, hops, last_field, path_label, relation

SHOWN = 25  # fields that a refusal names
DATES, NUMBERS = ("date", "datetime"), ("integer", "float", "monetary")
TYPES = {"sum": NUMBERS, "latest": DATES, "earliest": DATES}  # what else than a count is made of


def usual_summary(mapping: Any) -> str | bool:
    """Return the pair's own summary if its path allows it, else the first that it does, or False.

    That is "count" where the path ends at the records.
    """
    field = last_field(mapping)
    if relation(mapping) is None:
        return False
    if field.name == "id" or field.type == "one2many":
        return "count"
    fitting = [name for name in TYPES if _fits(field, name)]
    return mapping.summary if mapping.summary in fitting else next(iter(fitting), False)


def summary_problem(mapping: Any) -> str | None:
    """Return why the records cannot be summed up so, None if they can or there are none."""
    many = relation(mapping)
    if many is None:
        return _no_relation(mapping) if mapping.summary else None
    if not _leads_back(mapping.env, many):
        return _no_relation(mapping)
    return _unfit(mapping) or _filter_problem(mapping)


def summary_domain(mapping: Any) -> Domain:
    """Return the domain of the records that count: those that the account's company may see.

    Raises one of BAD_DOMAIN where the pair's filter is none.
    """
    account, many = mapping.backend_id.sudo(), relation(mapping)
    own = account.env["ir.rule"]._usercom_company_domain(account.company_id.id, many.comodel_name)
    chosen: Domain = account._bound(mapping.summary_domain, many.comodel_name)
    return chosen & own & many.get_comodel_domain(account.env[many.model_name])


def filter_names(mapping: Any) -> list[Names]:
    """Return the fields of the records that the pair's filter names, [] where it is none."""
    try:
        return list(expressions(Domain(literal_eval(mapping.summary_domain or "[]"))))
    except BAD_DOMAIN:
        return []


def filters_by(mapping: Any, known: Collection[tuple[str, str]]) -> bool:
    """Return whether the pair's filter names one of the fields ``(model, name)``."""
    many = relation(mapping)
    for names in filter_names(mapping) if many is not None else ():
        model = mapping.env[many.comodel_name]
        for name in names:
            if (model._name, name) in known:
                return True
            field = model._fields.get(name)
            model = mapping.env[field.comodel_name] if field and field.comodel_name else model
    return False


def currency_field(mapping: Any) -> str | None:
    """Return the field with each amount's currency, None where all are in the company's."""
    field = last_field(mapping)
    if mapping.summary != "sum" or field is None or field.type != "monetary":
        return None
    far = mapping.env[field.model_name]
    name = field.get_currency_field(far)
    return name if name and far._fields[name].store else None


def watched_names(mapping: Any) -> Iterator[Names]:
    """Yield the names, from the contact, of what decides which of the records count."""
    many = relation(mapping)
    if many is None:
        return
    way = tuple(field.name for field in [*hops(mapping), many])
    others = (mapping.env[many.comodel_name]._active_name, currency_field(mapping))
    yield from ((*way, name) for name in others if name)
    try:
        yield from expressions(summary_domain(mapping), way)
    except BAD_DOMAIN:  # a field in it was deleted, of which the pair tells
        return


def _leads_back(env: Any, many: Any) -> bool:
    """Return whether each of the records names the one that it belongs to."""
    inverse = env[many.comodel_name]._fields.get(many.inverse_name)
    return bool(many.store and inverse is not None and inverse.store and inverse.type == "many2one")


def _fits(field: Any, summary: str) -> bool:
    is_column = field.store and field.column_type and not field.company_dependent
    return bool(is_column and field.type in TYPES[summary])


def _unfit(mapping: Any) -> str | None:
    """Return that the summary does not go with what the path ends in, and which fields do."""
    env, many, field = mapping.env, relation(mapping), last_field(mapping)
    label = many._description_string(env)
    text: str | None = None
    if not mapping.summary and field.type == "one2many" or mapping.summary == "count":
        if field.name != "id":
            text = env._("To count them, let “%s” be the last field.", label)
    elif not (mapping.summary and _fits(field, mapping.summary)):
        kinds = [mapping.summary] if mapping.summary else TYPES
        text = env._(
            "“%(path)s” (%(type)s) has no such summary. These fields of “%(relation)s” fit: "
            "%(fitting)s.",
            path=path_label(mapping),
            type=field.type,
            relation=label,
            fitting=_labels(
                env[many.comodel_name], lambda f: any(_fits(f, kind) for kind in kinds)
            ),
        )
    return text


def _no_relation(mapping: Any) -> str:
    way = hops(mapping)
    model = mapping.env[way[-1].comodel_name if way and way[-1].comodel_name else "res.partner"]
    text: str = mapping.env._(
        "“%(path)s” leads to no records that can be summed up. These do: %(fitting)s.",
        path=path_label(mapping),
        fitting=_labels(model, lambda f: f.type == "one2many" and _leads_back(model.env, f)),
    )
    return text


def _labels(model: Any, fits: Callable[[Any], bool]) -> str:
    """Return the labels of the fields of a model that fit, for a sentence."""
    fields = [f for f in model._fields.values() if fits(f) and not (f.groups or _is_secret(f.name))]
    labels = sorted({field._description_string(model.env) for field in fields})
    return ", ".join(labels[:SHOWN]) + (" …" if len(labels) > SHOWN else "") or "–"


def _is_secret(name: str) -> bool:
    return bool(SECRETS.search(name))


def _filter_problem(mapping: Any) -> str | None:
    env, far = mapping.env, mapping.env[relation(mapping).comodel_name]
    if secret := next((n for names in filter_names(mapping) for n in names if _is_secret(n)), None):
        text: str = env._("“%s” may be a secret. It cannot be used in a filter.", secret)
        return text
    try:
        far.sudo()._search(summary_domain(mapping))
    except BAD_DOMAIN as error:
        bad: str = env._(
            "The filter of “%(path)s” cannot be used: %(error)s",
            path=path_label(mapping),
            error=error,
        )
        return bad
    return None
