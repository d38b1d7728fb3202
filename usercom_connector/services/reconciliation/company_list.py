"""What changes of companies in User.com: no call tells of it, so their list is read."""

from __future__ import annotations

import logging
from typing import Any

from odoo.tools import SQL

from ...usercom import User
from ...usercom.records import COMPANIES
from ..companies.participation import CompanyParticipation
from ..companies.settlement import CompanySettlement
from ..comparison import Comparison
from ..database.transactions import attempted, described
from .differences import Differences, different_rows
from .user_list import UserList

_logger = logging.getLogger(__name__)


class CompanyList(UserList):
    """Brings what User.com now says of linked companies to Odoo; the others are left to people."""

    def __init__(self, sweep: Any, client: Any) -> None:
        super().__init__(sweep, client.of_companies())

    def begin(self) -> bool:
        """Begin a new reading while any pair reads values."""
        mappings = self.backend._active_company_mappings()
        if all(mapping.direction == "export" for mapping in mappings):
            return False
        self._begin(None)
        return True

    def _settle_users(self, users: list[User], newest: int) -> bool:
        locked: list[User] = []
        self.guard.in_lots(users, self._bring, locked.append)
        return not locked

    def _bring(self, companies: list[User]) -> None:
        CompanySettlement(self.backend).bring(companies)

    def _turn(self, page: Any) -> bool:
        return self._turn_to(page.next)


class CompanyComparison(CompanyList):
    """Reports what differs between linked companies, and which are there no more."""

    def begin(self) -> bool:
        self._begin(None)
        return True

    def _begin(self, since: Any) -> None:
        Differences(self.sweep).forget((COMPANIES,))
        return super()._begin(since)

    def _bring(self, companies: list[User]) -> None:
        """Compare; where one of them raises an error, each by itself."""
        _done, error = attempted(self.env, self._report, companies)
        if error and len(companies) > 1:
            for company in companies:
                self._bring([company])
        elif error:
            _logger.info("user.com company could not be compared: %s", described(error))
            link = self.env["usercom.company"]._of_user(self.backend, companies[0].id)
            link.compared_at = self.sweep.started_at

    def _report(self, companies: list[User]) -> None:
        known = {company.id: company for company in companies}
        links = self.env["usercom.company"].search(
            [("backend_id", "=", self.backend.id), ("external_id", "in", list(known))]
        )
        links.compared_at = self.sweep.started_at
        partners = CompanyParticipation(self.backend).taking_part(links.partner_id)
        seen = self.backend._with_account_context(partners - self._waiting(partners))
        contacts = {contact.id: contact for contact in seen}
        comparison = Comparison(self.backend._active_company_mappings(), seen)
        self.env["usercom.drift"].create(
            [
                row | {"resource": COMPANIES}
                for link in links
                if (contact := contacts.get(link.partner_id.id))
                for row in different_rows(contact, link, known[link.external_id], comparison)
            ]
        )

    def _waiting(self, partners: Any) -> Any:
        outbox = self.env["usercom.outbox"]
        return outbox._waiting_rows(partners, self.backend, COMPANIES).partner_id

    def _complete(self) -> None:
        """Report the linked companies that were not among all of them."""
        moment = self.sweep.started_at
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_drift
                          (backend_id, kind, resource, partner_id, external_id,
                           create_date, write_date)
                   SELECT backend_id, 'only_odoo', 'companies', partner_id, external_id, %s, %s
                     FROM usercom_company
                    WHERE backend_id = %s AND external_id > 0 AND left_at IS NULL
                      AND coalesce(compared_at < %s, true)""",
                moment,
                moment,
                self.backend.id,
                moment,
            )
        )
