"""JSON as the standard has it: Python's own reader also takes NaN and Infinity."""

import json
from typing import Any, NoReturn


def loads(text: str | bytes) -> Any:
    """Parse JSON. Raises ValueError for anything that is none, or is nested too deep."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def dumps(value: Any) -> str:
    """Serialize to JSON. Raises ValueError for anything that JSON cannot hold."""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, RecursionError):
        raise ValueError("no JSON value") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
