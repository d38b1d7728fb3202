"""What webhooks missed is found in lists of users."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ...usercom import User
from ..account.connection import Connection
from ..consents.received import consent_origin
from ..database.transactions import attempted, described
from ..failures.problem import Problem
from ..importer import Importer, Results
from ..inbox.calls import settle_listed
from ..inbox.prompts import Prompts, keys_in
from ..mapping.gone_labels import GoneLabels
from .company_list import CompanyComparison, CompanyList
from .differences import Differences
from .segment_list import SegmentList
from .user_list import OVERLAP, UserList


class ChangedUsers(UserList):
    """Imports the users of a list, as if a call had told of each of them."""

    def begin(self) -> bool:
        GoneLabels(self.backend, self.client).refresh()
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
        GoneLabels(self.backend, self.client).look_for_those_lost(users)
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


BACKLOG = 200  # users waiting, from which on lists of users are read
PAGE_SIZE = 100
LATE = timedelta(hours=1)  # how late a call of User.com may come


class Backlog(ChangedUsers):
    """Imports the users that calls have named; of the others only those who are linked."""

    def begin(self) -> bool:
        if oldest := _oldest_of_backlog(self.backend):
            self._begin(Connection(self.backend).clock().at(oldest) - LATE)
        return bool(oldest)

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


def _oldest_of_backlog(backend: Any) -> Any:
    """When the oldest of a backlog's prompts came; None if there is no backlog."""
    query = SQL(
        """SELECT min(first) FROM (
               SELECT min(create_date) AS first FROM usercom_inbox
                WHERE backend_id = %s AND state = 'pending' AND single IS NOT TRUE
                GROUP BY user_ref) users
           HAVING count(*) > %s""",
        backend.id,
        BACKLOG,
    )
    backend.env.flush_all()
    return next((first for (first,) in backend.env.execute_query(query)), None)


_logger = logging.getLogger(__name__)


class FullComparison(UserList):
    """Reports what differs as ``usercom.drift`` records; it changes nothing."""

    def begin(self) -> bool:
        GoneLabels(self.backend, self.client).refresh()
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


READ_EVERY, COMPARED_EVERY = timedelta(hours=1), timedelta(days=7)
LISTS: dict[str, type[UserList]] = {
    "backlog": Backlog,
    "reconcile": ChangedUsers,
    "compare": FullComparison,
    "companies": CompanyList,
    "compare_companies": CompanyComparison,
}
INTERVALS = {
    "reconcile": READ_EVERY,
    "compare": COMPARED_EVERY,
    "companies": READ_EVERY,
    "compare_companies": COMPARED_EVERY,
}
OF_COMPANIES = ("companies", "compare_companies")


class Reconciliation:
    """Reads the lists of users that are due for an account.

    Each list has a record, ``usercom.sweep``, that keeps how far it has been read.
    """

    def __init__(self, backend: Any, after_page: Callable[[], None]) -> None:
        """``after_page`` is called between two pages, for what is more urgent."""
        self.backend = backend
        self.env = backend.env
        self._after_page = after_page

    def slices(self, client: Any, deadline: float) -> Iterator[int]:
        """Read the lists that are due until ``deadline`` (monotonic), a backlog to its end.

        Yields how many users were read whenever the queues shall have their turn, at least once.
        """
        due = self._due()
        for kind in due:
            users = LISTS[kind](self.env["usercom.sweep"]._of(self.backend, kind), client)
            if users.is_open() or users.begin():
                yield users.read_pages(deadline, self._after_page)
        for segment in _open(self.backend, "usercom.segment"):
            yield SegmentList(segment, client).read_pages(deadline, self._after_page)
        while "backlog" in due and (sweep := _open(self.backend, "usercom.sweep", kind="backlog")):
            if not (read := Backlog(sweep, client).read_pages(deadline, self._after_page)):
                break
            yield read
        yield 0

    def _due(self) -> list[str]:
        """The kinds of lists that are being read, or that it is time to read."""
        sweeps = self.env["usercom.sweep"].search_fetch([("backend_id", "=", self.backend.id)])
        if len(sweeps) < len(LISTS):
            sweeps += sweeps._begun(self.backend)
        known = {sweep.kind: sweep for sweep in sweeps}
        return [kind for kind in LISTS if self._is_due(known[kind])]

    def _is_due(self, sweep: Any) -> bool:
        if sweep.is_open:
            return True
        if sweep.kind == "backlog":
            return _oldest_of_backlog(self.backend) is not None
        is_meant = self.backend.sync_companies or sweep.kind not in OF_COMPANIES
        return is_meant and not _is_recent(sweep.started_at, INTERVALS[sweep.kind])


def _open(backend: Any, model: str, **values: Any) -> Any:
    """The lists with these ``values`` that are being read."""
    values |= {"backend_id": backend.id, "is_open": True}
    return backend.env[model].search([(name, "=", value) for name, value in values.items()])


def _is_recent(started_at: Any, every: timedelta) -> bool:
    """Whether a list is not due yet. A future start is one from before a clock was set."""
    now = fields.Datetime.now()
    return bool(started_at) and now - every < started_at <= now + OVERLAP
