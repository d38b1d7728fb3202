"""JSON as the standard has it: Python's own reader also takes NaN and Infinity."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

LONGEST_INTEGER = 100  # characters; Python itself refuses to read one of 4,300


class OddNumber(str):
    """NaN, Infinity or a number that is too large, as the text that stands in the JSON."""


def loads(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError for anything that is none, or is nested too deep."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def loads_with_odd_numbers(text: str | bytes) -> Any:
    """Parse JSON as `loads` does, with an OddNumber for a number that JSON cannot hold."""
    try:
        return json.loads(text, parse_constant=OddNumber, parse_float=_finite, parse_int=_readable)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def _readable(text: str) -> int | OddNumber:
    return int(text) if len(text) <= LONGEST_INTEGER else OddNumber(text)


def _finite(text: str) -> float | OddNumber:
    number = float(text)
    return number if math.isfinite(number) else OddNumber(text)


def dumps(value: Any) -> str:
    """Serialize to JSON. Raises ValueError for anything that JSON cannot hold."""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, RecursionError):
        raise ValueError("no JSON value") from None


def is_deeper_than(levels: int, value: Any) -> bool:
    """Whether JSON `value` nests lists and objects more than so many levels deep.

    Measured level by level, so that no depth is too much for it.
    """
    level = [value]
    for _level in range(levels):
        level = [inner for outer in level for inner in _members(outer)]
        if not level:
            return False
    return any(isinstance(inner, dict | list) for inner in level)


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
