"""What invoices, deliveries and payments say of orders."""

from __future__ import annotations

from typing import Any

from odoo.tools import SQL

from .order_lines import sold_lines

_POSTED = SQL("m.state = 'posted'")


class OrderFacts:
    """Read for many ``orders`` at once, in three queries."""

    def __init__(self, orders: Any) -> None:
        self._env = orders.env
        self._ids = orders.ids
        self._lines = {order.id: sold_lines(order) for order in orders}
        self._quantities = {line: (i, r) for line, i, r in self._invoiced_quantities()}
        self._settled = dict(self._settled_orders())
        self._online = dict(self._paid_online())

    def lines(self, order: Any) -> Any:
        """The lines of products that were bought."""
        return self._lines[order.id]

    def is_delivered(self, order: Any) -> bool:
        lines = self.lines(order)
        return bool(lines) and all(line.qty_delivered >= line.product_uom_qty for line in lines)

    def is_paid(self, order: Any) -> bool:
        """Whether all of it is paid: its invoices, or the order itself on the portal."""
        if order.invoice_status in ("invoiced", "upselling") and self._settled.get(order.id):
            return True
        paid, total = self._online.get(order.id, 0), order.amount_total
        return total > 0 and order.currency_id.compare_amounts(paid, total) >= 0

    def is_refunded(self, order: Any) -> bool:
        """Whether nothing is left of what was sold, since all of it was credited."""
        lines = self.lines(order)
        return bool(lines) and all(self.refunded(line) >= line.product_uom_qty for line in lines)

    def refunded(self, line: Any) -> float:
        """How many of the line were credited and not invoiced anew.

        Of 2 sold, invoiced, credited, and invoiced again, none is.
        """
        invoiced, credited = self._quantities.get(line.id, (0, 0))
        return max(0, min(credited, line.product_uom_qty - (invoiced - credited)))

    def _invoiced_quantities(self) -> Any:
        """``[(line id, invoiced, credited)]``."""
        return self._env.execute_query(
            SQL(
                """SELECT s.id,
                          coalesce(sum(l.quantity) FILTER (WHERE m.move_type = 'out_invoice'), 0),
                          coalesce(sum(l.quantity) FILTER (WHERE m.move_type = 'out_refund'), 0)
                     FROM %s WHERE s.order_id = ANY(%s) AND %s GROUP BY s.id""",
                _INVOICED,
                self._ids,
                _POSTED,
            )
        )

    def _settled_orders(self) -> Any:
        """``[(order id, whether its invoices are paid)]``."""
        return self._env.execute_query(
            SQL(
                """SELECT s.order_id,
                          bool_and(m.payment_state IN ('paid', 'in_payment', 'reversed'))
                     FROM %s WHERE s.order_id = ANY(%s) AND %s AND m.move_type = 'out_invoice'
                    GROUP BY s.order_id""",
                _INVOICED,
                self._ids,
                _POSTED,
            )
        )

    def _paid_online(self) -> Any:
        """``[(order id, amount)]``, in the currency of the order."""
        return self._env.execute_query(
            SQL(
                """SELECT r.sale_order_id, sum(t.amount)
                     FROM sale_order_transaction_rel r
                     JOIN payment_transaction t ON t.id = r.transaction_id
                    WHERE r.sale_order_id = ANY(%s) AND t.state = 'done'
                    GROUP BY r.sale_order_id""",
                self._ids,
            )
        )


_INVOICED = SQL(
    """sale_order_line s
       JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
       JOIN account_move_line l ON l.id = r.invoice_line_id
       JOIN account_move m ON m.id = l.move_id"""
)
