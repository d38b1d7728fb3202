"""Tells User.com of orders: a deal that moves from stage to stage, and what was bought.

What is sent is computed in the transaction of the change, for all of its orders together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .digest import digest_of
from .ledger import Ledger, Told
from .notes import keep
from .order_facts import OrderFacts
from .order_states import ENDS, reached
from .payloads import Payloads
from .products import Products


@dataclass
class Report:
    """What is to be told of one order, and what is noted of it once that is queued."""

    order: Any
    lines: Any
    note: Any
    values: dict[str, Any]
    deal: dict[str, Any]
    passed: Any
    items: list[dict[str, Any]] = field(default_factory=list)


class Orders:
    """Those of one account, read as superuser: who sells may know nothing of User.com."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend.sudo()
        self._env = self._backend.env
        self._stages = self._backend.order_stage_ids.filtered("is_sent").sorted("sequence")
        self._told_anew = self.states_told_anew()
        self._products = Products(self._backend)
        self._payloads = Payloads(self._backend, self._products)

    def tell(self, orders: Any, priority: int | None = None) -> None:
        """Queue what User.com has not been told of ``orders``, and note that it is."""
        notes = self._notes(orders)
        orders = orders.filtered(lambda order: order.id in notes or order.state in self._told_anew)
        if not orders:
            return
        facts, reports = OrderFacts(orders), []
        for order in orders.with_context(lang=self._backend._language()):
            report = self._report(order, facts, notes.get(order.id))
            if report and report.items:
                reports.append(report)
        self._queue(reports, priority)

    def states_told_anew(self) -> set[str]:
        """The states in Odoo of orders that User.com is told of without knowing them yet.

        Most quotations are sent nowhere, and each of their edits comes here.
        """
        sent = set(self._stages.mapped("order_state"))
        states = {"draft": {"quotation"}, "sent": {"quotation", "sent"}, "sale": sent}
        return {state for state, needed in states.items() if needed & sent}

    def _notes(self, orders: Any) -> dict[int, Any]:
        """By order. What another company's account was told, whose it was before, is forgotten."""
        notes = self._env["usercom.order"].search([("order_id", "in", orders.ids)])
        if others := notes.filtered(lambda note: note.backend_id != self._backend):
            others.unlink()
            notes -= others
        return {note.order_id.id: note for note in notes}

    def _report(self, order: Any, facts: OrderFacts, note: Any) -> Report | None:
        """What is to be said of an order; None if User.com is not to know it."""
        report = self.report_deal(order, facts, note)
        if not report:
            return None
        if not note or note.digest != report.values["digest"]:
            report.items.append(report.deal)
        if order.date_order >= self._backend.orders_since or (note and note.lines):
            self._add_events(report)
            self._add_movements(report, facts)
        return report

    def report_deal(self, order: Any, facts: OrderFacts, note: Any) -> Report | None:
        """The deal that the order is, and what is noted of it; None if it is not to be one."""
        states = reached(order, facts)
        passed = self._stages.filtered(lambda stage: stage.order_state in states)
        if not passed or (not note and states <= ENDS):
            return None
        lines = facts.lines(order)
        deal = self._payloads.deal(order, lines, passed[-1], is_paid="paid" in states)
        firm = {"company": deal["company"].id} if "company" in deal else {}
        digest = digest_of({**deal, "partner": order.partner_id.id, **firm})
        values = {"order_state": passed[-1].order_state, "digest": digest}
        return Report(order, lines, note, values, deal, passed)

    def _add_events(self, report: Report) -> None:
        """One event for each state that the order has come to, once in its life."""
        told = set(report.note.told_states or [] if report.note else [])
        for stage in report.passed.filtered("event_name"):
            if stage.order_state not in told:
                item = self._payloads.event(report.order, report.lines, stage)
                report.items.append(item)
                told.add(stage.order_state)
        report.values["told_states"] = sorted(told)

    def _add_movements(self, report: Report, facts: OrderFacts) -> None:
        ledger = Ledger(report.note.lines if report.note else None)
        lines = {line.id: line for line in report.lines}
        for movement in ledger.movements(self._sold(report, facts)):
            line = lines.get(movement.line_id)
            if line and line.product_id.id != movement.product_id:
                line = None  # another product was bought with it
            if line or self._is_there(movement.product_id):
                report.items.append(self._payloads.product_event(report.order, line, movement))
        report.values["lines"] = ledger.as_json()

    def _is_there(self, product_id: int) -> bool:
        """Whether the product is in Odoo still: it may be deleted once no line has it any more."""
        return bool(self._env["product.product"].browse(product_id).exists())

    def _sold(self, report: Report, facts: OrderFacts) -> dict[int, Told]:
        """What of each line is sold as things are; of what is not confirmed, nothing is left."""
        is_sold = report.order.state == "sale"
        sold = {}
        for line in report.lines:
            credited = facts.refunded(line)
            bought = line.product_uom_qty if is_sold else credited
            sold[line.id] = Told(line.product_id.id, bought, credited)
        return sold

    def _queue(self, reports: list[Report], priority: int | None) -> None:
        """Queue the reports and note those whose contacts are at User.com; then their products."""
        items = [item for report in reports for item in report.items]
        rows = self._env["usercom.event"]._queue(self._backend, items, priority)
        if not rows:
            return
        people = set(rows.partner_id.ids)
        told = [report for report in reports if report.order.partner_id.id in people]
        lines = self._env["sale.order.line"].union(*(report.lines for report in told))
        self._products.queue(lines.product_id)
        keep(self._env["usercom.order"], [(report.note, self._noted(report)) for report in told])

    def _noted(self, report: Report) -> dict[str, Any]:
        return {"backend_id": self._backend.id, "order_id": report.order.id, **report.values}
