"""Claiming rows: they stay ``pending`` and carry ``claimed_at`` until they are settled.

Only the drain of an account claims its rows, and an account has one drain at a time. So a row that
is claimed when a drain begins was a dead worker's (`Quarantine`). A claim comes to a `Task`.
"""

from dataclasses import dataclass, field
from typing import Any

from odoo import fields
from odoo.tools import SQL

from ..failures.problem import as_problem
from .blocking import INBOX_IS_FREE, OUTBOX_IS_FREE

LOW, USUAL, URGENT = -1, 0, 1  # of many or imported contacts; of one edit; of a withdrawn consent
PRIORITIES = (URGENT, USUAL, LOW)


@dataclass(frozen=True)
class Task:
    """One contact's work: the claimed rows of a queue, the job at User.com, what was left out.

    ``job`` has a ``run(client)``, as in ``usercom/jobs.py`` and ``usercom/push.py``. ``problems``
    are texts about values that could not be carried over, and so are not part of the job.
    """

    rows: Any
    job: Any
    problems: list[str] = field(default_factory=list)

    def is_unaddressed(self) -> bool:
        """Whether it is about no user yet, and the contact's e-mail address is none."""
        codes = {as_problem(problem).code for problem in self.problems}
        return "invalid_email" in codes and not self.job.identity.user_id


CLAIM_SIZE = 10  # what is claimed is sent before the inbox is looked at again
CLAIM_BYTES = 2**20  # of payloads claimed at once
ROW_BYTES = 1024  # what a row is besides
LOOK_AHEAD = 250  # rows; an edit that comes meanwhile waits until they have been looked at
NEWEST_ID = 2**31 - 1


class Claims:
    """Finds and claims the rows of one queue that are due, and that nothing is in the way of."""

    model: str
    is_free: SQL  # of row ``r``

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.env = backend.env
        self.queue = self.env[self.model]
        self.table = SQL.identifier(self.queue._table)
        # How many rows to claim: what is claimed goes before whatever more urgent comes next.
        self._size = max(2, min(CLAIM_SIZE, round(backend.rate_limit / 4)))

    def first(self) -> SQL:
        """Select when the first row that waits may be tried; nothing if none waits."""
        self.queue.flush_model()
        return SQL(
            """(SELECT coalesce(r.next_attempt_at, %s) FROM %s r WHERE %s
                 ORDER BY r.next_attempt_at NULLS FIRST LIMIT 1)""",
            fields.Datetime.now(),
            self.table,
            self._waits(),
        )

    def priorities_waiting(self, number: int) -> SQL:
        """Select the ``number``, and the PRIORITIES of which any row waits, be it due or not.

        An index look for each: LIMIT keeps PostgreSQL from joining all that waits instead.
        """
        self.queue.flush_model()
        return SQL(
            """SELECT %s, p FROM unnest(%s) p, LATERAL (
                   SELECT FROM %s r
                    WHERE r.backend_id = %s AND r.state = 'pending' AND r.claimed_at IS NULL
                      AND r.priority = p LIMIT 1) found""",
            number,
            list(PRIORITIES),
            self.table,
            self.backend.id,
        )

    def claim_suspect(self) -> Any:
        """Claim one row that two workers died with."""
        return self._claim(
            SQL(
                """SELECT r.id FROM %s r WHERE r.claims >= 2 AND %s AND %s
                    ORDER BY r.id LIMIT 1 FOR UPDATE OF r SKIP LOCKED""",
                self.table,
                self._waits(),
                self._is_due(),
            )
        )

    def _waits(self) -> SQL:
        """Row ``r`` waits for its turn, and nothing of the same contact is in its way."""
        return SQL(
            "r.backend_id = %s AND r.state = 'pending' AND r.claimed_at IS NULL AND %s",
            self.backend.id,
            self.is_free,
        )

    def _is_due(self) -> SQL:
        """The time of row ``r`` has come."""
        return SQL("coalesce(r.next_attempt_at <= %s, true)", fields.Datetime.now())

    def _claim(self, query: SQL) -> Any:
        """Claim the rows that ``query`` selects; it locks them with SKIP LOCKED.

        In an array it is run but once. As a plain subquery PostgreSQL may run it for each row that
        it meets, each time with the next LIMIT rows: then one claim takes the whole queue.
        """
        self.queue.flush_model()
        rows = self.env.execute_query(
            SQL(
                """UPDATE %s SET claimed_at = %s, claims = coalesce(claims, 0) + 1
                    WHERE id = ANY(ARRAY(%s)) RETURNING id""",
                self.table,
                fields.Datetime.now(),
                query,
            )
        )
        self.queue.invalidate_model()
        return self.queue.browse(sorted(row_id for (row_id,) in rows))


