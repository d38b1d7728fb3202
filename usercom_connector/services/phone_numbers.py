"""Phone numbers of contacts and users, compared by whom they ring: in E.164."""

from functools import lru_cache

from odoo.exceptions import UserError

from odoo.addons.phone_validation.tools.phone_validation import phone_format

from ..usercom.merge import remote_base_value
from ..usercom.phones import digits, is_plain

_CACHED = 8192  # numbers


def international(partner, number):
    """The ``number`` of ``partner`` in E.164, None where nobody can tell, or more would be lost.

    "601 111 222" is "+48601111222" for a contact, else a company, in Poland.
    """
    if not isinstance(number, str) or not is_plain(number):
        return None
    country = partner.country_id or partner.env.company.country_id
    return _parsed(number, country.code or "")


@lru_cache(_CACHED)
def _parsed(number, country_code):
    try:
        result = phone_format(number, country_code, None, "E164")
    except UserError:
        return None
    return result if result.startswith("+") and result[1:].isdecimal() else None


class PhoneNumbers:
    """The phone numbers among the values of some pairs.

    What a side has is kept as agreed in its own spelling: an E.164 made of a national number is
    a guess, which a country entered later makes another one.
    """

    def __init__(self, mappings):
        self._keys = [mapping._key() for mapping in mappings if mapping.is_phone]

    def spelled_as(self, partner, values, known):
        """Those of ``values`` that are the same number as the ``known`` ones, spelled as these."""
        return {
            key: known[key]
            for key in self._keys
            if key in values and key in known and self._is_same(partner, values[key], known[key])
        }

    def align(self, partner, base, odoo, remote):
        """Have what no side has changed but in spelling be spelled as it was agreed on.

        Where both sides have the same number, Odoo's is spelled as User.com's already.
        """
        for key in self._keys:
            if key in odoo and key in remote and odoo[key] != remote[key]:
                there = remote_base_value(base, key)
                odoo |= self.spelled_as(partner, {key: odoo[key]}, {key: base.get(key)})
                remote |= self.spelled_as(partner, {key: remote[key]}, {key: there})

    def _is_same(self, partner, one, other):
        if one == other or not (isinstance(one, str) and isinstance(other, str)):
            return False  # nothing to be spelled otherwise
        known = international(partner, one), international(partner, other)
        if None not in known:
            return known[0] == known[1]
        if is_plain(one) and is_plain(other):
            return digits(one) == digits(other)
        return one.casefold().split() == other.casefold().split()
