"""Pages of users, read and settled one by one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from odoo import fields

from ...usercom import NotFoundError, User, UsercomError, UserPage
from ...usercom.jobs import PagePrefetcher
from ..database.transactions import committed, unless_locked
from ..queue.quarantine import LOCKED_DELAY, PageGuard

PAGE_SIZE = 100


class PageReader:
    """Reads the next page of users and stores, with what it brought, that it has been read.

    ``settle(users)`` deals with the users of a lot in a transaction of its own. ``finish()``
    follows the last page. ``expect(number)`` is told, with the first page, how many users there
    are, None if User.com does not say. ``since``: only users who have changed since are read.
    """

    def __init__(
        self,
        sync: Any,
        pages: PagePrefetcher,
        settle: Callable[[list[User]], None],
        finish: Callable[[], None],
        expect: Callable[[int | None], None] | None = None,
        since: Any = None,
    ) -> None:
        self.sync = sync
        self.env = sync.env
        self._pages = pages
        self._settle = settle
        self._finish = finish
        self._expect = expect
        self._since = since
        self._guard = PageGuard(sync)

    def take_page(self) -> int:
        """Read and settle a page; returns how many users, 0 where none can be had now."""
        if not self._guard.begin():
            committed(self.env, self.sync._stop, self._guard.message())
            return 0
        done = self._take_begun_page()
        unless_locked(self.env, self._guard.end)
        return done

    def _take_begun_page(self) -> int:
        kept = self.sync.next_page
        first = partial(self._pages.client.changed_page, self._since or None, None)
        # No snapshot is held while it waits for User.com.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            page = self._pages.page(kept or None, first)
        except NotFoundError:  # a page that was kept is there no more, or the last was last
            committed(self.env, self._read_anew if self._pages.is_kept else self._finish)
            return 1
        except UsercomError as error:
            committed(self.env, self.sync._give_up, error)
            return 0
        return self._settle_page(page, kept)

    def _read_anew(self) -> None:
        sync = self.sync
        calls = sync.calls_done - sync.page_count
        sync.write({"next_page": False, "page_count": 0, "calls_done": calls})

    def _settle_page(self, page: UserPage, kept: str) -> int:
        """Store a page in lots; one with a contact that somebody has locked is read again."""
        locked: list[User] = []
        if self._expect and not kept:
            unless_locked(self.env, self._expect, page.count)
        settled = sum(
            self._guard.in_lots(page.users, partial(self._settle_lot, kept), locked.append)
        )
        if locked:
            unless_locked(self.env, self._wait_for_others)
            return settled
        return unless_locked(self.env, self._turn, page, kept, settled == len(page.users)) or 0

    def _settle_lot(self, kept: str, users: list[User]) -> int:
        if not self.sync._is_at_work() or self.sync.next_page != kept:
            return 0
        self._settle(users)
        return len(users)

    def _turn(self, page: UserPage, kept: str, is_stored: bool) -> int:
        """On to the next page; returns how many users this one had.

        A sync that was paused when all of them had been stored goes on with the next page later.
        """
        sync = self.sync
        if not (sync._is_at_work() or (is_stored and sync.exists().state == "paused")):
            return 0
        if sync.next_page != kept:  # the preview has begun anew meanwhile
            return 1
        sync._advance(1, next_page=page.next, page_count=sync.page_count + 1, next_at=False)
        if not page.next:
            self._finish()
        return len(page.users) or 1

    def _wait_for_others(self) -> None:
        self.sync.next_at = fields.Datetime.now() + LOCKED_DELAY
