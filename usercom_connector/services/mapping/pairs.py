"""What an account's pairs come to, as plain values: looked up once for each change of a pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...usercom import Attribute, Rule
from ...usercom.conversions import Conversion
from ..consents.answers import EmailConsent


@dataclass(frozen=True, slots=True)
class Pair:
    """A mapping without its record: what the values of contacts are read and merged by."""

    key: str  # the name under which the values are merged and agreed on
    attribute: Attribute
    rule: Rule
    field_name: str  # of the contact's field
    field_type: str  # of the field that the value is read from
    is_phone: bool
    when_empty: Any
    conversion: Conversion | None  # None where the value stays as it is
    may_be_spelled_otherwise: bool  # as Odoo may say "PL" for User.com's "Poland"


def pair_of(mapping: Any) -> Pair:
    """Return the pair of a mapping. What is only read does not go to User.com."""
    conversion, is_name_part = mapping._conversion(), mapping._is_name_part()
    is_only_read = mapping in EmailConsent(mapping.backend_id).only_read()
    is_plain = not (mapping.is_consent or mapping.is_phone or is_name_part)
    rule = Rule(
        key=mapping._key(),
        direction="import" if is_only_read else mapping.direction,
        policy=mapping.conflict_policy,
        consent=mapping.is_consent,
        withdrawn=mapping._withdrawn(),
        is_name_part=is_name_part,
        # It is sent whatever User.com has; but names and numbers are spelled as there. So a new
        # pair of thousands of contacts goes in few calls.
        is_sent_blind=mapping.direction == "export" and is_plain,
    )
    return Pair(
        rule.key,
        mapping._as_attribute(),
        rule,
        mapping.field_name,
        mapping.field_type,
        mapping.is_phone,
        conversion.when_empty,
        conversion if conversion.name else None,
        conversion.allows_spellings if conversion.name else _is_named(mapping),
    )


def _is_named(mapping: Any) -> bool:
    return mapping.field_type in ("many2one", "selection") and not mapping.is_consent
