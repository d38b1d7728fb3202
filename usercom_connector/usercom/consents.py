"""A consent is given, withdrawn or was never asked for: True, False, None, whatever the field says.

Odoo's side alone does not tell: a checkbox knows no "never asked", and a default is no answer. What
counts is what somebody said, which the log of consents knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .canonical import canonical
from .errors import ConversionError
from .records import Attribute
from .words import read_word


def answer(value: Any, withdrawn: bool) -> bool | None:
    """Return the consent that a canonical value means, `withdrawn` being the one that says no."""
    return None if value is None else value != withdrawn


def told(raw: Any, attribute: Attribute, withdrawn: bool) -> bool | None:
    """Return the consent that a JSON value of User.com tells; None where it tells none."""
    try:
        return answer(canonical(raw, attribute), withdrawn)
    except ConversionError:
        return None


def said(shown: bool | None, known: bool | None, *, silent_no: bool) -> bool | None:
    """Return the consent that counts where Odoo shows `shown` and the log knows `known`.

    A "yes" counts once somebody said it. A "no" always counts, unless it is `silent_no`: how the
    field looks before anybody said anything. Who said "no" and shows nothing has not taken it back.
    """
    if shown is False:
        return None if silent_no and known is None else False
    return known if shown or known is False else None


def has_both_answers(keys: Iterable[str]) -> bool:
    """Whether a selection with these keys can be a consent: a yes, a no, and nothing else."""
    return sorted(str(read_word(key)) for key in keys) == ["False", "True"]


def key_of(consent: bool, keys: Iterable[str]) -> str | None:
    """Return the selection key that says it; None if none does."""
    return next((key for key in keys if read_word(key) is consent), None)


def consent_attribute(attribute: Attribute) -> Attribute:
    """Return the attribute as a boolean one; its choices are then its words for no and yes."""
    if attribute.value_type == "boolean":
        return attribute
    words = [key_of(consent, attribute.choices) for consent in (False, True)]
    choices = tuple(word or default for word, default in zip(words, ("false", "true"), strict=True))
    return replace(attribute, value_type="boolean", choices=choices)
