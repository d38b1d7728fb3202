"""Hooks that have a new name: for one version, addons may still extend and call the former one."""

import functools
import warnings
from collections.abc import Callable
from typing import Any


def former_name(of: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate the method that keeps the former name ``of`` a hook: it does what the hook does."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: Any, *arguments: Any) -> Any:
            _warn(method.__name__, of)
            return getattr(self, of)(*arguments)

        call.is_former_name = True  # type: ignore[attr-defined]
        return call

    return decorate


def extended(hook: Any, former: Any) -> Any:
    """The bound method to call: ``hook``, or ``former`` where an addon extends that one.

    The extension's ``super()`` leads to ``hook``, so what extends either is called once.
    """
    if getattr(former.__func__, "is_former_name", False):
        return hook
    _warn(f"{former.__func__.__module__}: {former.__func__.__name__}", hook.__func__.__name__)
    return former


def _warn(former: str, name: str) -> None:
    message = f"{former} is called {name} now; the former name ends with the next version."
    warnings.warn(message, DeprecationWarning, stacklevel=3)
