"""Shorten values for logs: readable, and at most 2 kB."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .storable import storable_json

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
