"""Checked construction of option dataclasses from JSON objects."""

import types
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class BadOptionError(ValueError):
    """An option that does not exist or a value it cannot take; the text says which."""


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def checked(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` as keyword arguments of the dataclass `cls`; raise BadOptionError."""
    known = {field.name for field in fields(cls)}
    for name, value in values.items():
        if name not in known:
            raise BadOptionError(
                f"there is no option {name!r}; there are: {', '.join(sorted(known))}"
            )
        if not _fits(value, _hints(cls)[name]):
            raise BadOptionError(
                f"{name} cannot be {value!r}; it takes {_described(_hints(cls)[name])}"
            )
    return dict(values)


def build(cls: type[T], values: Mapping[str, Any]) -> T:
    """Make a `cls` from a JSON object; raise BadOptionError."""
    return cls(**checked(cls, values))


def _fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if hint is Any:
        return True
    if origin is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(hint))
    if origin in (Union, types.UnionType):
        return any(_fits(value, part) for part in get_args(hint))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, origin or hint)


def _described(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(repr(choice) for choice in get_args(hint))
    return getattr(hint, "__name__", str(hint)) if not get_args(hint) else str(hint)
