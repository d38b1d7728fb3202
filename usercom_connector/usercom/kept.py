"""What User.com made of the values that it was sent."""

from __future__ import annotations

from typing import Any

from .phones import digits
from .records import Attribute


def is_respelled(sent: Any, shown: Any, attribute: Attribute) -> bool:
    """Whether User.com only spells it in its own way: in lower case, without blanks."""
    if not (isinstance(sent, str) and isinstance(shown, str)):
        return False
    if attribute.name_std == "phone_number":
        return digits(sent) == digits(shown)
    return sent.casefold().split() == shown.casefold().split()
