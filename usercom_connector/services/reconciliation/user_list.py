"""One list of User.com's users, read page by page."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from odoo import fields

from ...usercom import CredentialsError, NotFoundError, RetryableError, User, UsercomError
from ..account.connection import Connection, may_go_on
from ..account.unset_attributes import UnsetAttributes
from ..database.transactions import unless_locked
from ..failures.problem import explain
from ..queue.brake import Brake, BrakeError
from ..queue.quarantine import PageGuard

_logger = logging.getLogger(__name__)

SECONDS = 10.0  # of one list, before the queues have their turn
OVERLAP = timedelta(minutes=10)  # for clocks that differ and changes that show late


def last_prompt(env: Any) -> int:
    """The id of the newest row that the inbox has ever had."""
    env.cr.execute("SELECT last_value FROM usercom_inbox_id_seq")
    return env.cr.fetchone()[0]


class UserList:
    """Reads a list from where its ``sweep`` says; each page is committed by itself."""

    def __init__(self, sweep: Any, client: Any) -> None:
        self.sweep = sweep
        self.client = client
        self.backend = sweep.backend_id
        self.env = sweep.env
        self.guard = PageGuard(sweep)

    # ---- what the lists differ in ----

    def begin(self) -> bool:
        """Begin a new reading, if there is reason to; its bounds are times of User.com's clock."""
        raise NotImplementedError

    def _settle_users(self, users: list[User], newest: int) -> bool:
        """Deal with a page's users; ``newest`` is the last inbox row from before it was read.

        In lots, so that somebody who saves contacts of the page holds up only those. Returns
        whether all of them are dealt with.
        """
        raise NotImplementedError

    def _is_worth_reading(self, page: Any) -> bool:
        """Whether to go on after this first page of the list."""
        return True

    def _close(self) -> None:
        """The list has been read, or is given up."""

    def _complete(self) -> None:
        """The list has been read to its end."""

    # ---- beginning ----

    def is_open(self) -> bool:
        return bool(self.sweep.is_open)

    def _begin(self, since: Any) -> None:
        self.sweep.write(
            {
                "is_open": True,
                "since": since,
                "until": since and Connection(self.backend).clock().now(),
                "next_page": False,
                "started_at": fields.Datetime.now(),
                "newest_prompt": last_prompt(self.env),
                "error": False,
            }
        )

    # ---- reading ----

    def read_pages(self, deadline: float, after_page: Callable[[], None]) -> int:
        """Read page after page, each in a transaction of its own; returns how many users.

        ``after_page`` is called between them.
        """
        count, is_resumed = 0, bool(self.sweep.next_page)
        deadline = min(deadline, time.monotonic() + SECONDS)
        while self._may_go_on() and time.monotonic() < deadline:
            read = self._read_page(is_resumed)
            unless_locked(self.env, self.guard.end)
            if read is None:
                break
            count, is_resumed = count + read, False
            after_page()
        return count

    def _may_go_on(self) -> bool:
        """Whether there is more to read, and the account still has the client's key and system."""
        self.env.invalidate_all()
        return (
            may_go_on(self.backend, self.client)
            and bool(self.sweep.exists())
            and self.sweep.is_open
        )

    def _read_page(self, is_resumed: bool) -> int | None:
        """Read the next page and settle it; returns how many users, None to leave it for now."""
        newest = last_prompt(self.env)
        if not self.guard.begin():
            return unless_locked(self.env, self._give_up_hopeless)
        # No snapshot is held while it waits for User.com.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            page = self._fetch()
        except NotFoundError:  # a page that was kept is there no more, or the last was last
            unless_locked(self.env, self._restart if is_resumed else self._finish)
            return 0
        except UsercomError as error:
            if self._may_go_on():
                self._give_up(error)
            return None
        if self._may_go_on():
            return self._apply(page, newest) or None
        return 0

    def _fetch(self) -> Any:
        if self.sweep.next_page:
            return self.client.page_at(self.sweep.next_page)
        return self.client.changed_page(self.sweep.since, self.sweep.until)

    def _apply(self, page: Any, newest: int) -> int:
        """Settle a page; returns how many users, 0 where it has to be read again."""
        try:
            is_settled = self._settle_page(page, newest)
        except BrakeError as error:
            self.env.cr.rollback()
            unless_locked(self.env, Brake(self.backend).stop, error)
            return 0
        return (len(page.users) or 1) if is_settled else 0

    def _settle_page(self, page: Any, newest: int) -> bool:
        """Settle the users of a page; returns whether the next page may be read."""
        if not self.sweep.next_page and not self._is_worth_reading(page):
            return bool(unless_locked(self.env, self._turn_to, None))
        settled = self._settle_users(page.users, newest)
        return settled and bool(unless_locked(self.env, self._turn, page))

    def _turn(self, page: Any) -> bool:
        UnsetAttributes(self.backend).ask_about(page.users)
        return self._turn_to(page.next)

    def _turn_to(self, next_page: str | None) -> bool:
        """On to the next page, if there is one."""
        self.sweep.error = False
        if next_page:
            self.sweep.next_page = next_page
        else:
            self._finish()
        return True

    # ---- ending ----

    def _restart(self) -> None:
        self._begin(self.sweep.since)

    def _give_up(self, error: UsercomError) -> None:
        """For this run; a list that User.com does not serve, until the next one is due."""
        message = explain(self.env, error)
        _logger.info("user.com %s: a page could not be read: %s", self.sweep.display_name, message)
        self.sweep.error = message
        if isinstance(error, CredentialsError):
            self.backend._pause_for(error)
        elif not isinstance(error, RetryableError):
            self._finish()
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _give_up_hopeless(self) -> None:
        self.sweep.error = self.guard.message()
        self._finish()

    def _finish(self) -> None:
        self._close()
        self.sweep.write({"is_open": False, "next_page": False})
        if not self.sweep.error:
            self.sweep.write({"read_until": self.sweep.until, "ended_at": fields.Datetime.now()})
            self._complete()
