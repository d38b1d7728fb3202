"""How contacts and users are linked: in the link's record and in the contact's key field."""

from collections.abc import Iterable, Sequence
from typing import Any

from odoo.fields import Domain

from ...usercom.base import Base
from ..own_context import with_own_context
from .identity import ContactIdentity


class Linking:
    """Links the contacts of one account, and knows who is linked already."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._bindings = backend.env["usercom.binding"]

    def link(
        self,
        partner: Any,
        user_id: int,
        user: Any,
        base: Base,
        problems: Sequence[str] = (),
        since: Base | None = None,
    ) -> None:
        """Link ``partner`` with the user of this id and store what both agree on.

        ``user`` is None where User.com was not asked; ``since`` is the base that ``base`` was made
        of, so that what others have agreed on meanwhile stays.
        """
        binding = self._bindings._ensure(self._backend, partner)
        binding._agree(user_id, user, base, "\n".join(problems), since)
        seen = self._backend._with_account_context(partner)
        if vals := self.key_vals(seen, user_id):
            with_own_context(seen, linking=self._backend._key_field()).write(vals)

    def key_vals(self, seen: Any, user_id: int) -> dict[str, str]:
        """What to write into the key field of a contact as this account sees it."""
        field = self._backend._key_field()
        return {field: str(user_id)} if seen[field] != str(user_id) else {}

    def linked_meanwhile(self, partner: Any, user_ids: set[int]) -> Any:
        """The live link of ``partner`` if it leads to none of these users, else None.

        Between a call and the storing of its answer a contact may have been linked to a user that
        the call knew nothing of, as when the webhook told of one.
        """
        link = self._bindings._of(self._backend, partner).get(partner.id)
        known_id = ContactIdentity(self._backend).known_id(partner)
        is_other = link and link._is_live() and not {link.external_id, known_id} & user_ids
        return link if is_other else None

    def other_contact(self, partner: Any, user_id: int) -> Any:
        """The contact other than ``partner`` that is linked to this user; empty if none is."""
        return self._bindings._of_user(self._backend, user_id).partner_id - partner

    def holders(self, emails: Iterable[str | None]) -> tuple[dict[str, Any], dict[str, Any]]:
        """``({e-mail: linked contact}, {e-mail: contact being looked for})`` for ``emails``."""
        backend = self._backend
        everybody = backend._partners().with_context(active_test=False)
        domain = Domain("email_normalized", "in", [email for email in emails if email])
        live = [("backend_id", "=", backend.id), ("external_id", ">", 0)]
        linked = everybody.search(domain & Domain("usercom_binding_ids", "any", live))
        claimed = backend.env["usercom.outbox"].search(
            [
                ("backend_id", "=", backend.id),
                ("state", "=", "pending"),
                ("claimed_at", "!=", False),
                ("partner_id", "any", list(domain)),
            ]
        )
        return (
            {partner.email_normalized: partner for partner in linked},
            {row.partner_id.email_normalized: row.partner_id for row in claimed},
        )
