"""JSON as the standard has it: Python's own reader also takes NaN and Infinity."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


class OddNumber(str):
    """NaN, Infinity or a number too large, as it was written: nothing to calculate with."""


def loads(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError for anything that is none, or is nested too deep."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def loads_with_odd_numbers(text: str | bytes) -> Any:
    """Parse JSON as `loads` does, with an OddNumber for a number that JSON cannot hold."""
    try:
        return json.loads(text, parse_constant=OddNumber, parse_float=_finite)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def _finite(text: str) -> float | OddNumber:
    number = float(text)
    return number if math.isfinite(number) else OddNumber(text)


def dumps(value: Any) -> str:
    """Serialize to JSON. Raises ValueError for anything that JSON cannot hold."""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, RecursionError):
        raise ValueError("no JSON value") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
