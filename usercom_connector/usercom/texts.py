"""What texts say: names, phone numbers, words for yes and no, and what of them can be stored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

NAME_PARTS = ("first_name", "last_name")


def split_name(full: str) -> tuple[str, str]:
    """Return (first, last): the first word, and the rest ("" when there is none).

    No split is right for every culture; this one is reversible: join_name(*split_name(full)) is
    `full` with its white space normalized.
    """
    first, _, last = " ".join(full.split()).partition(" ")
    return first, last


def split_along(full: str, known: tuple[str, str]) -> tuple[str, str]:
    """Return (first, last), keeping the `known` half that `full` still has; else as `split_name`.

    "Anna Maria Kowalska" along ("Anna Maria", "Nowak") is ("Anna Maria", "Kowalska").
    """
    return split_by_half(full, known) or split_name(full)


def split_by_half(full: str, known: tuple[str, str]) -> tuple[str, str] | None:
    """Return (first, last) if `full` begins with the known first name or ends with the last one.

    Else None: "Ewa Lis" cannot be split along ("Anna Maria", "Kowalska") without a guess.
    """
    words, first, last = full.split(), known[0].split(), known[1].split()
    if first and words[: len(first)] == first:
        return " ".join(first), " ".join(words[len(first) :])
    if last and words[-len(last) :] == last:
        return " ".join(words[: -len(last)]), " ".join(last)
    return None


def join_name(first: str, last: str) -> str:
    """Return the full name with single spaces; either part may be empty."""
    return " ".join(f"{first} {last}".split())


def is_stand_in(name: str, *others: str | None) -> bool:
    """Return whether the name is just one of the others, an e-mail address or phone number."""
    return name.strip().casefold() in {other.strip().casefold() for other in others if other}


# ---- phone numbers ----

_PLAIN = re.compile(r"[\d\s()+./\-–]+")  # no "ext. 12", no "1-800-FLOWERS"
LEAST = 7  # digits that tell one number from another, whatever country they are in


def digits(phone: str | None) -> str:
    """Return the digits of a phone number, by which numbers are compared."""
    return re.sub(r"\D", "", phone or "")


def is_plain(phone: str) -> bool:
    """Return whether it has digits and signs of spelling only: "+48 (601) 111-222"."""
    return bool(_PLAIN.fullmatch(phone)) and bool(digits(phone))


def is_respelled_phone(sent: str, shown: str) -> bool:
    """Return whether both are one number, as "+48601111222" and "601 111 222" are."""
    shorter, longer = sorted((digits(sent), digits(shown).removeprefix("00")), key=len)
    return shorter == longer or (len(shorter) >= LEAST and longer.endswith(shorter))


# ---- words that say yes or no ----

_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def read_word(word: Any) -> bool | None:
    """Return what a word such as "yes" or "False" says; None for a word that is neither."""
    return _BOOLEANS.get(str(word).strip().lower())


# ---- plain text of HTML ----

_HIDDEN = {"script", "style", "head"}
_LINES = {"address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
_LINES |= {"ol", "p", "pre", "section", "table", "tr", "ul"}


def html_to_text(html: str) -> str:
    """Return the text that a reader would see, one line per block, white space collapsed."""
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\f"))
    return "\n".join(line for line in lines if line)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        self._break_line(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break_line(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        self._break_line(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s", " ", data))

    def _break_line(self, tag: str) -> None:
        if tag in _LINES:
            self.parts.append("\f")


# ---- what can be stored ----

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of surrogate pairs


def is_storable(value: Any) -> bool:
    """Return whether PostgreSQL can store all texts in a JSON value, at any depth."""
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, str) and _UNSTORABLE.search(item):
            return False
        if isinstance(item, dict):
            rest += [*item, *item.values()]
        elif isinstance(item, list | tuple):
            rest += item
    return True


def storable(text: str) -> str:
    """Return `text` with "\ufffd" in place of each character that cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", text)


def storable_json(value: Any) -> Any:
    """Return the JSON `value` with all of its texts made storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): storable_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(item) for item in value]
    return value


# ---- excerpts ----

EXCERPT_SIZE = 2048
LONGEST_VALUE = 200


def excerpt(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return `values` as they are if they take at most 2 kB of JSON, else shortened.

    Then each long value is replaced by the first 200 characters of its JSON, and where that is
    still too much, the rest is left out: {"…": "…"}. None where there are no values.
    """
    if not values:
        return None
    values = storable_json(values)
    if len(_text(values)) <= EXCERPT_SIZE:
        return dict(values)
    short: dict[str, Any] = {}
    for key, value in values.items():
        text = _text(value)
        short[key] = value if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
        if len(_text(short)) > EXCERPT_SIZE:
            del short[key]
            return short | {"…": "…"}
    return short


def readable(values: Any) -> str:
    """Return indented JSON, cut after 2 kB; "" where there are no values."""
    text = _text(values, indent=2, sort_keys=True) if values else ""
    return text if len(text) <= EXCERPT_SIZE else text[:EXCERPT_SIZE] + "…"


def _text(value: Any, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, **options)
