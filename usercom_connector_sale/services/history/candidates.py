"""Which orders can be in the history, and as what deal each would be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from odoo.addons.usercom_connector.services.database.transactions import attempted
from odoo.addons.usercom_connector.services.events.deal_companies import DealCompanies

from ..order_facts import OrderFacts
from ..orders import Orders, Report

SENT_KINDS = ("new", "changed")


@dataclass(frozen=True)
class Candidate:
    """An order: of what ``kind`` it is (as the lines of a history say), and what is told of it.

    ``owner``: whose deal it is at User.com. ``problem``: why nothing can be told of it.
    """

    order: Any
    kind: str
    report: Report | None = None
    owner: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None

    @property
    def is_sent(self) -> bool:
        return self.kind in SENT_KINDS

    def as_row(self) -> dict[str, Any]:
        """The values of its deal, as a file has them."""
        deal = self.report.deal if self.report else {}
        return {**deal["data"], "custom_id": deal["key"], "name": deal["name"], **self.owner}


class Candidates:
    """Of the orders of a history's account, read many at once."""

    def __init__(self, history: Any) -> None:
        self._backend = history.backend_id.sudo()
        self._sends_known = history.sends_known
        self._env = self._backend.env
        self._orders = Orders(self._backend)

    def domain(self, since: Any) -> list[Any]:
        """The orders of the account's company since then, but for quotations that are not sent."""
        states = self._orders.states_told_anew() | {"sale", "cancel"}
        return [
            ("company_id", "=", self._backend.company_id.id),
            ("date_order", ">=", since),
            ("state", "in", sorted(states)),
        ]

    def of(self, orders: Any) -> list[Candidate]:
        """What each order is; where one cannot be read, the others still are."""
        found, error = attempted(self._env, self._read, orders)
        if error is None:
            return found
        if len(orders) == 1:
            return [Candidate(orders, "faulty", problem=str(error))]
        return [candidate for order in orders for candidate in self.of(order)]

    def _read(self, orders: Any) -> list[Candidate]:
        people, facts, notes = self._people(orders.partner_id), OrderFacts(orders), self._of(orders)
        firms = DealCompanies(self._backend, orders.partner_id.commercial_partner_id)
        found = []
        for order in orders.with_context(lang=self._backend._language()):
            report = self._orders.report_deal(order, facts, notes.get(order.id))
            person = people[order.partner_id.id]
            found.append(self._candidate(order, report, person, firms))
        return found

    def _of(self, orders: Any) -> dict[int, Any]:
        """What the account was told of the orders before."""
        told = [("order_id", "in", orders.ids), ("backend_id", "=", self._backend.id)]
        return {note.order_id.id: note for note in self._env["usercom.order"].search(told)}

    def _people(self, partners: Any) -> dict[int, tuple[str, int | None]]:
        """``{contact id: (why no order of it can be sent or "", id of its user)}``."""
        inside = set(self._backend._taking_part(partners).ids)
        links = self._env["usercom.binding"]._of(self._backend, partners)
        return {
            partner_id: _standing(links.get(partner_id), partner_id in inside)
            for partner_id in partners.ids
        }

    def _candidate(
        self, order: Any, report: Report | None, person: tuple[str, int | None], firms: Any
    ) -> Candidate:
        why_not, user_id = person
        firm = report.deal.get("company") if report else None
        owner = firms.key_of(firm.id) if firm else {}
        if owner and firm == order.partner_id and why_not in ("not_synchronized", "not_there"):
            why_not = ""  # the deal is the company's own
        if not report or why_not:
            return Candidate(order, why_not or "state", report)
        owner = {**owner, "user_id": user_id} if user_id else owner
        return Candidate(order, self._kind(report), report, owner)

    def _kind(self, report: Report) -> str:
        """What the history does with an order that may be sent."""
        if not report.note:
            return "new"
        is_known = report.note.digest == report.values["digest"]
        return "known" if is_known and not self._sends_known else "changed"


def _standing(link: Any, is_inside: bool) -> tuple[str, int | None]:
    """Why nothing of a contact can be sent, or "", and the id of its user."""
    state = link.state if link else None
    if state == "erased":
        return "erased", None
    if not is_inside:
        return "not_synchronized", None
    if state == "gone":
        return "gone", None
    user_id = link.external_id if link else None
    return ("", user_id) if user_id else ("not_there", None)
