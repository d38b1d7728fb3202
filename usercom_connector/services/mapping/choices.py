"""Whether the choices of a field and of a fixed attribute can be carried over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...usercom.values import NO_CHOICE
from ..values.exporter import code_field, selection_words

MAX_RECORDS = 1000
SHOWN = 10


def field_choices(mapping: Any) -> tuple[list[str] | None, set[str] | None]:
    """Return ([values as sent], {texts understood when received}), (None, None) for too many.

    Of the account's company, and of what the mapping's user may see: the drain all, a person their
    own.
    """
    field = mapping._partner_field()
    if field.type == "selection":
        options, words = field._description_selection(mapping.env), selection_words(mapping)
        sent = list(words.values())
        return sent, {*sent, *(text for option in options for text in option)}
    comodel = mapping.env[field.comodel_name]
    if not comodel.has_access("read"):
        return [], set()
    company_id = mapping.backend_id.sudo().company_id.id
    own = mapping.env["ir.rule"]._usercom_company_domain(company_id, comodel._name)
    records = comodel.search(own, limit=MAX_RECORDS + 1)
    if len(records) > MAX_RECORDS:
        return None, None
    code = code_field(comodel)
    names = {code, "display_name", comodel._rec_name or "display_name"}
    understood = {text for name in names for text in records.mapped(name)}
    return records.mapped(code if field.type == "many2one" else "display_name"), understood


def choice_problem(mapping: Any) -> str | None:
    """Return why the choices cannot be carried over, None if they can.

    An attribute whose choices User.com does not tell passes: its values are judged one by one.
    """
    attribute, env = mapping.attribute_id, mapping.env
    if attribute.value_type != "fixed" or mapping.is_consent:
        return None
    may_hold_several = attribute.multiple or attribute.multiple_untold
    is_several = mapping.field_type == "many2many" and mapping.conversion != "first"
    if is_several and not may_hold_several:
        problem: str = env._(
            "“%(field)s” can hold several values, “%(attribute)s” only one choice.",
            field=mapping._label(),
            attribute=attribute.name,
        )
        return problem
    return _missing_choices(mapping) if attribute.choices else None


def _missing_choices(mapping: Any) -> str | None:
    sent, understood = _converted(mapping) or field_choices(mapping.sudo())
    if sent is None or understood is None:
        return _too_many(mapping)
    sent = [*sent, mapping.when_empty] if mapping.when_empty else sent
    choices = mapping.attribute_id.choices
    if mapping.attribute_id._as_attribute().is_coded:
        # Nobody can add a gender: a contact that has another value is told of in its own problem.
        choices, sent = [choice for choice in choices if choice != NO_CHOICE], []
    if mapping.direction != "import" and (lacking := [v for v in sent if v not in choices]):
        return _attribute_lacks(mapping, lacking)
    if mapping.direction != "export" and (missing := [v for v in choices if v not in understood]):
        return _field_lacks(mapping, missing)
    return None


def _converted(mapping: Any) -> tuple[list[str], set[str]] | None:
    """Return what `field_choices` does where a person has entered the texts; None where not."""
    if mapping.conversion == "yes_no":
        texts = [mapping.no_text, mapping.yes_text]
    elif mapping.conversion == "table":
        texts = [text for text in mapping.value_ids.mapped("usercom_value") if text]
    else:
        return None
    return texts, set(texts)


def _too_many(mapping: Any) -> str:
    text: str = mapping.env._(
        "“%(field)s” has more than %(limit)s values; pair it with a text attribute.",
        field=mapping._label(),
        limit=MAX_RECORDS,
    )
    return text


def _attribute_lacks(mapping: Any, missing: Sequence[str]) -> str:
    """Name the choices that the attribute lacks, of those whose names the reader may see."""
    seen = (_converted(mapping) or field_choices(mapping.sudo(False)))[0] or ()
    named = [value for value in missing if value in (*seen, mapping.when_empty)]
    text: str = mapping.env._(
        "“%(attribute)s” lacks these choices of “%(field)s”: %(missing)s. Add them in "
        "User.com and refresh the attributes.",
        attribute=mapping.attribute_id.name,
        field=mapping._label(),
        missing=_some(named) if len(named) == len(missing) else _some([*named, "…"]),
    )
    return text


def _field_lacks(mapping: Any, missing: Sequence[str]) -> str:
    text: str = mapping.env._(
        "“%(field)s” lacks these choices of “%(attribute)s”: %(missing)s. Add them, or let "
        "the values be sent from Odoo to User.com only.",
        attribute=mapping.attribute_id.name,
        field=mapping._label(),
        missing=_some(missing),
    )
    return text


def _some(values: Sequence[str]) -> str:
    """Return the first of the values, for a sentence."""
    return ", ".join(values[:SHOWN]) + (" …" if len(values) > SHOWN else "")
