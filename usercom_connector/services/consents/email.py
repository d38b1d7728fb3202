"""Two ways to refuse e-mail: a consent that an account names, and Odoo's e-mail blacklist."""

from __future__ import annotations

from typing import Any

from .addresses import sharing
from .field import UNSUBSCRIBED, UNSUBSCRIBED_FIELD, ConsentField


class EmailConsent:
    """The e-mail consent of one account, and its pair of "unsubscribed" with the blacklist.

    `consent` and `blacklist` are mappings, empty where the account has no such pair. The two are
    kept in step: who is put on the blacklist withdraws the consent, and who withdraws the consent
    is put on the blacklist. But who leaves the blacklist has not said "yes" to anything.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.consent = backend.email_consent_id
        self.blacklist = backend.mapping_ids.filtered(_shows_blacklist)

    def pair_unsubscribed(self) -> None:
        """Pair User.com's "Unsubscribed" with Odoo's e-mail blacklist, as every account begins."""
        backend = self._backend
        attribute = backend.attribute_ids.filtered(lambda a: a.name_std == UNSUBSCRIBED)
        if attribute and attribute not in backend.mapping_ids.attribute_id:
            field = backend.env["ir.model.fields"]._get("res.partner", UNSUBSCRIBED_FIELD)
            values = {"field_id": field.id, "attribute_id": attribute.id, "is_consent": True}
            backend.env["usercom.field.mapping"].create({"backend_id": backend.id, **values})

    def only_read(self) -> Any:
        """Return the consent that the account's policy leaves unwritten at User.com."""
        left_out = {"consent": self.blacklist, "unsubscribed": self.consent}
        return left_out.get(self._backend.unsubscribe_policy, self.consent.browse())

    def keep_in_step(self, mapping: Any, consent: bool | None, partners: Any) -> None:
        """Have the other of the two follow what contacts have just said of `mapping`."""
        seen = self._backend._with_account_context(partners)
        if mapping == self.blacklist and consent is False:
            if self.consent:
                ConsentField(self.consent).withdraw(seen)
            self._backend._after_email_refusal(seen)
        elif mapping == self.consent and consent is not None and self.blacklist:
            self._show_on_blacklist(seen, consent)

    def _show_on_blacklist(self, seen: Any, consent: bool) -> None:
        """Put contacts on the blacklist, or take them off where nobody else is in the way.

        Jan and Ewa share an address and Ewa wants no e-mail: it stays blocked if Jan says "yes".
        """
        blacklist = ConsentField(self.blacklist)
        changed = seen.filtered(lambda partner: blacklist.shown(partner) != consent)
        if consent and changed:
            changed -= self._refused_by_others(changed)
        changed.write({UNSUBSCRIBED_FIELD: not consent})

    def _refused_by_others(self, partners: Any) -> Any:
        keys = [self.consent._key(), UNSUBSCRIBED]
        others = sharing(self._backend, partners) - partners
        log = self._backend.env["usercom.consent.log"]
        addresses = set(log._refusing(self._backend, keys, others).mapped("email_normalized"))
        return partners.filtered(lambda partner: partner.email_normalized in addresses)

    def leave_unsubscribed(self, partners: Any) -> None:
        """Keep Odoo's answer where we have unsubscribed a user ourselves: it is no "no"."""
        if not self.blacklist:
            return
        field = ConsentField(self.blacklist)
        for link in self._backend.env["usercom.binding"]._of(self._backend, partners).values():
            base = link._last_base()
            value = field.canonical_value(self._backend._with_account_context(link.partner_id))
            base.keep_both(UNSUBSCRIBED, value, True)
            link._store_base(base)


def _shows_blacklist(mapping: Any) -> bool:
    """Whether the pair is a consent that the e-mail blacklist shows."""
    return bool(
        mapping.is_consent
        and mapping.field_name == UNSUBSCRIBED_FIELD
        and mapping._key() == UNSUBSCRIBED
    )
