"""Texts of User.com that PostgreSQL cannot store: with NUL, or half a surrogate pair."""

from __future__ import annotations

import re
from typing import Any

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
