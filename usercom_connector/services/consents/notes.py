"""Note what contacts say of a consent: in the log, at the e-mail address, and for User.com."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo.tools import SQL

from ...usercom import to_consent
from ..own_context import Origin, own_context, with_own_context
from .addresses import sharing
from .email import EmailConsent
from .field import ConsentField


class ConsentNotes:
    """Notes what contacts say of one consent, whoever told it.

    The consent log names the `Origin` of the own context; without one, the Odoo user.
    """

    def __init__(self, mapping: Any) -> None:
        self._mapping = mapping
        self._backend = mapping.backend_id
        self._key = mapping._key()
        self._field = ConsentField(mapping)

    def note_shown(self, partners: Any, before: Mapping[int, bool | None] | None = None) -> None:
        """Note what the fields show, of those contacts where `before` was something else."""
        shown = self._field.all_shown(partners)
        for consent in (True, False, None):
            changed = [
                partner_id
                for partner_id, now in shown.items()
                if now is consent and (before is None or before[partner_id] is not now)
            ]
            self.note(consent, partners.browse(changed))

    def note(self, consent: bool | None, partners: Any) -> None:
        """Note that these contacts say `consent` from now on.

        It is logged. A "no" is sent to User.com before other edits, and no "yes" of User.com's
        that was agreed on before overrules it.
        """
        partners = self._backend._in_company(partners)
        if not partners:
            return
        mapping = self._mapping
        changed = self.record(consent, SQL("SELECT unnest(%s)", list(partners._ids)))
        if consent is False:
            mapping.env["usercom.binding"]._disagree(
                self._backend, changed, self._key, mapping._withdrawn()
            )
            mapping.env["usercom.outbox"]._prioritize(changed)
        EmailConsent(self._backend).keep_in_step(mapping, consent, partners)
        if consent is not None:
            self.share_withdrawals(partners)

    def record(self, consent: bool | None, partners: SQL) -> list[int]:
        """Write the consent log; return the ids of the contacts that said something else before.

        `partners` is SQL for ids of contacts.
        """
        log = self._mapping.env["usercom.consent.log"]
        ids: list[int] = log._record(self._backend, self._key, consent, partners)
        return ids

    # ---- one e-mail address ----

    def share_withdrawals(self, partners: Any) -> None:
        """Of what the contacts with one e-mail address say, the strictest counts for all.

        Jan and Ewa share an address and Jan says "no": Ewa's field says "no", too. She has not
        said so herself, so her later "yes" is not overruled by this "no".
        """
        everybody = sharing(self.for_address()._backend, partners)
        log = self._mapping.env["usercom.consent.log"]
        refused = log._refusing(self._backend, [self._key], everybody)
        refused |= (everybody & partners).filtered(lambda p: self._field.logged(p) is False)
        addresses = set(refused.mapped("email_normalized"))
        self._field.withdraw(everybody.filtered(lambda p: p.email_normalized in addresses))

    def note_for_address(self, consent: bool | None, partners: Any) -> None:
        """Note what another contact with their address said; a "no" of their own still counts."""
        log = self._mapping.env["usercom.consent.log"]
        refusing = log._refusing(self._backend, [self._key], partners)
        self.note(consent, partners - refusing if consent else partners)
        self._field.withdraw(self._backend._with_account_context(refusing))

    def for_address(self) -> ConsentNotes:
        """Return notes of what is said of an e-mail address, and not by the contact itself."""
        origin = own_context(self._mapping.env).origin or Origin()
        return ConsentNotes(
            with_own_context(self._mapping, origin=replace(origin, origin="address"))
        )

    # ---- contacts that are merged ----

    def strictest(self, kept: Any, merged: Any) -> bool | None:
        """Return what counts after a merge into `kept`: any "no", else what `kept` said."""
        seen = self._backend._with_account_context(kept | merged)
        withdrawn = self._mapping._withdrawn()
        answers = {p.id: to_consent(self._field.canonical_value(p), withdrawn) for p in seen}
        return False if False in answers.values() else answers[kept.id]

    def settle_merged(self, partner: Any, consent: bool | None) -> None:
        """Note what counts for a contact after a merge, and have its field show it."""
        self.note(consent, partner)
        if consent is not None or self._mapping._partner_field().store:
            seen = with_own_context(self._backend._with_account_context(partner), merging=True)
            value = self._field.to_odoo(self._field.canonical(consent))
            seen.write({self._mapping.field_name: value})
