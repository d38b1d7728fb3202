"""What a pair makes of a real contact's value."""

from __future__ import annotations

from typing import Any

from odoo.fields import Domain

from ...usercom.records import COMPANIES
from ..contacts.texts import ValueTexts
from ..values.exporter import ValueExporter, value_reader
from .paths import follower, last_field
from .rights import unreadable_problem


def preview(mapping: Any) -> str:
    """Return "Jan Kowalski: acme → ACME" of a contact that the reader may see, "" without one."""
    contacts = mapping.env["res.partner"]
    field = contacts._fields.get(mapping.field_id.sudo().name)
    if field is None or not mapping.attribute_id or unreadable_problem(mapping):
        return ""
    account = mapping.backend_id.sudo()
    is_shown = Domain.TRUE if mapping.when_empty else Domain(field.name, "!=", False)
    if mapping.resource == COMPANIES:
        is_shown &= Domain("is_company", "=", True)
    domain = account._partners_of_company() & is_shown if field.store else Domain.FALSE
    partner = contacts.search(domain, order="id desc", limit=1)
    return _shown(mapping, partner, field) if partner else ""


def _shown(mapping: Any, partner: Any, field: Any) -> str:
    partner = mapping.backend_id.sudo()._with_account_context(partner)
    values, problems = ValueExporter(mapping)(partner)
    sent = ValueTexts(mapping.env).value(None, values.get(mapping._key()))
    text: str = mapping.env._(
        "%(contact)s: %(odoo)s → %(usercom)s",
        contact=partner.display_name,
        odoo=_text(mapping, partner) or "–",
        usercom=problems[0] if problems else sent or "–",
    )
    return text


def _text(mapping: Any, partner: Any) -> str:
    if mapping.summary:
        found = value_reader(mapping)(partner)
        return "" if found is None else str(found)
    record, field = follower(mapping)(partner), last_field(mapping)
    if not record:
        return ""
    value = record[field.name]
    if field.comodel_name:
        return ", ".join(record.display_name or "" for record in value)
    if field.type == "selection":
        return str(dict(field._description_selection(partner.env)).get(value, ""))
    if field.type == "boolean":
        return ValueTexts(partner.env).value(None, value)
    return "" if value is False else str(value)
