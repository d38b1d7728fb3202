"""A "no" that comes by another way than the merge of a contact with its user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...usercom import User
from ...usercom.consents import received_consent
from ...usercom.merge import Base, remote_base_value
from .email import EmailConsent
from .field import ConsentField
from .notes import ConsentNotes


def refuse_email(backend: Any, emails: Iterable[str | bool]) -> None:
    """Note that the contacts of these normalized addresses want no e-mail, and withdraw it.

    Another place of Odoo has heard of it: a mailing list, for instance.
    """
    email_consent = EmailConsent(backend)
    mapping = email_consent.blacklist or email_consent.consent
    addresses = [email for email in emails if email]
    if mapping and addresses:
        everybody = backend._partners().with_context(active_test=False)
        partners = everybody.search([("email_normalized", "in", addresses)])
        ConsentNotes(mapping).note(False, partners)
        ConsentField(mapping).withdraw(backend._in_company(partners))


def apply_refusals(backend: Any, partner: Any, user: User, base: Base) -> None:
    """Withdraw the consents that ``user`` refuses and did not when both sides were compared."""
    for mapping in backend.mapping_ids.filtered("is_consent"):
        key, withdrawn = mapping._key(), mapping._withdrawn()
        said = received_consent(user.values.get(key), mapping._as_attribute(), withdrawn)
        is_new = remote_base_value(base, key) != withdrawn
        if mapping.direction != "export" and said is False and is_new:
            withdraw(mapping, backend, partner)


def withdraw(mapping: Any, backend: Any, partner: Any) -> None:
    """Note that a contact refuses one consent, with the origin of ``backend``, and write it."""
    ConsentNotes(mapping).note(False, partner)
    ConsentField(mapping).withdraw(backend._with_account_context(partner))
