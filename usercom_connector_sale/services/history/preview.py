"""The preview: a line for each order, without any call to User.com."""

from __future__ import annotations

from typing import Any

from odoo.tools import SQL

from odoo.addons.usercom_connector.services.database.transactions import committed

from .candidates import Candidate, Candidates

BATCH = 500  # orders at once


class HistoryPreview:
    """Looks through the orders and says which will be sent."""

    def __init__(self, history: Any) -> None:
        self.history = history
        self.env = history.env
        self._candidates = Candidates(history)

    def take_step(self) -> int:
        """Look at the next orders; returns how many, 0 to leave it for this run."""
        return committed(self.env, self._take_orders)

    def count(self) -> int:
        """How many orders there are to be looked at."""
        orders = self.env["sale.order"].sudo()
        count: int = orders.search_count(self._candidates.domain(self.history.since))
        return count

    def _take_orders(self) -> int:
        history = self.history
        if not history._is_at_work():
            return 0
        chosen = [*self._candidates.domain(history.since), ("id", ">", history.last_id)]
        orders = self.env["sale.order"].sudo().search(chosen, order="id", limit=BATCH)
        if not orders:
            history._finish("ready")
            return 1
        found = self._candidates.of(orders)
        self.env["usercom.order.history.line"].create([self._line(each) for each in found])
        self._note_products(found)
        history._advance(len(orders), last_id=orders[-1].id)
        return len(orders)

    def _line(self, candidate: Candidate) -> dict[str, Any]:
        order, report = candidate.order, candidate.report
        return {
            "history_id": self.history.id,
            "order_id": order.id,
            "name": order.name,
            "partner_id": order.partner_id.id,
            "date_order": order.date_order,
            "kind": candidate.kind,
            "order_state": report.values["order_state"] if report else False,
            "amount": report.deal["data"]["value"] if report else order.amount_total,
            "currency_id": order.currency_id.id,
            "line_count": len(report.lines) if report else 0,
            "problems": candidate.problem,
        }

    def _note_products(self, candidates: list[Candidate]) -> None:
        """Note which products have to be there before the orders; by SQL, as they are many."""
        reports = [each.report for each in candidates if each.is_sent and each.report]
        ids = {product_id for report in reports for product_id in report.lines.product_id.ids}
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_order_history_product_rel (history_id, product_id)
                   SELECT %s, unnest(%s::int[]) ON CONFLICT DO NOTHING""",
                self.history.id,
                sorted(ids),
            )
        )