class InboxClaims(Claims):
    model = "usercom.inbox"
    is_free = INBOX_IS_FREE

    def claim(self, priority: int) -> Any:
        """Claim the waiting rows of some users: together they are one piece of work.

        As many as memory has room for: thousands of one user may be retried at once.
        """
        users = SQL(
            """SELECT r.user_ref FROM usercom_inbox r WHERE r.priority = %s AND %s AND %s
                ORDER BY r.id LIMIT %s""",
            priority,
            self._waits(),
            self._is_due(),
            self._size,
        )
        return self._claim(
            SQL(
                """WITH found AS (
                       SELECT r.id, coalesce(octet_length(r.payload::text), 0) + %s AS size
                         FROM usercom_inbox r WHERE %s AND r.user_ref = ANY(ARRAY(%s))
                          FOR UPDATE OF r SKIP LOCKED)
                   SELECT id FROM (
                       SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM found) counted
                    WHERE before < %s""",
                ROW_BYTES,
                self._waits(),
                users,
                CLAIM_BYTES,
            )
        )

    def _waits(self) -> SQL:
        """Leave out the calls that the pages of a backlog are going to settle."""
        return SQL(
            """%s AND (r.single OR r.priority >= %s OR coalesce(r.serial, r.id) > coalesce((
                   SELECT s.newest_prompt FROM usercom_sweep s
                    WHERE s.backend_id = %s AND s.kind = 'backlog'
                      AND s.is_open AND s.error IS NULL), 0))""",
            super()._waits(),
            URGENT,
            self.backend.id,
        )


class OutboxClaims(Claims):
    model = "usercom.outbox"
    is_free = OUTBOX_IS_FREE

    def claim(self, priority: int, last: int) -> Any:
        """Claim the oldest rows whose turn it is, of those up to the id ``last``."""
        return self._claim_some(priority, last, SQL("ASC"))

    def claim_newest(self, priority: int) -> Any:
        return self._claim_some(priority, NEWEST_ID, SQL("DESC"))

    def _claim_some(self, priority: int, last: int, order: SQL) -> Any:
        return self._claim(
            SQL(
                """SELECT r.id FROM usercom_outbox r
                    WHERE r.priority = %s AND r.id <= %s AND %s AND %s
                    ORDER BY r.id %s LIMIT %s FOR UPDATE OF r SKIP LOCKED""",
                priority,
                last,
                self._waits(),
                self._is_due(),
                order,
                self._size,
            )
        )

    def claim_awaited(self, priority: int) -> Any:
        """Claim contacts that events of this priority wait for, whatever their own priority."""
        return self._claim(
            SQL(
                """SELECT r.id FROM usercom_event e
                     JOIN usercom_outbox r
                       ON r.backend_id = e.backend_id AND r.partner_id = e.partner_id
                    WHERE e.backend_id = %s AND e.state = 'pending' AND e.awaits_contact
                      AND e.priority = %s AND %s AND %s
                    ORDER BY e.id LIMIT %s FOR UPDATE OF r SKIP LOCKED""",
                self.backend.id,
                priority,
                self._waits(),
                self._is_due(),
                self._size,
            )
        )

    def is_anybody_held_up(self) -> bool:
        """Whether an edit waits because its contact is among those of a mass update."""
        query = SQL(
            """SELECT FROM usercom_outbox r
                WHERE r.backend_id = %s AND r.state = 'pending' AND r.claimed_at IS NULL
                  AND r.priority >= %s AND EXISTS (
                      SELECT FROM usercom_outbox c
                       WHERE c.backend_id = r.backend_id AND c.partner_id = r.partner_id
                         AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0) LIMIT 1""",
            self.backend.id,
            USUAL,
        )
        self.queue.flush_model()
        return bool(self.env.execute_query(query))

    def is_waiting(self, priority: int, last: int) -> bool:
        """Whether a row up to the id ``last`` waits for its turn."""
        query = SQL(
            """SELECT FROM usercom_outbox r
                WHERE r.priority = %s AND r.id <= %s AND %s AND %s LIMIT 1""",
            priority,
            last,
            self._waits(),
            self._is_due(),
        )
        self.queue.flush_model()
        return bool(last and self.env.execute_query(query))

    # ---- for mass updates ----

    def next_ids(self, priority: int, last: int, most: int) -> list[int]:
        """The ids of the next rows after the id ``last`` whose turn it is, at ``most`` so many."""
        query = SQL(
            """SELECT r.id FROM usercom_outbox r
                WHERE r.priority = %s AND r.id > %s AND %s AND %s ORDER BY r.id LIMIT %s""",
            priority,
            last,
            self._waits(),
            self._is_due(),
            most,
        )
        self.queue.flush_model()
        return [row_id for (row_id,) in self.env.execute_query(query)]

    def look_ahead(self, priority: int, last: int) -> tuple[Any, int | None]:
        """``(rows that mass updates may stand for, id of the last row looked at)``.

        Looks at the next rows after the id ``last``; None for the second where there are none.
        """
        found = self.env.execute_query(
            SQL(
                """SELECT r.id, b.external_id > 0 AND r.resource = 'users'
                                AND NOT coalesce(r.force_single, false)
                     FROM usercom_outbox r
                     LEFT JOIN usercom_binding b
                       ON b.backend_id = r.backend_id AND b.partner_id = r.partner_id
                    WHERE r.priority = %s AND r.id > %s AND %s AND %s ORDER BY r.id LIMIT %s""",
                priority,
                last,
                self._waits(),
                self._is_due(),
                LOOK_AHEAD,
            )
        )
        linked = self.queue.browse(row_id for row_id, is_linked in found if is_linked)
        return linked, found[-1][0] if found else None

    def claim_alike(self, row_ids: list[int]) -> Any:
        """Claim the rows of these ids that still wait for their turn."""
        return self._claim(
            SQL(
                """SELECT r.id FROM usercom_outbox r
                    WHERE r.id = ANY(%s) AND %s AND %s FOR UPDATE OF r SKIP LOCKED""",
                row_ids,
                self._waits(),
                self._is_due(),
            )
        )
