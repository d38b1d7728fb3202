"""Companies of User.com whose company in Odoo left: archived, deleted or merged away."""

from typing import Any

from odoo import fields
from odoo.fields import Domain

from ...usercom.company_sync import CompanyRemoval
from ..queue.claims import Task


class CompanyRemovals:
    """Does with the companies of one account's former companies what its policy says."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._links = backend.env["usercom.company"]

    def note_return(self, rows: Any) -> None:
        """Note that the companies of these rows take part, also those that were to be deleted."""
        rows.filtered(lambda row: row.operation != "sync").operation = "sync"

    def of_left(self, rows: Any) -> list[Task]:
        """The tasks of companies that take no part; which never did, or left before, needs none.

        Nothing is done where companies are no longer synchronized at all.
        """
        links = self._links._of(self._backend, rows.partner_id)
        in_use = {key: link for key, link in links.items() if _is_in_use(link)}
        leaving = rows.filtered(lambda row: row.partner_id.id in in_use)
        if not self._backend.sync_companies:
            leaving = rows.browse()
        elif self._backend.company_removal_policy == "keep":
            left = self._links.browse(in_use[row.partner_id.id].id for row in leaving)
            left.left_at = fields.Datetime.now()
            leaving = rows.browse()
        (rows - leaving)._finish(outcome="left_out")
        leaving.operation = "delete"
        return [Task(row, CompanyRemoval(in_use[row.partner_id.id].external_id)) for row in leaving]

    def of_deleted(self, rows: Any) -> list[Task]:
        """The tasks of rows without a contact; a company linked with another contact stays.

        So do all where companies are no longer synchronized.
        """
        if not self._backend.sync_companies:
            rows._finish(operation="keep")
            return []
        linked = self._links.search(
            Domain("backend_id", "=", self._backend.id)
            & Domain("external_id", "in", rows.mapped("external_id"))
        )
        reused = rows.filtered(lambda row: row.external_id in linked.mapped("external_id"))
        reused._finish(operation="keep")
        return [Task(row, CompanyRemoval(row.external_id)) for row in rows - reused]

    def settle(self, row: Any) -> None:
        """Store that the company of a row is deleted."""
        for link in self._links._of(self._backend, row.partner_id).values():
            link.unlink()
        row._finish()


def _is_in_use(link: Any) -> bool:
    return bool(link._is_live() and not link.left_at)
