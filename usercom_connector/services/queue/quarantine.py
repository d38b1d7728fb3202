"""What becomes of rows that fail, or whose worker died: tried again, more and more warily."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, TypeVar

from odoo import fields
from odoo.tools import SQL

from ...usercom import User
from ..companies.participation import LINKS
from ..database.transactions import in_lots, unless_locked
from ..failures.problem import Problem
from ..inbox.prompts import Prompts

MAX_ATTEMPTS = 10
MAX_AGE = timedelta(hours=24)
FIRST_DELAY = 2.0
LONGEST_DELAY = 3600.0
LOCKED_DELAY = timedelta(seconds=5)  # where somebody else is changing the contact


def retry_delay(attempts: int) -> float:
    """Exponential back-off with jitter, in seconds."""
    return min(FIRST_DELAY * 2**attempts, LONGEST_DELAY) * random.uniform(0.5, 1)


# ---- rows whose worker died ----

MOST_ORPHANINGS = 3


class Quarantine:
    """Finds the row that ends its worker, among all that the worker had claimed with it.

    Each claim counts until the row is settled. After the first orphaning a row is in no mass
    update, after the second nothing else is under way with it, and after the third it is failed,
    without a look at what it holds. So of 2,000 rows that were claimed at once only one can fail.
    """

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env
        self._queues = [self.env[f"usercom.{name}"] for name in ("inbox", "outbox", "event")]

    def release_orphans(self) -> None:
        """Give back what a killed worker had claimed."""
        for queue in self._queues:
            unless_locked(self.env, self._fail_unread, queue)
            in_lots(self.env, self._orphans(queue), _release, _leave)

    def release_locked(self, undone: Collection[Any]) -> None:
        """Give back, at the end of a run, what somebody had locked: no worker has died of it.

        ``undone``: the rows whose call has certainly had no effect.
        """
        for queue in self._queues:
            in_lots(self.env, self._orphans(queue).filtered(undone.__contains__), _put_back, _leave)
            in_lots(self.env, self._orphans(queue), _give_back, _leave)

    def _orphans(self, queue: Any) -> Any:
        pending = [("backend_id", "=", self.backend.id), ("state", "=", "pending")]
        return queue.search([*pending, ("claimed_at", "!=", False)])

    def _fail_unread(self, queue: Any) -> None:
        """Fail the rows that were claimed too often, without reading what they hold."""
        message = self._message()
        failed = self.env.execute_query(
            SQL(
                """UPDATE %s SET state = 'failed', claimed_at = NULL, claims = 0,
                                 attempts = coalesce(attempts, 0) + claims,
                                 error = %s, error_code = %s, mapping_id = NULL, write_date = %s
                    WHERE backend_id = %s AND state = 'pending' AND claimed_at IS NOT NULL
                      AND claims >= %s
                   RETURNING id, partner_id, %s""",
                SQL.identifier(queue._table),
                str(message),
                message.code,
                fields.Datetime.now(),
                self.backend.id,
                MOST_ORPHANINGS,
                SQL("resource") if "resource" in queue._fields else SQL("'users'"),
            )
        )
        queue.invalidate_model()
        contacts: dict[str, set[int]] = defaultdict(set)
        for _id, partner_id, resource in failed:
            contacts[resource].add(partner_id)
        for resource, partner_ids in contacts.items():
            queue._show_failure(self.backend, partner_ids - {None}, message, LINKS[resource])
        queue.browse(row_id for row_id, *_about in failed)._count("failed")

    def _message(self) -> Problem:
        text = self.env._(
            "Odoo's worker ended %s times while it dealt with this entry, which is therefore not "
            "tried again. Look in the server's log for the cause (often the memory or time limit "
            "of workers), mend it, then retry the entry.",
            MOST_ORPHANINGS,
        )
        return Problem(text, "worker_ended")


def _release(rows: Any) -> None:
    """Let the rows be claimed again, in smaller lots."""
    for claims, alike in rows.exists().grouped("claims").items():
        alike._release(claims)


def _give_back(rows: Any) -> None:
    rows.exists()._give_back()


def _put_back(rows: Any) -> None:
    rows.exists()._put_back()


def _leave(_row: Any) -> None:
    """Leave a row that is still locked to the next run."""


# ---- pages of users that end the worker ----

Result = TypeVar("Result")


class PageGuard:
    """Finds the user of a page who ends the worker, and leaves that one out.

    After the first death with a page its users are settled one by one, so the next death shows who
    it is. After the third that user is left out and told of; the rest of the page goes on.

    ``record`` inherits ``usercom.page.guard``, which keeps what is known across deaths. Where a
    page is one of other records, ``report(one)`` tells of one that is left out.
    """

    def __init__(self, record: Any, report: Callable[[Any], object] | None = None) -> None:
        self.record = record
        self.env = record.env
        self._report = report or self._report_deadly

    def begin(self) -> bool:
        """Count the attempt, to be committed before the page is read; whether to read it at all."""
        record = self.record
        if record.page_tries >= MOST_ORPHANINGS and not record.suspect_id:
            return False  # it ends the worker before any user of it is looked at
        record.page_tries += 1
        return True

    def end(self) -> None:
        """Note that the worker has survived the page, so nobody is suspected any more."""
        self.record.exists().write({"page_tries": 0, "suspect_id": 0, "deadly_ids": False})

    def message(self) -> str:
        """Why a page is read no more."""
        return self.env._(
            "Odoo's worker ended %s times while it read this list of users. Look in the server's "
            "log for the cause (often the memory or time limit of workers).",
            MOST_ORPHANINGS,
        )

    def in_lots(
        self, users: list[User], work: Callable[..., Result], put_off: Callable[..., object]
    ) -> list[Result]:
        """As ``in_lots``; after a worker has died, users go one by one, each noted before."""
        record = self.record
        if record.page_tries <= 1:
            return in_lots(self.env, users, work, put_off)
        if record.page_tries > MOST_ORPHANINGS and record.suspect_id:
            unless_locked(self.env, self._leave_out_suspect)
        results: list[Result] = []
        for user in users:
            if user.id in (record.deadly_ids or []):
                unless_locked(self.env, self._report, user)
            else:
                unless_locked(self.env, record.write, {"suspect_id": user.id})
                results += in_lots(self.env, [user], work, put_off)
        return results

    def _leave_out_suspect(self) -> None:
        """Leave the suspect out, and look for others as carefully."""
        deadly = [*(self.record.deadly_ids or []), self.record.suspect_id]
        self.record.write({"deadly_ids": deadly, "suspect_id": 0, "page_tries": 2})

    def _report_deadly(self, user: User) -> None:
        message = self.env._(
            "Odoo's worker ended %(count)s times while it imported User.com user %(user)s, who is "
            "therefore left out. Look in the server's log for the cause (often the memory or time "
            "limit of workers), mend it, then retry the entry.",
            count=MOST_ORPHANINGS,
            user=user.id,
        )
        Prompts(self.record.backend_id).report(user, Problem(message, "worker_ended"))


# ---- a look ahead at thousands of rows ----

BEGIN = """UPDATE usercom_backend SET is_looking = is_looking IS NOT TRUE
            WHERE id = %s RETURNING is_looking"""
END = "UPDATE usercom_backend SET is_looking = false WHERE id = %s RETURNING is_looking"


class WaryLook:
    """Notes on the account that its drain looks ahead, and removes the note afterwards.

    A drain that finds the note knows that the last look ended its worker. It claims a few rows at a
    time instead, which shows the row at fault (`Quarantine`). The note is written by SQL, so that
    the account's `write_date` does not change: `Standstill` reads it.
    """

    def __init__(self, backend: Any) -> None:
        self._env, self._id = backend.env, backend.id

    def at(self, work: Callable[..., Result], *arguments: Any) -> Result | None:
        """What ``work(*arguments)`` returns, in its own transaction; None if the last look died."""
        if not unless_locked(self._env, self._note, BEGIN):
            return None
        result = unless_locked(self._env, work, *arguments)
        unless_locked(self._env, self._note, END)
        return result

    def _note(self, query: str) -> bool:
        [(is_looking,)] = self._env.execute_query(SQL(query, self._id))
        return is_looking
