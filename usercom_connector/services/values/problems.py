"""Sentences that tell people which value could not be carried over, and why."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from ...usercom import ConversionError, Reason, User
from ...usercom.pushed import Pushed
from ...usercom.records import LONGEST_KEY
from ...usercom.texts import storable
from ...usercom.verify_write import is_respelled
from ..contacts.texts import by_id
from ..failures.problem import Problem, code_of_reason


def value_problem(mapping: Any, contact: Any, error: ConversionError) -> Problem:
    """Return one sentence that names contact, field, value and reason.

    `contact` is a record, or a text for a contact that is still to be created.
    """
    text = mapping.env._(
        "%(contact)s: “%(field)s” could not be synced, value “%(value)s”: %(reason)s.",
        contact=contact if isinstance(contact, str) else by_id(contact),
        field=mapping._label(),
        value=storable(_shown(mapping, contact, error))[:80],
        reason=_reason(mapping, error),
    )
    return Problem(text, code_of_reason(error.reason), mapping.id)


def unreadable_problems(
    mappings: Any, user: User, errors: Mapping[str, ConversionError]
) -> list[str]:
    """Return a sentence for each value of `user` that cannot be read, and for its custom id."""
    named = user.email or str(user.id)
    found = [m for m in mappings if m._key() in errors] if errors else []
    problems: list[str] = [value_problem(m, named, errors[m._key()]) for m in found]
    custom_id = user.values.get("custom_id")
    if isinstance(custom_id, str) and len(custom_id) > LONGEST_KEY:
        problems.append(_custom_id_problem(mappings.env, named, custom_id))
    return problems


def pushed_problems(mappings: Any, partner: Any, pushed: Pushed) -> list[str]:
    """Return what User.com ignored of what was sent, and what it made something else of."""
    problems = ignored_problems(mappings, partner, pushed.ignored)
    altered = pushed.remote_base.keys() - pushed.ignored.keys()
    return problems + [
        altered_problem(mapping, partner, *_sent_and_shown(mapping, pushed))
        for mapping in mappings
        if mapping._key() in altered and not _is_only_respelled(mapping, pushed)
    ]


def _sent_and_shown(mapping: Any, pushed: Pushed) -> tuple[Any, Any]:
    """Return the value that was sent, and the one that User.com keeps in its place."""
    key = mapping._key()
    return pushed.sent[key], pushed.remote_base[key]


def _is_only_respelled(mapping: Any, pushed: Pushed) -> bool:
    """Return whether User.com keeps the value itself in other letters, as "JAN@EXAMPLE.ORG"."""
    sent, shown = _sent_and_shown(mapping, pushed)
    return is_respelled(sent, shown, mapping._as_attribute())


def ignored_problems(mappings: Any, partner: Any, ignored: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that User.com answered without keeping it."""
    return [
        _ignored_problem(mapping, partner, ignored[mapping._key()])
        for mapping in mappings
        if mapping._key() in ignored
    ]


def _ignored_problem(mapping: Any, partner: Any, value: Any) -> Problem:
    text = mapping.env._(
        "%(contact)s: User.com did not keep “%(field)s”, value “%(value)s”.",
        contact=by_id(partner),
        field=mapping._label(),
        value=str(value)[:80],
    )
    return Problem(text, "not_kept", mapping.id)


def unchanged_problems(pairs: Iterable[Any], partner: Any, ignored: Container[str]) -> list[str]:
    """Return a sentence for each tag that User.com did not give or take away."""
    return [
        Problem(
            pair.env._(
                "%(contact)s: User.com did not change “%(membership)s”.",
                contact=by_id(partner),
                membership=pair._label(),
            ),
            "not_kept",
        )
        for pair in pairs
        if pair._key() in ignored
    ]


def altered_problem(mapping: Any, partner: Any, sent: Any, shown: Any) -> Problem:
    """Return a sentence for a value that User.com has stored as another one."""
    text = mapping.env._(
        "%(contact)s: User.com keeps “%(shown)s” instead of “%(value)s” in “%(field)s”.",
        contact=by_id(partner),
        shown=str(shown)[:80],
        value=str(sent)[:80],
        field=mapping._label(),
    )
    return Problem(text, "changed_there", mapping.id)


def _shown(mapping: Any, contact: Any, error: ConversionError) -> str:
    """Return the value in words: a record that a value table lacks is known there by its id."""
    if mapping.conversion == "table" and mapping.field_type == "many2one":
        record = None if isinstance(contact, str) else contact[mapping.field_name]
        if record and error.value == str(record.id):
            return str(record.display_name)
    return str(error.value)


def _custom_id_problem(env: Any, contact: str, value: str) -> Problem:
    text = env._(
        "%(contact)s: the custom ID “%(value)s” is longer than %(limit)s characters. It is "
        "not kept; give the user a shorter one in User.com.",
        contact=contact,
        value=storable(value[:80]),
        limit=LONGEST_KEY,
    )
    return Problem(text, "custom_id_too_long")


def _reason(mapping: Any, error: ConversionError) -> str:
    env, limit = mapping.env, error.detail.get("limit")
    texts: dict[Reason, str] = {
        Reason.INVALID_EMAIL: env._("not an e-mail address"),
        Reason.TOO_LONG: env._("longer than %s characters", limit),
        Reason.UNKNOWN_CHOICE: env._("not one of the known choices"),
        Reason.NOT_A_DATE: env._("not a date"),
        Reason.NOT_A_NUMBER: env._("not a number"),
        Reason.OUT_OF_RANGE: env._("out of range"),
        Reason.NOT_A_BOOLEAN: env._("neither yes nor no"),
    }
    return texts.get(error.reason) or env._("not readable as %s", mapping.value_type)
