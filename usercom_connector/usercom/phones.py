"""Compare phone numbers that are spelled differently."""

import re

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
