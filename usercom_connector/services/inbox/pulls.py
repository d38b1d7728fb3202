"""Contacts whose user is to be read again because a person asks for it."""

from typing import Any

from ..contacts.contact_names import by_id
from ..contacts.identity import ContactIdentity
from ..queue.cron_trigger import request_drain
from .payload import Keys, keys_in


def queue_pulls(backend: Any, partners: Any) -> Any:
    """Queue a read of ``partners``, by whatever User.com may know them; returns those queued."""
    bindings = backend.env["usercom.binding"]._of(backend, partners)
    rows = []
    for partner in partners:
        if keys := keys_of_contact(backend, partner, bindings.get(partner.id)):
            rows.append({"backend_id": backend.id, "partner_id": partner.id, **keys})
        else:
            _refuse(backend, partner)
    request_drain(backend)
    return backend.env["usercom.inbox"].create(rows).partner_id


def keys_of_contact(backend: Any, partner: Any, binding: Any) -> Keys:
    """Return the keys by which User.com may know a contact; empty if there is none."""
    identity = ContactIdentity(backend).of(backend._with_account_context(partner), binding)
    return keys_in(identity.as_keys())


def _refuse(backend: Any, partner: Any) -> None:
    message = backend.env._(
        "%s has neither a User.com id nor an e-mail address to be looked for by.", by_id(partner)
    )
    binding = backend.env["usercom.binding"]._ensure(backend, partner)
    binding.write({"state": "failed", "last_error": message})
