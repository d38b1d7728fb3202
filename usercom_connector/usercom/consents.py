"""A consent is True (given), False (withdrawn) or None (nobody was ever asked).

A field alone cannot tell these apart: an empty checkbox may mean "no" or "never asked". What the
person has said is in the consent log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .errors import ConversionError
from .records import Attribute
from .texts import read_word
from .values import canonical


def to_consent(value: Any, withdrawn: bool) -> bool | None:
    """Return the consent that a canonical value means; `withdrawn` is the value for "no"."""
    return None if value is None else value != withdrawn


def received_consent(raw: Any, attribute: Attribute, withdrawn: bool) -> bool | None:
    """Return the consent that a JSON value of User.com means, None where it cannot be read."""
    try:
        return to_consent(canonical(raw, attribute), withdrawn)
    except ConversionError:
        return None


def effective_consent(shown: bool | None, known: bool | None, *, silent_no: bool) -> bool | None:
    """Return the consent that counts, of the field's (`shown`) and the consent log's (`known`).

    A "yes" in the field counts only if the log has it: a default of the field is no consent. A
    "no" in the field always counts, unless the log has nothing and the field looks so before
    anybody was asked (`silent_no`: a checkbox). A "no" in the log still counts where the field
    shows nothing.
    """
    if shown is False:
        return None if silent_no and known is None else False
    return known if shown or known is False else None


def has_both_answers(keys: Iterable[str]) -> bool:
    """Return whether the selection keys are one for yes and one for no, as a consent needs."""
    return sorted(str(read_word(key)) for key in keys) == ["False", "True"]


def key_of(consent: bool, keys: Iterable[str]) -> str | None:
    """Return the key that says yes (True) or no (False), None if there is none."""
    return next((key for key in keys if read_word(key) is consent), None)


def consent_attribute(attribute: Attribute) -> Attribute:
    """Return the attribute as a boolean; its `choices` are then its words for (no, yes)."""
    if attribute.value_type == "boolean":
        return attribute
    words = [key_of(consent, attribute.choices) for consent in (False, True)]
    choices = tuple(word or default for word, default in zip(words, ("false", "true"), strict=True))
    return replace(attribute, value_type="boolean", choices=choices)
