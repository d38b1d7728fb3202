"""What contacts say of consents: shown by a field, said by e-mail, and noted in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from odoo.tools import SQL

from ...usercom import effective_consent, key_of, to_consent
from ...usercom.texts import read_word
from ..own_context import Origin, own_context, with_own_context


def sharing(backend: Any, partners: Any) -> Any:
    """Return the account's contacts, archived ones too, that have an address of `partners`."""
    emails = [email for email in partners.mapped("email_normalized") if email]
    everybody = backend._with_account_context(partners).with_context(active_test=False)
    return backend._in_company(everybody.search([("email_normalized", "in", emails)]))


# ---- what a field shows ----
# A consent's canonical value is True, False or None whatever the types of the field and the
# attribute are. The field is a checkbox, or a selection with one choice for yes and one for no.

UNSUBSCRIBED = "unsubscribed"  # the attribute whose value True says "no"
UNSUBSCRIBED_FIELD = "usercom_unsubscribed"  # shows Odoo's e-mail blacklist


class ConsentField:
    """The contact field of one pair that is a consent."""

    def __init__(self, mapping: Any) -> None:
        self._mapping = mapping
        self._pair = mapping._pair()
        self._name = self._pair.field_name
        self._withdrawn = self._pair.rule.withdrawn

    def shown(self, partner: Any) -> bool | None:
        """Return the consent as the field shows it."""
        return self.meant_by(partner[self._name])

    def meant_by(self, value: Any) -> bool | None:
        """Return the consent that a value of the field means."""
        if self._pair.field_type == "selection":
            value = read_word(value) if value else None
        return to_consent(value, self._withdrawn)

    def all_shown(self, partners: Any) -> dict[int, bool | None]:
        """Return {contact id: consent as shown}, as the account sees the contacts."""
        seen = self._mapping.backend_id._with_account_context(partners)
        return {partner.id: self.shown(partner) for partner in seen}

    def logged(self, partner: Any) -> bool | None:
        """Return what the contact said last, of the consent log."""
        consent: bool | None = (partner.usercom_answers or {}).get(self._pair.key)
        return consent

    def canonical_value(self, partner: Any) -> bool | None:
        """Return the canonical value of what counts for the contact, None if it said nothing."""
        silent_no = self._pair.field_type == "boolean" and not self._withdrawn
        return self.canonical(
            effective_consent(self.shown(partner), self.logged(partner), silent_no=silent_no)
        )

    def all_that_count(self, partners: Any) -> set[bool | None]:
        """Return what counts for some of the contacts, as the account sees them."""
        return {to_consent(self.canonical_value(p), self._withdrawn) for p in partners}

    def canonical(self, consent: bool | None) -> bool | None:
        """Return the canonical value of a consent: for "unsubscribed", True says no."""
        return None if consent is None else consent != self._withdrawn

    def to_odoo(self, value: bool | None) -> Any:
        """Return a canonical value as the field takes it."""
        if self._pair.field_type == "selection":
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
            given.write({self._name: self.to_odoo(self._withdrawn)})


def unsaid_values(mappings: Any) -> dict[str, bool]:
    """Return {field: False} for contacts that said nothing: no default is a consent."""
    consents = mappings.filtered("is_consent")
    return {m.field_name: False for m in consents if m._partner_field().store}


# ---- two ways to refuse e-mail ----


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


# ---- noting what was said ----


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
        """Return what counts after a merge into `kept`: any "no", else any "yes".

        Who is on the blacklist says "no" to e-mail as well.
        """
        seen = self._backend._with_account_context(kept | merged)
        answers, email = self._field.all_that_count(seen), EmailConsent(self._backend)
        if email.blacklist and self._mapping == email.consent:
            answers |= ConsentField(email.blacklist).all_that_count(seen) & {False}
        return next((said for said in (False, True) if said in answers), None)

    def weigh_anew(self, contacts: Any) -> None:
        """Forget the "no" that each contact's user agreed on, where another one said "no" too.

        They are to be merged. A "yes" that one's user has said since knows nothing of that "no".
        """
        seen = self._backend._with_account_context(contacts)
        doubtful = seen.filtered(lambda one: False in self._field.all_that_count(seen - one))
        self._mapping.env["usercom.binding"]._disagree(
            self._backend, doubtful.ids, self._key, self._mapping._withdrawn()
        )

    def settle_merged(self, partner: Any, consent: bool | None) -> None:
        """Note what counts for a contact after a merge, and have its field show it."""
        self.note(consent, partner)
        if consent is not None or self._mapping._partner_field().store:
            seen = with_own_context(self._backend._with_account_context(partner), merging=True)
            value = self._field.to_odoo(self._field.canonical(consent))
            seen.write({self._mapping.field_name: value})


# ---- what writing contacts says ----


def without_imported_yes(partners: Any, vals: dict[str, Any]) -> dict[str, Any]:
    """Return ``vals`` without the consents that an old file would give again after a "no"."""
    if not partners.env.context.get("import_file"):
        return vals
    consents = partners.env["usercom.field.mapping"]._consents_of(vals)
    refused = {
        c.field_name for c in consents if ConsentField(c).refuses(partners, vals[c.field_name])
    }
    return {name: value for name, value in vals.items() if name not in refused}


class WrittenConsents:
    """What ``vals`` say of consents: made before they are written, to be noted afterwards."""

    def __init__(self, partners: Any, vals: dict[str, Any]) -> None:
        self._contacts = partners.browse(i for i in partners._ids if isinstance(i, int))
        self._has_email = "email" in vals
        consents = partners.env["usercom.field.mapping"]._consents_of(vals)
        self._before = {c: ConsentField(c).all_shown(self._contacts) for c in consents}

    def note(self) -> None:
        """Note what is now shown and was not before."""
        if not own_context(self._contacts.env).merging:
            for mapping, shown in self._before.items():
                ConsentNotes(mapping).note_shown(self._contacts, shown)
        if self._has_email:
            _note_blocked(self._contacts)
            _share_withdrawals(self._contacts)


def note_created(partners: Any, vals_list: list[dict[str, Any]]) -> None:
    """Note the consents that new contacts were created with."""
    _note_blocked(partners)
    names = {name for vals in vals_list for name in vals}
    for mapping in partners.env["usercom.field.mapping"]._consents_of(names):
        pairs = zip(partners, vals_list, strict=True)
        given = [partner.id for partner, vals in pairs if vals.get(mapping.field_name)]
        ConsentNotes(mapping).note_shown(partners.browse(given))
    _share_withdrawals(partners)


def _note_blocked(partners: Any) -> None:
    """Note that contacts whose address is on the blacklist already want no e-mail."""
    for mapping in partners.env["usercom.field.mapping"]._consents_of([UNSUBSCRIBED_FIELD]):
        shown = ConsentField(mapping).all_shown(partners)
        blocked = partners.browse(key for key, consent in shown.items() if consent is False)
        ConsentNotes(mapping).for_address().note(False, blocked)


def _share_withdrawals(partners: Any) -> None:
    """Keep the strictest of what the contacts with one e-mail address said."""
    consents = partners.env["usercom.field.mapping"]._consents()
    emails = consents and partners.env["usercom.consent.log"]._refused_addresses(partners)
    if emails:
        concerned = partners.filtered(lambda partner: partner.email_normalized in emails)
        for mapping in consents:
            ConsentNotes(mapping).share_withdrawals(concerned)
