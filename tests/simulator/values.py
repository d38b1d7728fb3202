"""Conversion of one incoming JSON value to an attribute's type."""

import json
import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from . import times
from .attributes import Attribute

MISSING: Any = object()
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[\d\s()./-]{4,}")
BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class BadValueError(ValueError):
    """A value that does not fit; `fallback` is what a lenient server would store instead.

    `kind` is one of type, length, email, phone. `fallback` may be MISSING.
    """

    def __init__(self, kind: str, message: str, fallback: Any = MISSING) -> None:
        super().__init__(message)
        self.kind = kind
        self.fallback = fallback


def convert(value: Any, attribute: Attribute, string_limit: int) -> Any:
    """Return the value as stored; raise BadValueError."""
    converted = CONVERTERS.get(attribute.value_type, _json)(value, attribute)
    limit = attribute.limit or string_limit
    if isinstance(converted, str) and len(converted) > limit and attribute.value_type in TEXTS:
        message = f"Ensure this field has no more than {limit} characters."
        raise BadValueError("length", message, converted[:limit])
    return converted


def finite(text: Any) -> float:
    """Read a number; raise ValueError for what JSON cannot say, such as infinity."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("Out of range float values are not allowed.")
    return number


def read_json(text: str | bytes) -> Any:
    """Read strict JSON; raise ValueError."""
    return json.loads(text, parse_float=finite, parse_constant=finite)


def _boolean(value: Any, _attribute: Attribute) -> bool:
    if isinstance(value, bool):
        return value
    fallback = BOOLEANS.get(str(value).strip().lower(), MISSING)
    raise BadValueError("type", "Must be a valid boolean.", fallback)


def _integer(value: Any, _attribute: Attribute) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise BadValueError("type", "A valid integer is required.", _attempt(int, value))


def _float(value: Any, _attribute: Attribute) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise BadValueError("type", "A valid number is required.", _attempt(finite, value))


def _string(value: Any, _attribute: Attribute) -> str:
    if isinstance(value, str):
        return value
    fallback = MISSING if isinstance(value, list | dict) else str(value)
    raise BadValueError("type", "Not a valid string.", fallback)


def _date(value: Any, _attribute: Attribute) -> str:
    text = value if isinstance(value, str) else ""
    day = _attempt(lambda text: date.fromisoformat(text).isoformat(), text)
    if day == text:
        return day
    fallback = _attempt(lambda text: datetime.fromisoformat(text).date().isoformat(), text)
    raise BadValueError("type", "Date has wrong format. Use: YYYY-MM-DD.", fallback)


def _datetime(value: Any, attribute: Attribute) -> int | str:
    moment = _attempt(times.parse, value if isinstance(value, str) else "")
    if moment is MISSING:
        raise BadValueError("type", "Datetime has wrong format. Use ISO 8601.")
    stored = times.iso(moment) if attribute.id else moment
    if len(value) == len("YYYY-MM-DD"):
        raise BadValueError("type", "Datetime has wrong format. Use ISO 8601.", stored)
    return stored


def _fixed(value: Any, attribute: Attribute) -> list[str]:
    chosen = value if isinstance(value, list) else [value]
    if any(each not in attribute.choices for each in chosen):
        raise BadValueError(
            "type", f"Not a valid choice; there are: {', '.join(attribute.choices)}."
        )
    if len(chosen) > 1 and not attribute.multiple:
        raise BadValueError("type", "Only one choice is allowed.", chosen[:1])
    return chosen


def _json(value: Any, _attribute: Attribute) -> Any:
    return value


def _email(value: Any, attribute: Attribute) -> str:
    text = _string(value, attribute)
    if not EMAIL.fullmatch(text):
        raise BadValueError("email", "Enter a valid email address.", text)
    return text


def _phone(value: Any, attribute: Attribute) -> str:
    text = _string(value, attribute)
    if not PHONE.fullmatch(text):
        raise BadValueError("phone", "Enter a valid phone number.", text)
    return text


def _enum(value: Any, attribute: Attribute) -> str:
    """Read 1, 2, 3 as the first, second, third choice; a choice itself is the fallback."""
    if isinstance(value, int) and 1 <= value <= len(attribute.choices) and value is not True:
        return attribute.choices[value - 1]
    fallback = value if value in attribute.choices else MISSING
    raise BadValueError("enum", f"Use 1 to {len(attribute.choices)}.", fallback)


def _attempt(function: Callable[[Any], Any], value: Any) -> Any:
    try:
        return function(value)
    except (ValueError, TypeError, OverflowError):
        return MISSING


CONVERTERS: dict[str, Callable[[Any, Attribute], Any]] = {
    "boolean": _boolean,
    "integer": _integer,
    "float": _float,
    "string": _string,
    "date": _date,
    "datetime": _datetime,
    "fixed": _fixed,
    "json": _json,
    "email": _email,
    "phone": _phone,
    "enum": _enum,
}
TEXTS = ("string", "email", "phone")
