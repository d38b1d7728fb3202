"""Whether an account has work that has been due for a while without being done."""

from datetime import timedelta
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ..queue.claims import INBOX_IS_FREE, OUTBOX_IS_FREE

PATIENCE = timedelta(minutes=2)
MOST_LOOKED_AT = 100  # of each queue: this is asked often, and what waits may be much


class Standstill:
    """Detects that an account stands still.

    The dashboard asks this often, so each query uses an index, and the queues are not queried
    while rows are still being settled.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._since = fields.Datetime.now() - PATIENCE

    def is_there(self) -> bool:
        """Whether rows have been due for a while, and none was settled meanwhile."""
        if self._backend.write_date > self._since or self._has_settled():
            return False  # or was resumed just now, which writes to the account
        return self._has_due("usercom.inbox", INBOX_IS_FREE) or self._has_due(
            "usercom.outbox", OUTBOX_IS_FREE
        )

    def _has_settled(self) -> bool:
        settled = [
            ("backend_id", "=", self._backend.id),
            ("hour", ">=", self._since - timedelta(hours=1)),
            ("kind", "!=", "calls"),
            ("write_date", ">", self._since),
        ]
        return bool(self._backend.env["usercom.statistic"].sudo().search_count(settled, limit=1))

    def _has_due(self, name: str, is_free: SQL) -> bool:
        """Whether a row of the queue has been due, or claimed, for all this time."""
        queue = self._backend.env[name]
        query = SQL(
            """SELECT FROM (%s UNION ALL %s) r
                WHERE r.claimed_at < %s OR (r.claimed_at IS NULL AND %s) LIMIT 1""",
            self._due_rows(queue, SQL("next_attempt_at < %s", self._since)),
            self._due_rows(queue, SQL("next_attempt_at IS NULL")),
            self._since,
            is_free,
        )
        queue.flush_model()
        queue.env.cr.execute(query)
        return bool(queue.env.cr.rowcount)

    def _due_rows(self, queue: Any, is_due: SQL) -> SQL:
        return SQL(
            """(SELECT * FROM %s WHERE backend_id = %s AND state = 'pending'
                   AND %s AND create_date < %s LIMIT %s)""",
            SQL.identifier(queue._table),
            self._backend.id,
            is_due,
            self._since,
            MOST_LOOKED_AT,
        )
