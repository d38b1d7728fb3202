"""Phone numbers, which everybody spells in a way of their own."""

import re


def digits(phone: str | None) -> str:
    """Return what tells one number from another."""
    return re.sub(r"\D", "", phone or "")
