"""Lists of users are read page by page, and their contacts found."""

from collections.abc import Callable
from functools import partial
from typing import Any

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from ...usercom import NotFoundError, User, UsercomError, UserPage
from ...usercom.jobs import PagePrefetcher
from ..database.transactions import committed, unless_locked
from ..queue.quarantine import LOCKED_DELAY, PageGuard


def label(user: User) -> str | None:
    """What a user is called in the lists; None where nothing is known to call it by."""
    return user.email or user.name or user.phone_number


def recognizable(users: list[User]) -> list[User]:
    """The ``users`` who have something to recognize them by."""
    return [user for user in users if label(user)]


class Contacts:
    """The contacts that were chosen for an initial sync."""

    def __init__(self, sync: Any) -> None:
        self.sync = sync
        self.env = sync.env

    def domain(self) -> Domain:
        """The chosen ones, of those that take part."""
        return self.sync.backend_id._partner_domain() & self.sync._domain()

    def count(self) -> int:
        count: int = self.sync.backend_id._partners().search_count(self.domain())
        return count

    def add_unmet(self, only_new: bool = False) -> int:
        """Add a line for each chosen contact without one; by SQL, however many there are.

        ``only_new``: for those without a user. Returns how many.
        """
        active = Domain("active", "=", True)
        contacts = self.sync.backend_id._partners()._search(self.domain() & active)
        self.env.flush_all()
        self.env.cr.execute(self._insertion(contacts.subselect(), only_new))
        count = self.env.cr.rowcount
        self._mark_sharers()
        self.env["usercom.sync.line"].invalidate_model()
        return count

    def _insertion(self, contacts: SQL, only_new: bool) -> SQL:
        return SQL(
            """INSERT INTO usercom_sync_line
                      (sync_id, kind, partner_id, external_id, sends, create_date, write_date)
               SELECT %(sync)s, CASE WHEN b.external_id > 0 THEN 'missing' ELSE 'new_there' END,
                      p.id, nullif(b.external_id, 0), b.external_id IS NULL,
                      now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                 FROM res_partner p
                 LEFT JOIN usercom_binding b
                   ON b.partner_id = p.id AND b.backend_id = %(backend)s
                WHERE p.id IN %(contacts)s AND b.state IS DISTINCT FROM 'erased'
                  AND (%(all)s OR coalesce(b.external_id, 0) = 0)
                  AND NOT EXISTS (SELECT FROM usercom_sync_line l
                                   WHERE l.sync_id = %(sync)s AND l.partner_id = p.id)
                ORDER BY p.id""",
            sync=self.sync.id,
            backend=self.sync.backend_id.id,
            contacts=contacts,
            all=not only_new,
        )

    def _mark_sharers(self) -> None:
        """Of contacts with one e-mail address only the first can be User.com's."""
        message = self.env._("%s has the same e-mail address, and is the User.com user.")
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_sync_line l
                      SET kind = 'ambiguous', problems = replace(%(message)s, '%%s', r.mark)
                     FROM usercom_sync_line n JOIN res_partner p ON p.id = n.partner_id, LATERAL (
                          SELECT '[contact ' || q.id || ']' AS mark
                            FROM res_partner q
                            JOIN usercom_sync_line o ON o.partner_id = q.id
                           WHERE q.email_normalized = p.email_normalized
                             AND o.sync_id = n.sync_id AND o.id < n.id
                           ORDER BY o.id LIMIT 1) r
                    WHERE l.id = n.id AND n.sync_id = %(sync)s AND n.kind = 'new_there'
                      AND n.result IS NULL""",
                message=message,
                sync=self.sync.id,
            )
        )


# ---- pages ----

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
