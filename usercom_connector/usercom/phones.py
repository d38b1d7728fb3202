"""Phone numbers, which everybody spells in a way of their own."""

import re

_PLAIN = re.compile(r"[\d\s()+./\-–]+")  # no "ext. 12", no "1-800-FLOWERS"
LEAST = 7  # digits that tell one number from another, whatever country they are in


def digits(phone: str | None) -> str:
    """Return what tells one number from another."""
    return re.sub(r"\D", "", phone or "")


def is_plain(phone: str) -> bool:
    """Whether nothing is lost where only the digits are kept."""
    return bool(_PLAIN.fullmatch(phone)) and bool(digits(phone))


def is_respelled_phone(sent: str, shown: str) -> bool:
    """Whether one is the other, perhaps without its country: "+48601111222" and "601 111 222"."""
    shorter, longer = sorted((digits(sent), digits(shown).removeprefix("00")), key=len)
    return shorter == longer or (len(shorter) >= LEAST and longer.endswith(shorter))
