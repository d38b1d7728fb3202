"""Values as a log keeps and shows them: readable, and never too long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .storable import storable_json

EXCERPT_SIZE = 2048
LONGEST_VALUE = 200


def excerpt(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return JSON `values`, with long ones cut to text if they take more than 2 kB altogether.

    Where even that is too much the rest is left out. None for no values.
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
    """Return JSON for people, cut after 2 kB; empty for nothing."""
    text = _text(values, indent=2, sort_keys=True) if values else ""
    return text if len(text) <= EXCERPT_SIZE else text[:EXCERPT_SIZE] + "…"


def _text(value: Any, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, **options)
