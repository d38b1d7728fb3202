"""Cells of CSV files that people open as spreadsheets."""

from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(value: Any) -> Any:
    """Return ``value`` as a cell that no spreadsheet calculates: ``=1+1`` becomes ``'=1+1``."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
