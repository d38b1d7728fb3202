"""Orders that changed while their file was on its way.

The change itself is sent at once, and may be there before the file is: then the file undoes it.
So those deals are sent once more when all files are imported, and again when no file can come any
more.
"""

from __future__ import annotations

from typing import Any

from odoo.tools import SQL

from odoo.addons.usercom_connector.services.database.transactions import unless_locked

from ..orders import Orders

BATCH = 100


class HistoryChanges:
    """Sends the orders of a history again that changed since it began."""

    def __init__(self, history: Any) -> None:
        self.history = history
        self.env = history.env
        self.backend = history.backend_id

    def send(self) -> bool:
        """Queue them, each lot in a transaction of its own; whether nobody was in the way."""
        last = 0
        while ids := unless_locked(self.env, self._send_some, last):
            last = ids[-1]
        return ids is not None

    def _send_some(self, last: int) -> list[int]:
        ids = self._changed(last)
        notes = self.env["usercom.order"].sudo().search([("order_id", "in", ids)])
        notes.digest = False
        orders = self.env["sale.order"].sudo().browse(ids)
        notes._stop_nobody(Orders(self.backend).tell, orders)
        return ids

    def _changed(self, last: int) -> list[int]:
        self.env.flush_all()
        query = SQL(CHANGED, history=self.history.id, last=last, most=BATCH)
        return [order_id for (order_id,) in self.env.execute_query(query)]


CHANGED = """
    SELECT l.order_id
      FROM usercom_order_history_line l
      JOIN usercom_order_history h ON h.id = l.history_id
      JOIN usercom_order n ON n.order_id = l.order_id AND n.backend_id = h.backend_id
      JOIN sale_order o ON o.id = l.order_id
     WHERE l.history_id = %(history)s AND l.order_id > %(last)s AND l.file > 0
       AND (n.digest <> l.digest OR o.write_date >= h.started_at OR EXISTS (
            SELECT FROM sale_order_line s
              LEFT JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
              LEFT JOIN account_move_line i ON i.id = r.invoice_line_id
              LEFT JOIN account_move m ON m.id = i.move_id
             WHERE s.order_id = o.id
               AND (s.write_date >= h.started_at OR m.write_date >= h.started_at)))
     ORDER BY l.order_id LIMIT %(most)s"""
