"""Convert values between Odoo, the canonical form and User.com's JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from . import strict_json
from .errors import ConversionError, Reason
from .memberships import Membership
from .merge import remote_base_value
from .records import Attribute, User
from .texts import (
    NAME_PARTS,
    html_to_text,
    is_storable,
    join_name,
    read_word,
    split_along,
    split_by_half,
)

# ---- the canonical form ----
# None | bool | str | int | float | "YYYY-MM-DD" | "YYYY-MM-DDTHH:MM:SSZ" | list of str | JSON

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
DEPTH_LIMIT = 32
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
    if strict_json.is_deeper_than(DEPTH_LIMIT, value):
        raise ConversionError("…", Reason.TOO_DEEP, limit=DEPTH_LIMIT)
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


# ---- between Odoo, the canonical form and JSON ----
# Odoo's values come without Odoo's classes: a many2one as its name or code, a many2many as a list
# of names, a date or datetime (naive UTC) as Python's. Unset is None or False; for a boolean,
# False is a value.

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


# ---- the values of a user, for the attributes that are mapped ----


def read_user(
    user: User, attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, ConversionError]]:
    """Return ({key: canonical value}, {key: error of a value that cannot be read}).

    An attribute that the answer lacks has the value that it had when both sides were last compared
    (`base`): some answers leave out unset attributes, and all leave out first and last name.
    """
    raw = _name_parts(user, attributes, base) | dict(user.values)
    values: dict[str, Any] = {}
    errors: dict[str, ConversionError] = {}
    for key, attribute in attributes.items():
        if attribute.membership:
            values[key] = _is_in(user, attribute.membership, remote_base_value(base, key))
            continue
        try:
            values[key] = (
                canonical(raw[key], attribute) if key in raw else remote_base_value(base, key)
            )
        except ConversionError as error:
            errors[key] = error
    return values, errors


def _is_in(user: User, membership: Membership, known: Any) -> Any:
    """Return True or None; what is `known` where the answer does not say."""
    labels = user.labels.get(membership.kind)
    if labels is None:
        return known
    return membership.holds(labels) or None


def _name_parts(
    user: User, attributes: Mapping[str, Attribute], base: Mapping[str, Any]
) -> dict[str, Any]:
    """Return first and last name, taken from the full name; {} where `base` has the same name.

    "Anna Maria Kowalska" is split as the base is, ("Anna Maria", "Nowak"), else at the first blank.
    Where Odoo has a field for each part, a split at the first blank would be a guess; then {}, too.
    """
    full = user.values.get("name")
    if not isinstance(full, str):
        return {}
    full = (user.name or "") if is_storable(full) else full
    agreed = [remote_base_value(base, part) or "" for part in NAME_PARTS]
    received = [user.values.get(part) or "" for part in NAME_PARTS]
    if not any(received) and join_name(*agreed) == " ".join(full.split()):
        return {}
    first, last = map(str, received if any(received) else agreed)
    is_exact = any(attributes[part].is_exact for part in NAME_PARTS if part in attributes)
    split = split_by_half if is_exact and full else split_along
    halves = split(full, (first, last))
    return {part: half or None for part, half in zip(NAME_PARTS, halves or (), strict=False)}
