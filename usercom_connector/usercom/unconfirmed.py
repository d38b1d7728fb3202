"""Unconfirmed values: they were sent, but no answer came, so User.com may have them or not.

Contact and user agree on the phone "1". Odoo sends "2", the connection breaks, and Odoo's phone is
changed to "3". If User.com then shows "2", that is our own change and no conflict: "3" is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .base import Base, remote_base_value
from .merge import Rule
from .names import NAME_PARTS, join_name
from .records import Attribute, User
from .verify_write import is_respelled

MOST = 5  # values kept for one attribute: the last ones

Values = Mapping[str, Any]
Unconfirmed = Mapping[str, list[Any]]
"""`{key: [canonical values]}`, in the order in which they were sent."""


def added(unconfirmed: Unconfirmed, sent: Values) -> dict[str, list[Any]]:
    """Return `unconfirmed` with the values that are about to be sent added to it."""
    result = {key: list(values) for key, values in unconfirmed.items()}
    for key, value in sent.items():
        others = [known for known in result.get(key, []) if known != value]
        result[key] = [*others, value][-MOST:]
    return result


def presumed(base: Values, unconfirmed: Unconfirmed, odoo: Values) -> Base:
    """Return the base to compare Odoo with, so that an unconfirmed value is undone at User.com.

    The agreed phone is "1", "2" was sent without an answer, and Odoo is back at "1". User.com may
    have "2", so the base returned has "2" as well, and "1" is sent.
    """
    result = Base(base)
    for key, values in unconfirmed.items():
        others = [value for value in values if value != odoo.get(key)]
        if key in odoo and others and odoo[key] == base.get(key):
            result.agree(key, others[-1])
    return result


def with_names(base: Values, unconfirmed: Unconfirmed, user: User) -> Base:
    """Return `base` with first and last name as they were sent, if `user` has them.

    User.com's answers have the full name only. "Anna Maria Kowalska" does not show that "Anna
    Maria" was sent as the first name; where the parts sent make up this name, they are agreed on.
    """
    sent = {part: unconfirmed[part][-1] for part in NAME_PARTS if unconfirmed.get(part)}
    result = Base(base)
    full = user.values.get("name")
    parts = [sent.get(part, remote_base_value(base, part)) or "" for part in NAME_PARTS]
    if sent and isinstance(full, str) and join_name(*parts) == " ".join(full.split()):
        result.agree_on(sent)
    return result


def acknowledged(
    base: Values,
    unconfirmed: Unconfirmed,
    shown: Values,
    rules: Iterable[Rule],
    attributes: Mapping[str, Attribute],
) -> Base:
    """Return `base` with the unconfirmed values that User.com has, as `shown` says.

    A "no" to a consent is not taken for our own: a person may have said it at User.com as well.
    """
    result = Base(base)
    for rule in rules:
        key, value = rule.key, shown.get(rule.key)
        if key not in shown or value == remote_base_value(base, key):
            continue
        is_refusal = rule.consent and value == rule.withdrawn
        if not is_refusal and _is_one_of(value, unconfirmed.get(key, ()), attributes[key]):
            result.agree(key, value)
    return result


def still_open(
    base: Values, unconfirmed: Unconfirmed, shown: Values, rules: Iterable[Rule]
) -> dict[str, list[Any]]:
    """Return the unconfirmed values that may still arrive.

    They are those of keys for which User.com shows what it had when both sides were last compared.
    """
    plain = {rule.key for rule in rules if not rule.consent}
    return {
        key: values
        for key, values in unconfirmed.items()
        if key in plain and key in shown and shown[key] == remote_base_value(base, key)
    }


def _is_one_of(value: Any, sent: Iterable[Any], attribute: Attribute) -> bool:
    return any(value == each or is_respelled(each, value, attribute) for each in sent)
