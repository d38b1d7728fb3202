"""Another place of Odoo hears that somebody wants no e-mail: a mailing list, for instance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .email import EmailConsent
from .field import ConsentField
from .notes import ConsentNotes


def refuse_email(backend: Any, emails: Iterable[str | bool]) -> None:
    """Note that the contacts of these normalized addresses want no e-mail, and withdraw it."""
    email_consent = EmailConsent(backend)
    mapping = email_consent.blacklist or email_consent.consent
    addresses = [email for email in emails if email]
    if mapping and addresses:
        everybody = backend._partners().with_context(active_test=False)
        partners = everybody.search([("email_normalized", "in", addresses)])
        ConsentNotes(mapping).note(False, partners)
        ConsentField(mapping).withdraw(backend._in_company(partners))
