"""Lists that are read page by page, where one user of a page may end the worker each time."""

from collections.abc import Callable
from typing import Any, TypeVar

from ...usercom import User
from ..database.transactions import in_lots, unless_locked
from ..failures.problem import Problem
from ..inbox.prompts import Prompts
from .quarantine import MOST_ORPHANINGS

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
