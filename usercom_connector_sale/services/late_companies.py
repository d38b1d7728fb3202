"""Deals that were told before User.com had their company: they are told once more when it has it.

What a deal went without is noted with its order when it is sent, and that a company has come with
its link: so nobody who edits anything pays for it, and the drain looks at those companies only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.database.transactions import unless_locked
from odoo.addons.usercom_connector.services.events.deal_companies import DealCompanies
from odoo.addons.usercom_connector.services.queue.claims import LOW
from odoo.addons.usercom_connector.services.queue.quarantine import LOCKED_DELAY
from odoo.addons.usercom_connector.services.stepwise import REFILL, Stepwise

from .orders import Orders
from .payloads import order_id_of


class LateCompanies(Stepwise):
    """Goes on with the companies of one account that have come, a few orders at a time."""

    model = "usercom.company"
    due = Domain("are_deals_due", "=", True)
    name = "late_companies"
    what = "deals of new companies"

    # ---- noted when a deal is sent ----

    def note(self, row: Any, *, is_named: bool) -> None:
        """Note whether the deal of ``row`` was sent without its company."""
        company, order_id = row.partner_id.commercial_partner_id, order_id_of(row.key)
        if not (company.is_company and order_id):
            return
        self.env["usercom.order"].flush_model(["lacks_company"])
        self.env.cr.execute(
            SQL(
                """UPDATE usercom_order SET lacks_company = %(lacks)s
                    WHERE order_id = %(order)s AND backend_id = %(backend)s
                      AND lacks_company IS DISTINCT FROM %(lacks)s""",
                lacks=not is_named,
                order=order_id,
                backend=self.backend.id,
            )
        )
        self.env["usercom.order"].invalidate_model(["lacks_company"])
        if not is_named and DealCompanies(self.backend, company).key_of(company.id):
            links = self.env["usercom.company"]._of(self.backend, company)
            links[company.id]._note_due_deals()  # it came while the deal was on its way

    # ---- told once more ----

    def go_on(self, client: Any, deadline: float, work_off_queues: Any) -> int:
        """Queue the first ones; while they are sent, the drain asks for more."""
        count = unless_locked(self.env, self.queue_some)
        return (count or 0) + work_off_queues() if count else 0

    def queue_some(self) -> int:
        """Queue the next deals of a company that has come; returns how many were looked at."""
        link = self._due()[:1]
        if not link:
            return 0
        company = link.partner_id
        is_named = bool(DealCompanies(self.backend, company).key_of(company.id))
        order_ids = self._next_orders(link) if is_named else []
        if len(order_ids) < REFILL:
            link.write({"are_deals_due": False, "last_order_id": 0})
        else:
            link.last_order_id = order_ids[-1]
        self._tell(order_ids)
        return len(order_ids) or 1

    def next_due(self) -> datetime | None:
        later: datetime = fields.Datetime.now() + LOCKED_DELAY
        return later if self._due() else None

    def stopped(self) -> Any:
        """None ever waits for somebody."""
        return self.env[self.model]

    def _due(self) -> Any:
        """The first company whose deals are to be told once more, if any."""
        due = [("backend_id", "=", self.backend.id), ("are_deals_due", "=", True)]
        is_on = self.backend.sends_orders and self.backend.sync_companies
        return self.env[self.model].search(due, limit=1) if is_on else self.env[self.model]

    def _next_orders(self, link: Any) -> list[int]:
        for model in ("sale.order", "usercom.order", "res.partner"):
            self.env[model].flush_model()
        query = SQL(
            LACKING,
            backend=self.backend.id,
            company=self.backend.company_id.id,
            partner=link.partner_id.id,
            since=link.create_date.replace(microsecond=0),  # as an order has its date
            last=link.last_order_id,
            most=REFILL,
        )
        return [order_id for (order_id,) in self.env.execute_query(query)]

    def _tell(self, order_ids: list[int]) -> None:
        notes = self.env["usercom.order"].sudo().search([("order_id", "in", order_ids)])
        notes.write({"lacks_company": False, "digest": False})
        orders = self.env["sale.order"].sudo().browse(order_ids)
        notes._stop_nobody(lambda some: Orders(self.backend).tell(some, LOW), orders)


# Those of its contacts that went without it, and its own, which could not be told without it.
LACKING = """
    SELECT o.id
      FROM res_partner p
      JOIN sale_order o ON o.partner_id = p.id
      LEFT JOIN usercom_order n ON n.order_id = o.id AND n.backend_id = %(backend)s
     WHERE p.commercial_partner_id = %(partner)s AND o.company_id = %(company)s AND o.id > %(last)s
       AND (n.lacks_company OR (n.id IS NULL AND p.id = %(partner)s
                                AND o.state = 'sale' AND o.date_order >= %(since)s))
     ORDER BY o.id LIMIT %(most)s"""
