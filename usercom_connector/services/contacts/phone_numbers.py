"""Compare the phone numbers of contacts and users in E.164."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from odoo.exceptions import UserError

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ...usercom.merge import remote_base_value
from ...usercom.texts import digits, is_plain

_CACHED = 8192  # numbers


def international(partner: Any, number: Any) -> str | None:
    """Return the number of a contact in E.164, None where it cannot be told or has more in it.

    "601 111 222" is "+48601111222" for a contact in Poland, or of a company in Poland if it has no
    country. "601 111 222 ext. 3" has more in it.
    """
    if not isinstance(number, str) or not is_plain(number):
        return None
    own = partner.country_id if "country_id" in partner._fields else None
    country = own or partner.env.company.country_id
    return _parsed(number, country.code or "")


@lru_cache(_CACHED)
def _parsed(number: str, country_code: str) -> str | None:
    try:
        result: str = phone_format(number, country_code, None, "E164")
    except UserError:
        return None
    return result if result.startswith("+") and result[1:].isdecimal() else None


class PhoneNumbers:
    """The phone numbers among the values of some pairs.

    The base keeps a number as it was spelled, and not in E.164: "601 111 222" in E.164 is a guess,
    and another one once the contact is given another country.
    """

    def __init__(self, mappings: Any) -> None:
        self._keys = [mapping._key() for mapping in mappings if mapping.is_phone]

    def spelled_as(
        self, partner: Any, values: Mapping[str, Any], known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return {key: known number} for those `values` that are the same number as in `known`."""
        return {
            key: known[key]
            for key in self._keys
            if key in values and key in known and self._is_same(partner, values[key], known[key])
        }

    def align(
        self,
        partner: Any,
        base: Mapping[str, Any],
        odoo: dict[str, Any],
        remote: dict[str, Any],
    ) -> None:
        """Spell numbers of `odoo` and `remote` as in `base`, where they differ in spelling only.

        Where both sides have the same number, Odoo's is spelled as User.com's already.
        """
        for key in self._keys:
            if key in odoo and key in remote and odoo[key] != remote[key]:
                there = remote_base_value(base, key)
                odoo |= self.spelled_as(partner, {key: odoo[key]}, {key: base.get(key)})
                remote |= self.spelled_as(partner, {key: remote[key]}, {key: there})

    def _is_same(self, partner: Any, one: Any, other: Any) -> bool:
        if one == other or not (isinstance(one, str) and isinstance(other, str)):
            return False  # no two spellings of one number
        known = international(partner, one), international(partner, other)
        if None not in known:
            return known[0] == known[1]
        if is_plain(one) and is_plain(other):
            return digits(one) == digits(other)
        return one.casefold().split() == other.casefold().split()
