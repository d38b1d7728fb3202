"""The companies of User.com that deals belong to: told with a deal, and never before they exist."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

from odoo import fields

from ..companies.participation import CompanyParticipation

COMPANY_KEYS = {"company_custom_id", "company_id"}  # what names the company of a deal
LULL = timedelta(seconds=2)  # until it is looked again whether the company is there


class DealCompanies:
    """Those of ``partners`` that one account synchronizes as companies."""

    def __init__(self, backend: Any, partners: Any) -> None:
        self._backend = backend
        self._env = backend.env
        part = CompanyParticipation(backend)
        self.ids = set(part.taking_part(partners).ids) if partners else set()

    def is_known(self, partner_id: int) -> bool:
        """Whether User.com has the company, or is about to."""
        return partner_id in self._links or partner_id in self._waiting

    def key(self, row: Any) -> dict[str, Any]:
        """What names the company of a deal's row; empty where it is not there."""
        return self.key_of(row.commercial_partner_id.id)

    def key_of(self, partner_id: int) -> dict[str, Any]:
        """What names the company of this contact; empty where it is not there."""
        link = self._links.get(partner_id)
        if not link:
            return {}
        if link.custom_id:
            return {"company_custom_id": link.custom_id}
        return {"company_id": link.external_id}

    def put_off(self, rows: Any) -> Any:
        """Have those of ``rows`` wait whose company is about to be created; return them."""
        late = rows.filtered(lambda row: self._is_late(row.commercial_partner_id.id))
        for row in late:
            soon = fields.Datetime.now() + LULL
            due = self._waiting[row.commercial_partner_id.id].next_attempt_at or soon
            row._put_back(next_attempt_at=max(due, soon))
        return late

    def _is_late(self, partner_id: int) -> bool:
        return partner_id in self._waiting and partner_id not in self._links

    @cached_property
    def _links(self) -> dict[int, Any]:
        """The links of those that User.com has, by contact."""
        if not self.ids:
            return {}
        partners = self._env["res.partner"].browse(self.ids)
        links = self._env["usercom.company"]._of(self._backend, partners)
        return {key: link for key, link in links.items() if link._is_live()}

    @cached_property
    def _waiting(self) -> dict[int, Any]:
        """The rows of those that wait to be sent, by contact."""
        if not self.ids:
            return {}
        about = [
            ("backend_id", "=", self._backend.id),
            ("partner_id", "in", list(self.ids)),
            ("resource", "=", "companies"),
            ("state", "=", "pending"),
        ]
        rows = self._env["usercom.outbox"].search(about)
        return {row.partner_id.id: row for row in rows}
