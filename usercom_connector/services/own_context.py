"""What this addon tells itself across Odoo's methods, whose arguments are not ours to add to.

It travels in the context, where everybody may put what he likes: a caller's context over RPC is
JSON. So only an ``OwnContext`` counts, which no JSON becomes; a caller's
``{"usercom_own_context": {"merging": true}}`` is a dict and is ignored.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

KEY = "usercom_own_context"


@dataclass(frozen=True)
class Origin:
    """Through what a consent came to be said, as the consent log notes it."""

    origin: str = "odoo"
    ref: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class OwnContext:
    """Frozen and compared by value, as Odoo compares contexts."""

    origin: Origin | None = None
    language: tuple[int, str] | None = None  # an account and its language, read once for a drain
    linking: str | None = None  # the key field in which we enter or remove a user's id
    merged_ids: tuple[int, ...] = ()  # the contacts that are merged with their users
    creating: bool = False  # contacts of new users
    merging: bool = False  # contacts with each other; who does so notes and links
    strictest: dict[int, bool | None] | None = None  # {consent: answer}, filled by that merge
    speaking: tuple[int, ...] | None = None  # the contacts that a blacklist entry is an answer of


NOTHING = OwnContext()


def own_context(env: Any) -> OwnContext:
    """The own context of ``env``; ``NOTHING`` where the context holds another object."""
    context = env.context.get(KEY)
    return context if isinstance(context, OwnContext) else NOTHING


def with_own_context(records: Any, **changes: Any) -> Any:
    """The ``records`` with these ``changes`` in the own context of what is called on them."""
    return records.with_context(**{KEY: replace(own_context(records.env), **changes)})
