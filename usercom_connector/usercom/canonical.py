"""The one form per value type in which values are compared and kept.

None | bool | str | int | float | "YYYY-MM-DD" | "YYYY-MM-DDTHH:MM:SSZ" | list of str | JSON
"""

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from . import strict_json
from .errors import ConversionError, Reason
from .records import Attribute
from .storable import is_storable
from .words import read_word

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
_DEPTH_LIMIT = 32
_FIRST_YEAR = 1000  # Odoo writes earlier years without their zeros, which PostgreSQL misreads
NO_CHOICE = "unknown"  # how User.com says that the gender is not set


def canonical(raw: Any, attribute: Attribute) -> Any:
    """Return a JSON value of User.com, in any of the forms that it uses, as the canonical value.

    "" and null are None; "yes", 1 and true are True for a boolean. Raises ConversionError for a
    value that cannot be read as the attribute's type.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, strict_json.OddNumber):
        raise ConversionError(raw, Reason.NOT_A_NUMBER)
    return _READERS[attribute.value_type](raw, attribute)


def _read_boolean(raw: Any, attribute: Attribute) -> bool | None:
    """Read a boolean; for a consent that is a fixed choice also ["yes"], as choices are sent."""
    items = raw if attribute.choices and isinstance(raw, list | tuple) else [raw]
    answers = {read_word(item) for item in items}
    if None in answers or len(answers) > 1:
        raise ConversionError(raw, Reason.NOT_A_BOOLEAN)
    return answers.pop() if answers else None


def _read_string(raw: Any, _attribute: Attribute) -> str:
    if not isinstance(raw, str | int | float):
        raise ConversionError(raw, Reason.NOT_TEXT)
    text = str(raw).strip()
    if not is_storable(text):
        raise ConversionError(raw, Reason.NOT_TEXT)
    return text


def _read_float(raw: Any, _attribute: Attribute) -> float:
    text = raw.strip() if isinstance(raw, str) else raw
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ConversionError(raw, Reason.NOT_A_NUMBER)
    if isinstance(text, str) and not _NUMBER.fullmatch(text):
        raise ConversionError(raw, Reason.NOT_A_NUMBER)
    try:
        number = float(text)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ConversionError(raw, Reason.OUT_OF_RANGE)
    return number


def _read_integer(raw: Any, attribute: Attribute) -> int:
    if type(raw) is int:
        return raw
    if isinstance(raw, str) and _WHOLE_NUMBER.fullmatch(raw.strip()):
        return int(raw)
    number = _read_float(raw, attribute)
    if not number.is_integer():
        raise ConversionError(raw, Reason.NOT_A_NUMBER)
    return int(number)


def _read_moment(raw: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(raw.strip())
    except (AttributeError, ValueError):
        raise ConversionError(raw, Reason.NOT_A_DATE) from None
    if moment.year < _FIRST_YEAR:
        raise ConversionError(raw, Reason.OUT_OF_RANGE)
    return moment


def _read_date(raw: Any, _attribute: Attribute) -> str:
    """Read the day as it is written: "2024-06-15T00:00:00+02:00" is 15 June, in UTC still 14."""
    return _read_moment(raw).date().isoformat()


def _read_datetime(raw: Any, _attribute: Attribute) -> str:
    moment = _read_moment(raw)
    try:
        utc = moment.astimezone(UTC) if moment.tzinfo else moment
    except OverflowError:
        raise ConversionError(raw, Reason.OUT_OF_RANGE) from None
    if utc.year < _FIRST_YEAR:
        raise ConversionError(raw, Reason.OUT_OF_RANGE)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_json(raw: Any, _attribute: Attribute) -> Any:
    """Read JSON. A string such as '{"a": 1}' is read as the object or array that it writes out."""
    try:
        value = strict_json.loads(strict_json.dumps(raw))
    except ValueError:
        raise ConversionError(raw, Reason.INVALID_JSON) from None
    value = _unfolded(value)
    if strict_json.is_deeper_than(_DEPTH_LIMIT, value):
        raise ConversionError("…", Reason.TOO_DEEP, limit=_DEPTH_LIMIT)
    if not is_storable(value):
        raise ConversionError(raw, Reason.INVALID_JSON)
    return value


def _unfolded(value: Any) -> Any:
    try:
        inner = strict_json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
    return inner if isinstance(inner, dict | list) else value


def _read_fixed(raw: Any, attribute: Attribute) -> str | list[str] | None:
    """Read one choice, or a list of them where the attribute allows several."""
    chosen = {_read_choice(item, attribute) for item in _choice_items(raw, attribute)}
    names = sorted((name for name in chosen if name), key=_choice_order(attribute))
    if len(names) > 1 and attribute.multiple is False and attribute.choices:
        raise ConversionError(raw, Reason.TOO_MANY_CHOICES)
    if attribute.multiple or len(names) > 1:
        return names or None
    return names[0] if names else None


def _choice_items(raw: Any, attribute: Attribute) -> Sequence[Any]:
    """Return the choices of an array, of one text, or of "a, b" as templates write it."""
    if isinstance(raw, list | tuple):
        return raw
    if isinstance(raw, str) and raw not in attribute.choices:
        parts = raw.split(",")
        are_known = all(part.strip() in attribute.choices for part in parts)
        if attribute.multiple or (attribute.multiple is None and are_known):
            return parts
    return [raw]


def _read_choice(item: Any, attribute: Attribute) -> str | None:
    if item is None:
        return None
    name = _read_string(item, attribute)
    if not attribute.is_coded:
        return name
    codes = {str(code): choice for code, choice in enumerate(attribute.choices, start=1)}
    name = codes.get(name, name.lower())
    return None if name == NO_CHOICE else name


def _choice_order(attribute: Attribute) -> Callable[[str], tuple[int, str]]:
    """Return a sort key: the attribute's order, then unknown choices by name."""
    places = {name: place for place, name in enumerate(attribute.choices)}
    return lambda name: (places.get(name, len(places)), name)


_READERS: dict[str, Callable[[Any, Attribute], Any]] = {
    "boolean": _read_boolean,
    "date": _read_date,
    "datetime": _read_datetime,
    "fixed": _read_fixed,
    "float": _read_float,
    "integer": _read_integer,
    "json": _read_json,
    "string": _read_string,
}
