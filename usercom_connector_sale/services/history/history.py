"""The history of orders, from its first step to its last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.database.transactions import committed, unless_locked
from odoo.addons.usercom_connector.services.queue.claims import LOW
from odoo.addons.usercom_connector.services.stepwise import STOPPED_WITH_QUEUED, Stepwise

from ..products import Products
from .changes import HistoryChanges
from .files import HistoryFiles
from .imports import HistoryImports
from .preview import HistoryPreview
from .singly import Singly

PRODUCTS_AT_ONCE = 100
UNSETTLED = Domain("settle_at", "!=", False)


class OrderHistory(Stepwise):
    """Goes on with the history of an account's orders, within its drain.

    Previewed without any call, then: products, files of deals, their imports, the rest one by one.
    """

    model = "usercom.order.history"
    due = Stepwise.due | STOPPED_WITH_QUEUED | UNSETTLED
    name = "order_history"
    what = "history of orders"

    def next_due(self) -> datetime | None:
        """Also when the files of one are to be looked after that has ended."""
        dues = [super().next_due(), *self._unsettled().mapped("settle_at")]
        return min((due for due in dues if due), default=None)

    def _step(self, record: Any, tools: Any) -> int:
        if not self.backend.sends_orders:
            committed(self.env, record._stop, self.env._("Sending orders is turned off."))
            return 0
        if record.state == "previewing":
            return HistoryPreview(record).take_step()
        match record.step:
            case "products":
                return committed(self.env, self._queue_products, record)
            case "import":
                return HistoryFiles(record, tools).send()
            case "verify":
                return HistoryImports(record).ask(tools)
            case _:
                return self._send_rest(record)

    def _queue_products(self, history: Any) -> int:
        """Queue the next products of the orders; returns how many."""
        if not history._is_at_work():
            return 0
        some = self.env["product.product"].sudo().browse(self._next_products(history))
        if not some:
            history.write({"step": "import" if history.use_csv else "send", "last_id": 0})
            return 1
        Products(self.backend).queue(some, LOW)
        history._advance(2 * len(some), last_id=some[-1].id)
        return len(some)

    def _next_products(self, history: Any) -> list[int]:
        query = SQL(
            """SELECT product_id FROM usercom_order_history_product_rel
                WHERE history_id = %s AND product_id > %s ORDER BY product_id LIMIT %s""",
            history.id,
            history.last_id,
            PRODUCTS_AT_ONCE,
        )
        return [product_id for (product_id,) in self.env.execute_query(query)]

    def _send_rest(self, history: Any) -> int:
        """Send what no file has; what changed meanwhile goes before the end."""
        if history.last_file and not history.is_settled:
            if not HistoryChanges(history).send():
                return 0
            committed(self.env, history.write, {"is_settled": True})
        return committed(self.env, Singly(history).queue_or_finish)

    def _queue_some(self, record: Any) -> int:
        return Singly(record).queue_some()

    def _look_after_others(self) -> None:
        """Take over what became of orders of one that was stopped, and send what changed last."""
        for history in self._stopped_with_queued():
            unless_locked(self.env, Singly(history).take_over_results)
        for history in self._unsettled().filtered(lambda each: each.settle_at <= _now()):
            if HistoryChanges(history).send():
                unless_locked(self.env, history.write, {"settle_at": False})

    def _stopped_with_queued(self) -> Any:
        mine = Domain("backend_id", "=", self.backend.id)
        return self.env[self.model].search(STOPPED_WITH_QUEUED & mine)

    def _unsettled(self) -> Any:
        """Those whose files may still undo what changed since."""
        mine = Domain("backend_id", "=", self.backend.id)
        return self.env[self.model].search(UNSETTLED & mine)

    def standstill(self, record: Any) -> str:
        if record.error:
            return str(self.env._("The order history cannot continue."))
        return str(self.env._("The order history is paused."))

    def _count_work(self, record: Any, seconds: float) -> None:
        Singly(record).take_over_results()
        return super()._count_work(record, seconds)


def _now() -> datetime:
    now: datetime = fields.Datetime.now()
    return now
