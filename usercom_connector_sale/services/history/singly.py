"""Orders sent one by one, by the queue of events, behind all else."""

from __future__ import annotations

from typing import Any

from odoo.tools import SQL

from odoo.addons.usercom_connector.services.queue.claims import LOW
from odoo.addons.usercom_connector.services.stepwise import PUT_OFF, REFILL, HandOver

from ..notes import keep
from .candidates import Candidate, Candidates


class Singly(HandOver):
    """Hands the orders of a history to the queue of events."""

    def _lines(self) -> Any:
        return self.env["usercom.order.history.line"]

    def _queued(self) -> list[Any]:
        found: list[Any] = self.record._lines_with(result="queued")
        return found

    def _is_enough_queued(self) -> bool:
        queued = self._lines().search_count(self._queued(), limit=PUT_OFF)
        return queued >= PUT_OFF or queued - self._put_off() >= REFILL

    def _queue_next(self) -> int:
        some = self._lines().search(self.record._lines_open(), order="id", limit=REFILL)
        self._queue(some._close_unsendable(Candidates(self.record).of(some.order_id.sudo())))
        return len(some)

    def _queue(self, found: list[tuple[int, Candidate]]) -> None:
        reports = [candidate.report for _line_id, candidate in found if candidate.report]
        items = [report.deal for report in reports]
        self.env["usercom.event"].sudo()._queue(self.backend, items, LOW)
        backend, notes = {"backend_id": self.backend.id}, self.env["usercom.order"].sudo()
        keep(
            notes,
            [
                (each.note, {**backend, "order_id": each.order.id, **each.values})
                for each in reports
            ],
        )
        for line_id, candidate in found:
            if candidate.report:
                state = candidate.report.values["order_state"]
                self._lines().browse(line_id).write({"result": "queued", "order_state": state})

    def _put_off(self) -> int:
        """How many of the queued wait for their next attempt."""
        self.env.flush_all()
        [[count]] = self.env.execute_query(
            SQL(
                """SELECT count(*) FROM usercom_order_history_line l
                     JOIN usercom_event e ON e.backend_id = %s AND e.kind = 'deal'
                      AND e.key = 'odoo-so-' || l.order_id AND e.state = 'pending'
                      AND e.next_attempt_at > now() AT TIME ZONE 'UTC'
                    WHERE l.history_id = %s AND l.result = 'queued'""",
                self.backend.id,
                self.record.id,
            )
        )
        return count

    def take_over_results(self) -> None:
        """Take over what the queue has made of the orders it was handed."""
        self.env.flush_all()
        rows = self.env.execute_query(SQL(RESULTS, backend=self.backend.id, history=self.record.id))
        if rows:
            self._lines().invalidate_model()
            self.record.calls_done += len(rows)


RESULTS = """
    UPDATE usercom_order_history_line l
       SET result = CASE WHEN e.state IN ('done', 'superseded')
                          AND coalesce(e.outcome, 'sent') = 'sent' THEN 'done'
                         WHEN e.state = 'failed' THEN 'failed' ELSE 'skipped' END,
           problems = CASE WHEN e.state = 'failed' THEN e.error END
      FROM usercom_order_history_line q
      LEFT JOIN LATERAL (
           SELECT s.state, s.outcome, s.error FROM usercom_event s
            WHERE s.backend_id = %(backend)s AND s.kind = 'deal'
              AND s.key = 'odoo-so-' || q.order_id
            ORDER BY s.id DESC LIMIT 1) e ON true
     WHERE q.id = l.id AND q.history_id = %(history)s AND q.result = 'queued'
       AND NOT EXISTS (
           SELECT FROM usercom_event p
            WHERE p.backend_id = %(backend)s AND p.kind = 'deal'
              AND p.key = 'odoo-so-' || q.order_id AND p.state = 'pending' OFFSET 0)
    RETURNING l.id"""
