"""Which types fit each other, and conversions that stand between two of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import ConversionError, Reason

# ---- types that fit ----

BOTH = frozenset({"export", "import"})
EXPORT = frozenset({"export"})

# {User.com value type: {Odoo field type: directions}}
TypeTable = Mapping[str, Mapping[str, frozenset[str]]]
TYPE_TABLE: TypeTable = {
    "boolean": {"boolean": BOTH},
    "string": {
        **dict.fromkeys(("char", "text", "selection", "many2one"), BOTH),
        **dict.fromkeys(("integer", "float", "monetary", "date", "datetime"), EXPORT),
        **dict.fromkeys(("html", "many2many"), EXPORT),
    },
    "integer": {"integer": BOTH},
    "float": {"float": BOTH, "monetary": BOTH, "integer": EXPORT},
    "date": {"date": BOTH, "datetime": EXPORT},
    "datetime": {"datetime": BOTH, "date": EXPORT},
    "fixed": {"selection": BOTH, "many2one": BOTH, "many2many": BOTH},
    "json": {"json": BOTH},
}


# A consent is a yes, a no or nothing: each of these can say so.
CONSENT_FIELD_TYPES = ("boolean", "selection")
CONSENT_VALUE_TYPES = ("boolean", "string", "fixed")


def directions(
    field_type: str, value_type: str, *, consent: bool = False, table: TypeTable = TYPE_TABLE
) -> frozenset[str]:
    """Return the directions in which the pair may be mapped; empty when it may not be."""
    if consent:
        fits = field_type in CONSENT_FIELD_TYPES and value_type in CONSENT_VALUE_TYPES
        return BOTH if fits else frozenset()
    return table.get(value_type, {}).get(field_type, frozenset())


def fitting_value_types(field_type: str, table: TypeTable = TYPE_TABLE) -> tuple[str, ...]:
    """Return the User.com value types that an Odoo field type goes with."""
    return tuple(name for name, fields in table.items() if field_type in fields)


def fitting_field_types(value_type: str, table: TypeTable = TYPE_TABLE) -> tuple[str, ...]:
    """Return the Odoo field types that a User.com value type goes with."""
    return tuple(table.get(value_type, {}))


# ---- conversions ----
# Each conversion is reversible, or the pair that has it is only sent. Values are plain ones: of a
# choice its key, of a record its name (its id as a text where a table is asked), of several
# records a list of names.

_LETTER = r"[^\W\d_]"
_WORD = re.compile(
    f"{_LETTER}{{2,}}(?:['\u2019]{_LETTER}+)*|{_LETTER}"
)  # "don't", but "o" and "neil"
_AS_THE_ATTRIBUTE = "*"
_NUMBERS = ("boolean", "integer", "float")
_TEXTS = dict.fromkeys(("char", "text", "selection", "many2one"), "char")


@dataclass(frozen=True, slots=True)
class Kind:
    """`becomes`: {Odoo field type that it takes: Odoo type of what it makes of the value}."""

    becomes: Mapping[str, str]
    is_reversible: bool = False


CONVERSIONS: Mapping[str, Kind] = {
    "upper": Kind(_TEXTS),
    "lower": Kind(_TEXTS),
    "title": Kind(_TEXTS),
    "trim": Kind({"char": "char", "text": "text"}, is_reversible=True),
    "e164": Kind({"char": "char"}, is_reversible=True),
    "date": Kind({"datetime": "date"}),
    "yes_no": Kind({"boolean": "selection"}, is_reversible=True),
    "table": Kind(dict.fromkeys(("selection", "many2one"), _AS_THE_ATTRIBUTE), is_reversible=True),
    "join": Kind({"many2many": "char"}),
    "first": Kind({"many2many": "many2one"}),
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """One of `CONVERSIONS` with its details, or "" for none.

    `answers` are the texts of no and yes, `table` has (Odoo's value, canonical value), and
    `when_empty` is the canonical value that is sent in place of none.
    """

    name: str = ""
    answers: tuple[str, str] = ("no", "yes")
    separator: str = ", "
    table: tuple[tuple[str, Any], ...] = ()
    when_empty: Any = None

    @property
    def is_reversible(self) -> bool:
        """Return whether a value of User.com can be told to Odoo: no two became the same."""
        if self.when_empty is not None or (self.name and not CONVERSIONS[self.name].is_reversible):
            return False
        several = [right for _left, right in self._pairs()]
        return len({_folded(value) for value in several}) == len(several)

    def fits(self, field_type: str | bool) -> bool:
        """Return whether it takes the values of a field of this type."""
        return not self.name or field_type in CONVERSIONS[self.name].becomes

    def becomes(self, field_type: str, value_type: str) -> str:
        """Return the Odoo type of a field's values after it, "" where it cannot take them."""
        made = CONVERSIONS[self.name].becomes.get(field_type, "") if self.name else field_type
        if made == _AS_THE_ATTRIBUTE:
            return value_type if value_type in _NUMBERS else "selection"
        return made

    def to_usercom(self, value: Any) -> Any:
        """Return what is sent for an Odoo value; unset stays unset.

        Raises ConversionError for a value that the table lacks.
        """
        if value is None or (value is False and self.name not in ("", "yes_no")):
            return None
        if self.name in ("yes_no", "table"):
            return _counterpart(value, self._pairs())
        if self.name == "join":
            return self.separator.join(value) or None
        if self.name == "first":
            return value[0] if value else None
        return _TEXT_CHANGES[self.name](value) if self.name in _TEXT_CHANGES else value

    def to_odoo(self, value: Any) -> Any:
        """Return the Odoo value that a canonical value stands for.

        Raises ConversionError for a text that is none of those that are sent.
        """
        if value is None:
            return None
        if self.name in ("yes_no", "table"):
            pairs = [(_folded(right), left) for left, right in self._pairs()]
            return _counterpart(_folded(value), pairs)
        return _trimmed(value) if self.name == "trim" else value

    @property
    def allows_spellings(self) -> bool:
        """Return whether User.com may spell otherwise what Odoo sends, and mean the same."""
        return self.name in ("yes_no", "table", "trim")

    def is_alike(self, odoo: Any, usercom: Any) -> bool:
        """Return whether User.com's value is Odoo's in another spelling: "vip" and "VIP"."""
        try:
            return self.allows_spellings and self.to_usercom(self.to_odoo(usercom)) == odoo
        except ConversionError:
            return False

    def _pairs(self) -> tuple[tuple[Any, Any], ...]:
        """Return (Odoo's value, canonical value) of all that it can carry over."""
        return (
            tuple(zip((False, True), self.answers, strict=True))
            if self.name == "yes_no"
            else self.table
        )


AS_IT_IS = Conversion()


def _counterpart(value: Any, pairs: Sequence[tuple[Any, Any]]) -> Any:
    for known, counterpart in pairs:
        if known == value:
            return counterpart
    raise ConversionError(value, Reason.UNKNOWN_CHOICE, choices=[known for known, _ in pairs])


def _folded(value: Any) -> Any:
    """Return a value by which it is told from others: texts are the same in any case."""
    if isinstance(value, list):
        return tuple(map(_folded, value)) if len(value) != 1 else _folded(value[0])
    return value.casefold() if isinstance(value, str) else value


def _titled(text: str) -> str:
    """Return `text` with capital first letters: "jan o'neil-kowalski" is "Jan O'Neil-Kowalski"."""
    return _WORD.sub(lambda word: word[0][0].upper() + word[0][1:].lower(), text)


def _trimmed(text: str) -> str:
    """Return `text` without spaces around its lines, and with single ones between words."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


_TEXT_CHANGES: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": _titled,
    "trim": _trimmed,
}
