"""The users of a segment of User.com: their contacts have a tag in Odoo, nothing is ever sent."""

from __future__ import annotations

from typing import Any

from odoo.fields import Command

from ...usercom import User
from ..comparison import ProtectedContacts
from ..database.transactions import unless_locked
from ..own_context import with_own_context
from .user_list import UserList

LOT = 500  # contacts that lose the tag in one transaction


class SegmentList(UserList):
    """Gives the tag of a ``segment`` to the contacts of its users, and takes it from the others.

    It is read when somebody asks for it. Once all users were met, those who were in the segment
    before and were not met lose the tag.
    """

    def __init__(self, segment: Any, client: Any = None) -> None:
        super().__init__(segment, client)

    def begin(self) -> bool:
        """Have the next drains read it."""
        self._begin(None)
        return True

    def _begin(self, since: Any) -> None:
        reading = self.sweep.reading + 1
        self.sweep.write({"is_read": False, "users_read": 0, "users_total": 0, "reading": reading})
        return super()._begin(since)

    # ---- users ----

    def _read_page(self, is_resumed: bool) -> int | None:
        if self.sweep.is_read:
            return unless_locked(self.env, self._take_tags)
        return super()._read_page(is_resumed)

    def _fetch(self) -> Any:
        if self.sweep.next_page:
            return self.client.page_at(self.sweep.next_page)
        return self.client.segment_page(self.sweep.label_id.external_id)

    def _settle_users(self, users: list[User], newest: int) -> bool:
        locked: list[User] = []
        self.guard.in_lots(users, self._give_tag, locked.append)
        return not locked

    def _give_tag(self, users: list[User]) -> None:
        contacts = self._contacts(users)
        tag = self.sweep.category_id
        self._write(contacts.filtered(lambda contact: tag not in contact.category_id), Command.link)
        self.sweep._note_members(contacts)

    def _contacts(self, users: list[User]) -> Any:
        """The contacts of the users, but for those whom User.com does not change."""
        linked = self.env["usercom.binding"].search(
            [
                ("backend_id", "=", self.backend.id),
                ("external_id", "in", [user.id for user in users]),
                ("state", "not in", ("gone", "erased")),
            ]
        )
        contacts = self.backend._with_account_context(linked.partner_id)
        protected = ProtectedContacts(self.backend.mapping_ids, contacts)
        return contacts.filtered(lambda contact: not protected.is_ours(contact))

    def _turn(self, page: Any) -> bool:
        users = self.sweep.users_read + len(page.users)
        self.sweep.write({"users_read": users, "users_total": max(page.count or 0, users)})
        return self._turn_to(page.next)

    # ---- who is no longer in it ----

    def _finish(self) -> None:
        if self.sweep.error or self.sweep.is_read:
            return super()._finish()
        self.sweep.write({"is_read": True, "next_page": False})
        return None

    def _take_tags(self) -> int:
        """Take the tag from some who were not met; returns how many."""
        members = self.env["usercom.segment.member"].search(
            [("segment_id", "=", self.sweep.id), ("reading", "<", self.sweep.reading)],
            limit=LOT,
        )
        self._write(self.backend._with_account_context(members.partner_id), Command.unlink)
        members.unlink()
        if len(members) < LOT:
            self._finish()
        return len(members)

    def _write(self, contacts: Any, command: Any) -> None:
        """Write the tag; it is sent nowhere, so nobody is queued for it."""
        if contacts:
            quiet = with_own_context(contacts, merged_ids=contacts._ids)
            quiet.write({"category_id": [command(self.sweep.category_id.id)]})
