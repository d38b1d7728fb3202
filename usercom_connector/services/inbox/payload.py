"""The body of a call of User.com: a JSON object that names a user."""

import json
from typing import Any

from ...usercom import strict_json
from ..contacts.identity import normalized

LONGEST_KEY = 255
MOST_LEVELS = 32
NOTHING = ("None", "null")  # how templates write an empty value

Payload = dict[str, Any]
Keys = dict[str, Any]
"""``{external_id, custom_id, email, user_ref}``: by what a user is named; ``user_ref`` is the
strongest of them, such as ``external_id:7``."""


def parse(body: str | bytes) -> Payload | None:
    """Return the JSON object of ``body``; None for anything else, or what no database keeps."""
    try:
        payload = strict_json.loads(body)
        if strict_json.is_deeper_than(MOST_LEVELS, payload):
            return None
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
        text.encode()  # refuses halves of surrogate pairs
    except ValueError:
        return None
    return payload if isinstance(payload, dict) and "\\u0000" not in text else None


def keys_of(payload: Payload) -> Keys:
    """Return the keys of the user that ``payload`` names; empty if nobody."""
    user, extra = payload.get("user"), payload.get("extra")
    if isinstance(user, dict):
        user = {"custom_id": user.get("user_id"), **user}  # its name in User.com's API v1
    return keys_in(user) or keys_in(extra)


def keys_in(block: Any) -> Keys:
    """Return the keys of the user that ``block``, an object with id, custom_id or email, names."""
    if not isinstance(block, dict):
        return {}
    keys = {
        "external_id": _integer(block.get("id")),
        "custom_id": _text(block.get("custom_id")),
        "email": normalized(_text(block.get("email")) or ""),
    }
    ref = next((f"{name}:{value}" for name, value in keys.items() if value), None)
    return {**keys, "user_ref": ref} if ref else {}


def _integer(value: Any) -> int | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0
    return number if 0 < number < 2**31 else None


def _text(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= LONGEST_KEY and text not in NOTHING else None
