"""A backlog: so many calls wait that lists of users take fewer requests than one for each."""

from datetime import timedelta
from typing import Any

from odoo.tools import SQL

from ...usercom import User
from ..account.connection import Connection
from ..importer import Importer, Results
from .changed_users import ChangedUsers

BACKLOG = 200  # users waiting, from which on lists of users are read
PAGE_SIZE = 100
LATE = timedelta(hours=1)  # how late a call of User.com may come


class Backlog(ChangedUsers):
    """Imports the users that calls have named; of the others only those who are linked."""

    def begin_if_due(self) -> bool:
        if oldest := self._oldest_prompt():
            self._begin(Connection(self.backend).clock().at(oldest) - LATE)
        return bool(oldest)

    def _oldest_prompt(self) -> Any:
        """When the oldest of a backlog's prompts came; None if there is no backlog."""
        query = SQL(
            """SELECT min(first) FROM (
                   SELECT min(create_date) AS first FROM usercom_inbox
                    WHERE backend_id = %s AND state = 'pending' AND single IS NOT TRUE
                    GROUP BY user_ref) users
               HAVING count(*) > %s""",
            self.backend.id,
            BACKLOG,
        )
        self.env.flush_all()
        return next((first for (first,) in self.env.execute_query(query)), None)

    def _is_worth_reading(self, page: Any) -> bool:
        """Whether the pages are fewer than the users who wait."""
        inbox = self.env["usercom.inbox"]
        [(users,)] = inbox._read_group(self._prompts(), [], ["user_ref:count_distinct"])
        return (page.count or 0) <= PAGE_SIZE * users

    def _prompts(self) -> list[Any]:
        """The domain of the prompts of this backlog."""
        newest = self.sweep.newest_prompt
        return [
            ("backend_id", "=", self.backend.id),
            ("state", "=", "pending"),
            ("single", "=", False),
            ("id", "<=", newest),
            "|",
            ("serial", "=", False),
            ("serial", "<=", newest),
        ]

    def _import_users(
        self, importer: Importer, users: list[User], prompts: dict[int, Any]
    ) -> Results:
        asked = [user for user in users if user.id in prompts]
        rest = [user for user in users if user.id not in prompts]
        imported = importer.import_page(asked, prompts=prompts)
        return imported | importer.import_page(rest, only_linked=True)

    def _close(self) -> None:
        """Have the users whom the pages have not shown be read one by one."""
        self.env["usercom.inbox"].search(self._prompts()).single = True
