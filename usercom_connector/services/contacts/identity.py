"""Which User.com user a contact is: by its id, its custom id, its e-mail, its phone number."""

from dataclasses import astuple, replace
from typing import Any

from ...usercom.jobs import Identity
from ...usercom.phones import digits
from .email_addresses import normalized


class ContactIdentity:
    """By what the contacts of one account are known at User.com.

    ``binding`` is a contact's link, empty or None where it has none.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def of(self, partner: Any, binding: Any) -> Identity:
        """By what User.com may know ``partner``."""
        backend = self._backend
        e164 = backend.match_phone and partner.phone_sanitized or None
        return Identity(
            user_id=self.known_id(partner) or (binding and binding.external_id) or None,
            custom_id=(binding and binding.custom_id) or backend._custom_id(partner, partner.email),
            email=normalized(partner.email),
            phone=(backend.match_phone and partner.phone) or None,
            e164=e164 if digits(e164) != digits(partner.phone) else None,
        )

    def to_send(self, partner: Any, binding: Any) -> Identity:
        """As ``of``, with something to be found by when an answer was lost."""
        identity = self.of(partner, binding)
        if any(astuple(identity)):
            return identity
        return replace(identity, custom_id=fallback_custom_id(partner))

    def new_custom_id(self, partner: Any, binding: Any) -> str | None:
        """The custom id to set now, None to leave it.

        One that the policy made of an earlier e-mail follows the e-mail, and so does our fallback.
        One that somebody else gave, a web shop for instance, stays: others know the user by it.
        """
        wanted: str | None = self._backend._custom_id(partner, partner.email)
        known = binding and binding.custom_id
        if not known or known == wanted:
            return None if known else wanted
        earlier = self._backend._custom_id(partner, binding._last_base().get("email"))
        return wanted if known in (earlier, fallback_custom_id(partner)) else None

    def known_id(self, partner: Any) -> int | None:
        """The id in the contact's key field; text that is no id counts as none."""
        key = (
            self._backend._with_account_context(partner)[self._backend._key_field()] or ""
        ).strip()
        return int(key) if key.isdecimal() else None

    def is_linked(self, partner: Any, binding: Any) -> bool:
        """Whether a user of this contact is known, by its key field or its link."""
        return bool(self.known_id(partner) or (binding and binding.external_id))


def fallback_custom_id(partner: Any) -> str:
    """The custom id of a contact that has nothing else to be found by, such as ``odoo-7``.

    The matcher finds the contact by it.
    """
    return f"odoo-{partner.id}"
