"""What changes of companies in User.com: no call tells of it, so their list is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ...usercom import User
from ..companies.settlement import CompanySettlement
from .user_list import UserList

READ_EVERY = timedelta(hours=1)


class CompanyList(UserList):
    """Brings what User.com now says of linked companies to Odoo; the others are left to people."""

    def __init__(self, sweep: Any, client: Any) -> None:
        super().__init__(sweep, client.of_companies())

    def begin_if_due(self) -> bool:
        """Whether a new reading has begun: once an hour, while any pair reads values."""
        if not self.backend.sync_companies or self._is_recent(READ_EVERY):
            return False
        mappings = self.backend._active_company_mappings()
        if all(mapping.direction == "export" for mapping in mappings):
            return False
        self._begin(None)
        return True

    def _settle_users(self, users: list[User], newest: int) -> bool:
        locked: list[User] = []
        self.guard.in_lots(users, self._bring, locked.append)
        return not locked

    def _bring(self, companies: list[User]) -> None:
        CompanySettlement(self.backend).bring(companies)

    def _turn(self, page: Any) -> bool:
        return self._turn_to(page.next)
