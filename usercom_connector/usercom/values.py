"""Convert values between Odoo, the canonical form and User.com's JSON.

Odoo's values come without Odoo's classes: a many2one as its name or code, a many2many as a list of
names, a date or datetime (naive UTC) as Python's. Unset is None or False; for a boolean, False is
a value.
"""

from datetime import UTC, date, datetime
from typing import Any

from .canonical import NO_CHOICE, canonical
from .errors import ConversionError, Reason
from .plain_text import html_to_text
from .records import Attribute

_MOMENT = Attribute("Moment", "moment", "datetime")
_ODOO_INTEGERS = range(-(2**31), 2**31)


def export_value(value: Any, field_type: str, attribute: Attribute) -> Any:
    """Return an Odoo value as the attribute's canonical value, None where it is unset.

    Raises ConversionError for a value that User.com would refuse or cut, such as a text that is
    too long or an unknown choice.
    """
    if value is None or (value is False and field_type != "boolean"):
        return None
    result = canonical(_raw(value, field_type, attribute), attribute)
    if isinstance(result, str) and attribute.value_type == "string":
        _check_length(result, attribute)
    if attribute.value_type == "fixed":
        _check_choices(result, attribute)
    return result


def _raw(value: Any, field_type: str, attribute: Attribute) -> Any:
    """Return an Odoo value in a form that `canonical` reads."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return canonical(utc.isoformat(), _MOMENT)
    if isinstance(value, date):
        return value.isoformat()
    if field_type == "html":
        return html_to_text(value)
    if field_type == "many2many" and attribute.value_type == "string":
        return ", ".join(value)
    return value


def _check_length(text: str, attribute: Attribute) -> None:
    if len(text) > attribute.limit:
        raise ConversionError(text, Reason.TOO_LONG, limit=attribute.limit)


def _check_choices(result: str | list[str] | None, attribute: Attribute) -> None:
    """Raise ConversionError for an unknown choice. Without known choices User.com has to judge."""
    names = result if isinstance(result, list) else [result] if result else []
    for name in names:
        if attribute.choices and name not in attribute.choices:
            choices = list(attribute.choices)
            raise ConversionError(name, Reason.UNKNOWN_CHOICE, choices=choices)


def import_value(value: Any, field_type: str) -> Any:
    """Return a canonical value as a field of this type takes it, records still by name or code.

    Unset is False, for many2many []. A datetime is naive UTC. Raises ConversionError for an integer
    of more than 32 bits.
    """
    if field_type == "many2many":
        return [value] if isinstance(value, str) else list(value or ())
    if value is None:
        return False
    if field_type == "integer" and value not in _ODOO_INTEGERS:
        raise ConversionError(value, Reason.OUT_OF_RANGE)
    if field_type == "date":
        return date.fromisoformat(value)
    if field_type == "datetime":
        return datetime.fromisoformat(value).replace(tzinfo=None)
    return value


def wire(value: Any, attribute: Attribute) -> Any:
    """Return a canonical value as the JSON value to send to User.com; None is null."""
    if attribute.value_type == "boolean" and attribute.choices and value is not None:
        return attribute.choices[value]
    if attribute.is_coded and value is not None:
        return attribute.choices.index(value) + 1
    if attribute.is_coded and NO_CHOICE in attribute.choices:
        return attribute.choices.index(NO_CHOICE) + 1
    return value
