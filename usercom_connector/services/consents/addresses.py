"""Contacts that share an e-mail address: what one of them says of it concerns all."""

from __future__ import annotations

from typing import Any


def sharing(backend: Any, partners: Any) -> Any:
    """Return the account's contacts, archived ones too, that have an address of `partners`."""
    emails = [email for email in partners.mapped("email_normalized") if email]
    everybody = backend._with_account_context(partners).with_context(active_test=False)
    return backend._in_company(everybody.search([("email_normalized", "in", emails)]))
