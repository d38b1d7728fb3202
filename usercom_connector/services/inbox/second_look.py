"""A call names a user whose contact is linked to another user, who may have been merged into it.

User.com sends no call about a user who was merged away. So the linked user is read before a person
is asked to merge the two: once a minute at most, however many calls come.
"""

from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from ...usercom import User
from ..contacts.identity import normalized
from .pulls import keys_of_contact

LOOK_EVERY = timedelta(minutes=1)
SOON = timedelta(seconds=2)


class SecondLook:
    """Queues a read of the linked user, and makes the ``calls`` about the new one wait for it."""

    def __init__(self, calls: Any) -> None:
        self._calls = calls
        self._inbox = calls.browse()
        self._backend = calls.backend_id
        self._bindings = calls.env["usercom.binding"]

    def at_holder(self, user: User) -> datetime | None:
        """When to try again, where another user's contact has the address of ``user``."""
        holder = self._holder(user)
        return self.at(holder) if holder else None

    def at(self, partner: Any) -> datetime | None:
        """When to try again, the user of ``partner`` being read first; None once it has been."""
        look, now = self._look_at(partner), fields.Datetime.now()
        if look.state == "pending":
            return (look.next_attempt_at or now) + SOON
        newest = max(max(call.id, call.serial) for call in self._calls)  # both of one sequence
        is_later = look.id > newest or look.write_date >= max(self._calls.mapped("create_date"))
        return None if is_later else look.write_date + LOOK_EVERY

    def _holder(self, user: User) -> Any:
        """The contact that has the address of ``user``, whom nobody has, and is another user."""
        email = normalized(user.email)
        if not email or self._bindings._of_user(self._backend, user.id):
            return None
        ours = [("backend_id", "=", self._backend.id), ("external_id", ">", 0)]
        same = [("state", "!=", "gone"), ("partner_id.email_normalized", "=", email)]
        link = self._bindings.search([*ours, *same], limit=1)
        return None if link and link._is_second(user) else link.partner_id

    def _look_at(self, partner: Any) -> Any:
        """The read of the user of ``partner``: one that waits, or the last, or a new one."""
        binding = self._bindings._of(self._backend, partner)[partner.id]
        keys = keys_of_contact(self._backend, partner, binding)
        about = [("backend_id", "=", self._backend.id), ("user_ref", "=", keys["user_ref"])]
        last = self._inbox.search(about, limit=1)
        earliest = fields.Datetime.now() - LOOK_EVERY
        if last and (last.state == "pending" or last.write_date > earliest):
            return last
        row = {"backend_id": self._backend.id, "partner_id": partner.id, **keys}
        return self._inbox.create(row)
