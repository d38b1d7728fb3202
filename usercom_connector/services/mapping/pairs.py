"""What an account's pairs come to, as plain values: looked up once for each change of a pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...usercom import Attribute, Rule
from ...usercom.conversions import AS_IT_IS, Conversion
from ...usercom.texts import NAME_PARTS
from ..consents.answers import UNSUBSCRIBED, EmailConsent


@dataclass(frozen=True, slots=True)
class Pair:
    """A mapping without its record: what the values of contacts are read and merged by."""

    key: str  # the name under which the values are merged and agreed on
    attribute: Attribute
    rule: Rule
    field_type: str  # of the Odoo field
    is_phone: bool
    when_empty: Any
    conversion: Conversion | None  # None where the value stays as it is


def pair_of(mapping: Any) -> Pair:
    """Return the pair of a mapping. What is only read does not go to User.com."""
    attribute, conversion = mapping._as_attribute(), mapping._conversion()
    key, is_name_part = attribute.name_std, mapping._is_name_part()
    is_only_read = mapping in EmailConsent(mapping.backend_id).only_read()
    is_plain = not (mapping.is_consent or mapping.is_phone or is_name_part)
    rule = Rule(
        key=key,
        direction="import" if is_only_read else mapping.direction,
        policy=mapping.conflict_policy,
        consent=mapping.is_consent,
        withdrawn=key == UNSUBSCRIBED,
        is_name_part=is_name_part,
        # It is sent whatever User.com has; but names and numbers are spelled as there. So a new
        # pair of thousands of contacts goes in few calls.
        is_sent_blind=mapping.direction == "export" and is_plain,
    )
    is_converted = bool(conversion.name)
    return Pair(
        key,
        attribute,
        rule,
        mapping.field_type,
        mapping.is_phone,
        conversion.when_empty,
        conversion if is_converted else None,
    )
