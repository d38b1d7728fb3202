"""Companies, as far as the preview of an initial sync tells of them."""

from typing import Any

from odoo.tools import SQL

from ...usercom import User
from ..companies.user_companies import UserCompanies

SENT = ("linked", "matched", "new_there")  # the kinds of people whose companies go to User.com


class PreviewedCompanies:
    """Notes with the people of an initial sync what becomes of their companies."""

    def __init__(self, sync: Any) -> None:
        self._sync = sync
        self._env = sync.env
        self._backend = sync.backend_id

    def joined(self, pairs: list[tuple[Any, User]]) -> dict[int, int]:
        """``{user id: id of the company}`` of those whose contacts are to get a company."""
        if not self._backend.sync_companies or self._sync.direction == "export":
            return {}
        moves, _ended = UserCompanies(self._backend).planned(pairs)
        return {user.id: moves[partner].id for partner, user in pairs if partner in moves}

    def note_new(self) -> None:
        """Note the companies that are in no link yet; by SQL, however many people there are."""
        if not self._backend.sync_companies or self._sync.direction == "import":
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
