"""Another user takes the place of a contact's user that was deleted or merged away at User.com.

Contacts A and B are merged in Odoo, and so are their users to be, into that of A. But that one was
deleted at User.com first. Then A is the user of B from now on.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ...usercom import User
from ...usercom.jobs import Identity
from ...usercom.merge import Base
from ...usercom.verify_write import EMPTY
from ..comparison import Comparison
from ..importer import Importer
from ..own_context import Origin
from .identity import ContactIdentity


class Successors:
    """Finds and links the successors of users of one account."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._bindings = backend.env["usercom.binding"]

    def identities(self, user_ids: Iterable[int]) -> dict[int, Identity]:
        """By what else the contacts of these users are known at User.com."""
        linked = [("backend_id", "=", self._backend.id), ("external_id", "in", list(user_ids))]
        identity = ContactIdentity(self._backend)
        return {
            link.external_id: replace(
                identity.of(self._backend._with_account_context(link.partner_id), link),
                user_id=None,
            )
            for link in self._bindings.search(linked)
        }

    def link(self, user_id: int, successor: User, origin: Origin) -> None:
        """Link the contact of the user of this id to the ``successor``, and bring both together."""
        backend = self._backend
        link = self._bindings._of_user(backend, user_id)
        if not link or self._bindings._of_user(backend, successor.id):
            return
        # Its contact was merged away, so it has been remembered as nobody's.
        backend.env["usercom.tombstone"]._forget_users(backend, [successor.id])
        base = self._base(backend._with_account_context(link.partner_id), successor)
        link.write({"external_id": successor.id, "unconfirmed": False})
        link._store_base(base)
        Importer(backend, origin=origin).merge_contact(link.partner_id, successor)

    def _base(self, partner: Any, user: User) -> Base:
        """What the user has where Odoo has a value: Odoo's is sent, as the parent's values win.

        Consents are weighed as between two that were never linked: a "no" of either wins.
        """
        comparison = Comparison(self._backend._active_mappings(), partner)
        sides = comparison.sides(partner, user, Base())
        consents = {rule.key for rule in comparison.rules if rule.consent}
        known = sides.usercom.items()
        return Base(
            {k: v for k, v in known if k not in consents and sides.odoo.get(k) not in EMPTY}
        )
