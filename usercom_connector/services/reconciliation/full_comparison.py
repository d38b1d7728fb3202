"""The full comparison: all users and all contacts, and what is not the same on both sides."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from ...usercom import User
from ..database.transactions import attempted, described
from ..failures.problem import Problem
from ..inbox.prompts import Prompts
from .differences import Differences
from .user_list import UserList

_logger = logging.getLogger(__name__)

EVERY = timedelta(days=7)


class FullComparison(UserList):
    """Reports what differs as ``usercom.drift`` records; it changes nothing."""

    def begin_if_due(self) -> bool:
        if self._is_recent(EVERY):
            return False
        self._begin(None)
        return True

    def _begin(self, since: Any) -> None:
        Differences(self.sweep).forget()
        return super()._begin(since)

    def _settle_users(self, users: list[User], newest: int) -> bool:
        locked: list[User] = []
        self.guard.in_lots(users, self._compare, locked.append)
        return not locked

    def _compare(self, users: list[User]) -> None:
        """Compare ``users``; where one of them raises an error, each by itself."""
        _done, error = attempted(self.env, Differences(self.sweep).report, users)
        if error and len(users) > 1:
            for user in users:
                self._compare([user])
        elif error:
            self._report_failure(users[0], error)

    def _report_failure(self, user: Any, error: Exception) -> None:
        _logger.info("user.com user %s could not be compared: %s", user.id, described(error))
        link = self.env["usercom.binding"]._of_user(self.backend, user.id)
        link.compared_at = self.sweep.started_at
        Prompts(self.backend).report(user, Problem(str(error), "refused_here"))

    def _complete(self) -> None:
        Differences(self.sweep).report_unmet()
