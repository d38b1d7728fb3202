"""The users who have changed since the last reading: what no call of User.com has told of."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from odoo import fields

from ...usercom import User
from ..account.connection import Connection
from ..consents.received import consent_origin
from ..importer import Importer, Results
from ..inbox.calls import settle_listed
from ..inbox.prompts import Prompts, keys_in
from .user_list import OVERLAP, UserList

EVERY = timedelta(hours=1)


class ChangedUsers(UserList):
    """Imports the users of a list, as if a call had told of each of them."""

    def begin_if_due(self) -> bool:
        if self._is_recent(EVERY):
            return False
        clock = Connection(self.backend).clock()
        if clock.offset is None:
            self.client.ask_time()
        # Where the clock was ahead once, what has been read up to is still to come.
        self._begin(min(self.sweep.read_until, clock.now()) - OVERLAP)
        return True

    def _settle_users(self, users: list[User], newest: int) -> bool:
        self.guard.in_lots(users, partial(self._import, newest), partial(self._put_off, newest))
        return True  # who was put off is read by itself

    def _put_off(self, newest: int, user: Any) -> None:
        """Have a user whose contact is locked be read by itself, shortly."""
        prompts = Prompts(self.backend)
        rows = prompts.about([user], newest).get(user.id) or prompts.put(keys_in({"id": user.id}))
        rows.single = True
        rows._put_off()

    def _import(self, newest: int, users: list[User]) -> None:
        importer = Importer(self.backend, origin=consent_origin(self.sweep))
        prompts = Prompts(self.backend).about(users, newest)
        imported = self._import_users(importer, users, prompts)
        importer.count_news(case for key, case in imported.items() if key not in prompts)
        for user in users:
            if user.id in imported:
                settle_listed(self.backend, user, imported[user.id], prompts.get(user.id))

    def _import_users(
        self, importer: Importer, users: list[User], prompts: dict[int, Any]
    ) -> Results:
        imported = importer.import_page(users, prompts=prompts)
        self._note_missed(case for key, case in imported.items() if key not in prompts)
        return imported

    def _note_missed(self, unprompted: Iterable[Any]) -> None:
        """Remember that User.com did not call about a user who has changed."""
        if any(case.is_news for case in unprompted):
            self.sweep.missed_at = fields.Datetime.now()
