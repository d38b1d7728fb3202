"""What a contact's field says of a consent.

A consent's canonical value is True, False or None whatever the types of the field and the attribute
are. The field is a checkbox, or a selection with one choice for yes and one for no.
"""

from __future__ import annotations

from typing import Any

from ...usercom import effective_consent, key_of, to_consent
from ...usercom.texts import read_word

UNSUBSCRIBED = "unsubscribed"  # the attribute whose value True says "no"
UNSUBSCRIBED_FIELD = "usercom_unsubscribed"  # shows Odoo's e-mail blacklist


class ConsentField:
    """The contact field of one pair that is a consent."""

    def __init__(self, mapping: Any) -> None:
        self._mapping = mapping
        self._name = mapping.field_name

    def shown(self, partner: Any) -> bool | None:
        """Return the consent as the field shows it."""
        return self.meant_by(partner[self._name])

    def meant_by(self, value: Any) -> bool | None:
        """Return the consent that a value of the field means."""
        if self._mapping.field_type == "selection":
            value = read_word(value) if value else None
        return to_consent(value, self._mapping._withdrawn())

    def all_shown(self, partners: Any) -> dict[int, bool | None]:
        """Return {contact id: consent as shown}, as the account sees the contacts."""
        seen = self._mapping.backend_id._with_account_context(partners)
        return {partner.id: self.shown(partner) for partner in seen}

    def logged(self, partner: Any) -> bool | None:
        """Return what the contact said last, of the consent log."""
        consent: bool | None = (partner.usercom_answers or {}).get(self._mapping._key())
        return consent

    def canonical_value(self, partner: Any) -> bool | None:
        """Return the canonical value of what counts for the contact, None if it said nothing."""
        mapping = self._mapping
        silent_no = mapping.field_type == "boolean" and not mapping._withdrawn()
        return self.canonical(
            effective_consent(self.shown(partner), self.logged(partner), silent_no=silent_no)
        )

    def canonical(self, consent: bool | None) -> bool | None:
        """Return the canonical value of a consent: for "unsubscribed", True says no."""
        return None if consent is None else consent != self._mapping._withdrawn()

    def to_odoo(self, value: bool | None) -> Any:
        """Return a canonical value as the field takes it."""
        if self._mapping.field_type == "selection":
            return value is not None and key_of(value, self._mapping._choice_keys())
        return bool(value)

    def refuses(self, partners: Any, value: Any) -> bool:
        """Return whether `value` means "yes" and one of the contacts has said "no" before."""
        if self.meant_by(value or False) is not True:
            return False
        seen = self._mapping.backend_id._with_account_context(partners)
        return any(self.logged(partner) is False for partner in seen)

    def withdraw(self, partners: Any) -> None:
        """Write "no" to those contacts whose field says "yes"."""
        given = partners.filtered(lambda partner: self.shown(partner))
        if given:
            given.write({self._name: self.to_odoo(self._mapping._withdrawn())})


def unsaid_values(mappings: Any) -> dict[str, bool]:
    """Return {field: False} for contacts that said nothing: no default is a consent."""
    consents = mappings.filtered("is_consent")
    return {m.field_name: False for m in consents if m._partner_field().store}
