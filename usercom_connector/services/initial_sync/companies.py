"""Companies, as far as the preview of an initial sync tells of them."""

from typing import Any

from odoo.tools import SQL

from ...usercom import User
from ..companies.merge import CompanyPlanner
from ..companies.settlement import CompanySettlement
from ..companies.user_companies import UserCompanies

SENT = ("linked", "matched", "new_there")  # the kinds of people whose companies go to User.com


class PreviewedCompanies:
    """Notes with the people of an initial sync what becomes of their companies.

    For an account that synchronizes companies.
    """

    def __init__(self, sync: Any) -> None:
        self._sync = sync
        self._env = sync.env
        self._backend = sync.backend_id

    def joined(self, pairs: list[tuple[Any, User]]) -> dict[int, int]:
        """``{user id: id of the company}`` of those whose contacts are to get a company."""
        if self._sync.direction == "export":
            return {}
        moves, _ended = UserCompanies(self._backend).planned(pairs)
        return {user.id: moves[partner].id for partner, user in pairs if partner in moves}

    def joined_anew(self, users: list[User]) -> dict[int, int]:
        """``{user id: id of the company}`` of those whose contacts are still to be created."""
        if self._sync.direction == "export" or self._backend._why_not_created():
            return {}
        planned = UserCompanies(self._backend).planned_anew(users)
        return {user_id: company.id for user_id, company in planned.items()}

    # ---- values of those that are linked ----

    def are_compared(self) -> bool:
        """Whether there are any, with values that a pair moves."""
        backend = self._backend
        linked = [("backend_id", "=", backend.id), ("external_id", ">", 0)]
        return bool(
            backend._active_company_mappings()
            and self._env["usercom.company"].search_count(linked, limit=1)
        )

    def compare(self, companies: list[User]) -> None:
        """Note, with the people of linked companies, that these differ from Odoo's."""
        known = {company.id: company for company in companies}
        links = CompanySettlement(self._backend).linked(companies)
        planner = CompanyPlanner(self._backend, links.partner_id)
        sent, received = [], []
        for link in links:
            company = known[link.external_id]
            plan = planner.plan(link.partner_id, company, link)
            if plan.to_push and self._sync.direction != "import":
                sent.append(link.partner_id.id)
            if plan.vals and self._sync.direction != "export" and not link._has_seen(company):
                received.append(link.partner_id.id)
        self._note("sent_company_id", sent)
        self._note("received_company_id", received)

    def _note(self, name: str, company_ids: list[int]) -> None:
        if not company_ids:
            return
        self._env.flush_all()
        self._env.cr.execute(
            SQL(
                """UPDATE usercom_sync_line l SET %s = p.commercial_partner_id
                     FROM res_partner p
                    WHERE l.sync_id = %s AND l.kind = ANY(%s) AND p.id = l.partner_id
                      AND p.commercial_partner_id = ANY(%s) AND p.id <> p.commercial_partner_id""",
                SQL.identifier(name),
                self._sync.id,
                list(SENT),
                company_ids,
            )
        )
        self._env["usercom.sync.line"].invalidate_model([name])

    def bring_values(self) -> None:
        """Have what the preview has found be sent, and be read by the list of companies."""
        if sent := self._noted("sent_company_id"):
            self._env["usercom.outbox"]._enqueue_companies(
                sent.ids, chosen=SQL("b.id = %s", self._backend.id)
            )
        if self._noted("received_company_id", limit=1):
            self._env["usercom.sweep"]._of(self._backend, "companies").started_at = False

    def _noted(self, name: str, limit: int | None = None) -> Any:
        people = [*self._sync._people_with(), (name, "!=", False)]
        groups = self._env["usercom.sync.line"]._read_group(people, [name], limit=limit)
        return self._env["res.partner"].union(*(company for (company,) in groups))

    # ---- those that come to User.com ----

    def note_new(self) -> None:
        """Note the companies that are in no link yet; by SQL, however many people there are."""
        if self._sync.direction == "import":
            return
        self._env.flush_all()
        self._env.cr.execute(
            SQL(
                """UPDATE usercom_sync_line l SET new_company_id = c.id
                     FROM res_partner p JOIN res_partner c ON c.id = p.commercial_partner_id
                    WHERE l.sync_id = %(sync)s AND l.kind = ANY(%(kinds)s) AND p.id = l.partner_id
                      AND c.id <> p.id AND c.is_company AND c.active
                      AND (c.company_id IS NULL OR c.company_id = %(company)s)
                      AND NOT EXISTS (SELECT FROM res_company o WHERE o.partner_id = c.id)
                      AND NOT EXISTS (SELECT FROM usercom_binding b
                                       WHERE b.partner_id = c.id AND b.backend_id = %(backend)s
                                         AND b.state = 'erased')
                      AND NOT EXISTS (SELECT FROM usercom_company k
                                       WHERE k.partner_id = c.id AND k.backend_id = %(backend)s
                                         AND k.external_id > 0)""",
                sync=self._sync.id,
                kinds=list(SENT),
                company=self._backend.company_id.id,
                backend=self._backend.id,
            )
        )
        self._env["usercom.sync.line"].invalidate_model(["new_company_id"])
