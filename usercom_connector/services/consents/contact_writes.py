"""What writing contacts says of consents, noted in the same transaction."""

from typing import Any

from ..own_context import own_context
from .field import UNSUBSCRIBED_FIELD, ConsentField
from .notes import ConsentNotes


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
