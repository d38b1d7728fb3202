"""Sentences that tell people which value could not be carried over, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...usercom import ConversionError, Reason, User
from ...usercom.records import LONGEST_KEY
from ...usercom.storable import storable
from ..contacts.contact_names import by_id


def value_problem(mapping: Any, contact: Any, error: ConversionError) -> str:
    """Return one sentence that names contact, field, value and reason.

    `contact` is a record, or a text for a contact that is still to be created.
    """
    text: str = mapping.env._(
        "%(contact)s: “%(field)s” could not be carried over, value “%(value)s”: %(reason)s.",
        contact=contact if isinstance(contact, str) else by_id(contact),
        field=mapping.field_id.field_description,
        value=storable(str(error.value))[:80],
        reason=_reason(mapping, error),
    )
    return text


def unreadable_problems(
    mappings: Any, user: User, errors: Mapping[str, ConversionError]
) -> list[str]:
    """Return a sentence for each value of `user` that cannot be read, and for its custom id."""
    named = user.email or str(user.id)
    found = [m for m in mappings if m._key() in errors]
    problems = [value_problem(mapping, named, errors[mapping._key()]) for mapping in found]
    custom_id = user.values.get("custom_id")
    if isinstance(custom_id, str) and len(custom_id) > LONGEST_KEY:
        problems.append(_custom_id_problem(mappings.env, named, custom_id))
    return problems


def ignored_problems(mappings: Any, partner: Any, ignored: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that User.com answered without keeping it."""
    return [
        mappings.env._(
            "%(contact)s: User.com did not keep “%(field)s”, value “%(value)s”.",
            contact=by_id(partner),
            field=mapping.field_id.field_description,
            value=str(ignored[mapping._key()])[:80],
        )
        for mapping in mappings
        if mapping._key() in ignored
    ]


def _custom_id_problem(env: Any, contact: str, value: str) -> str:
    text: str = env._(
        "%(contact)s: the custom ID “%(value)s” is longer than %(limit)s characters. It is "
        "not kept; give the user a shorter one in User.com.",
        contact=contact,
        value=storable(value[:80]),
        limit=LONGEST_KEY,
    )
    return text


def _reason(mapping: Any, error: ConversionError) -> str:
    env, limit = mapping.env, error.detail.get("limit")
    texts: dict[Reason, str] = {
        Reason.TOO_LONG: env._("longer than %s characters", limit),
        Reason.UNKNOWN_CHOICE: env._("not one of the known choices"),
        Reason.NOT_A_DATE: env._("not a date"),
        Reason.NOT_A_NUMBER: env._("not a number"),
        Reason.OUT_OF_RANGE: env._("out of range"),
        Reason.NOT_A_BOOLEAN: env._("neither yes nor no"),
    }
    return texts.get(error.reason) or env._("not readable as %s", mapping.value_type)
