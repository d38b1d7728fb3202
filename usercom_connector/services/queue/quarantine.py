"""What becomes of rows whose worker died: tried again, more and more warily, then left alone."""

from typing import Any

from odoo import fields
from odoo.tools import SQL

from ..database.transactions import in_lots, unless_locked
from ..failures.problem import Problem

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
        self._queues = self.env["usercom.inbox"], self.env["usercom.outbox"]

    def has_orphans(self) -> bool:
        return any(self._orphans(queue) for queue in self._queues)

    def release_orphans(self) -> None:
        """Give back what a killed worker had claimed."""
        for queue in self._queues:
            unless_locked(self.env, self._fail_unread, queue)
            in_lots(self.env, self._orphans(queue), _release, _leave)

    def release_locked(self) -> None:
        """Give back, at the end of a run, what somebody had locked: no worker has died of it."""
        for queue in self._queues:
            in_lots(self.env, self._orphans(queue), _put_back, _leave)

    def _orphans(self, queue: Any) -> Any:
        """The rows that are claimed although no worker is at work on them."""
        claimed = [("state", "=", "pending"), ("claimed_at", "!=", False)]
        return queue.search([("backend_id", "=", self.backend.id), *claimed])

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
                   RETURNING id, partner_id""",
                SQL.identifier(queue._table),
                str(message),
                message.code,
                fields.Datetime.now(),
                self.backend.id,
                MOST_ORPHANINGS,
            )
        )
        queue.invalidate_model()
        partner_ids = {partner_id for _id, partner_id in failed} - {None}
        queue._show_failure(self.backend, partner_ids, message)
        queue.browse(row_id for row_id, _partner in failed)._count("failed")

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


def _put_back(rows: Any) -> None:
    rows.exists()._put_back()


def _leave(_row: Any) -> None:
    """Leave a row that is still locked to the next run."""
