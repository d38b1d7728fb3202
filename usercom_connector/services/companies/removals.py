"""Companies of User.com whose company in Odoo left: archived, deleted or merged away."""

from typing import Any

from odoo import fields

from ...usercom import User
from ...usercom.company_sync import CompanyRemoval, CompanySearch
from ..queue.claims import Task


class CompanyRemovals:
    """Does with the companies of one account's former companies what its policy says."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._links = backend.env["usercom.company"]

    def note_return(self, rows: Any) -> None:
        """Note that the companies of these rows take part, also those that were to be deleted."""
        rows.filtered(lambda row: row.operation != "sync").operation = "sync"

    def of_left(self, rows: Any, links: dict[int, Any]) -> list[Task]:
        """The tasks of companies that take no part; which never did, or left before, needs none.

        Nothing is done where companies are no longer synchronized at all. ``links``: {contact id:
        link}.
        """
        leaving = rows.filtered(lambda row: _is_in_use(links.get(row.partner_id.id)))
        if not self._backend.sync_companies:
            leaving = rows.browse()
        elif self._backend.company_removal_policy == "keep":
            left = self._links.browse(links[row.partner_id.id].id for row in leaving)
            left.left_at = fields.Datetime.now()
            leaving = rows.browse()
        (rows - leaving)._finish(outcome="left_out")
        leaving.operation = "delete"
        return [_removal(row, links[row.partner_id.id]) for row in leaving]

    def of_deleted(self, rows: Any) -> list[Task]:
        """The tasks of rows without a contact; a company linked with another contact stays.

        So do all where companies are no longer synchronized.
        """
        if not self._backend.sync_companies:
            rows._finish(operation="keep", custom_id=False)
            return []
        linked = self._links._owners(self._backend, filter(None, rows.mapped("external_id")))
        reused = rows.filtered(lambda row: row.external_id in linked)
        reused._finish(operation="keep")
        return [_removal(row, row) for row in rows - reused]

    def settle(self, row: Any) -> None:
        """Store that the company of a row is deleted."""
        for link in self._links._of(self._backend, row.partner_id).values():
            link.unlink()
        row._finish()

    def settle_search(self, row: Any, found: User | None) -> None:
        """Have a company deleted that was found, and that no other contact is linked with."""
        link = self._links._ensure(self._backend, row.partner_id)
        if not found or self._links._of_user(self._backend, found.id):
            link.unlink()
            row._finish(operation="keep", custom_id=False)
            return
        link.write({"external_id": found.id, "creating_since": False})
        row._put_back(external_id=False if link else found.id, custom_id=False)


def _removal(row: Any, known: Any) -> Task:
    """The task of a row about the company ``known``: one without an id is looked for."""
    if known.external_id:
        return Task(row, CompanyRemoval(known.external_id))
    return Task(row, CompanySearch(known.custom_id))


def _is_in_use(link: Any) -> bool:
    return bool(link and not link.left_at and (link._is_live() or link._creation_ends()))
