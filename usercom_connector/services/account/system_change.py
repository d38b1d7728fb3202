"""What becomes of the links when an account is moved to another system of User.com."""

from typing import Any

from odoo.tools import SQL

from ..own_context import with_own_context

UNDER_WAY = ("previewing", "ready", "running", "paused")


class SystemChange:
    """Forgets, past the ORM as there may be hundreds of thousands, the ids of another system.

    Here they are other people's. The contacts are matched anew as they are edited or pushed;
    consents and logs stay.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._ours = [("backend_id", "=", backend.id)]

    def adopt(self) -> None:
        """Note for which system the account was authenticated, and forget users of another."""
        linked = self._backend.linked_subdomain
        if linked and linked != self._backend.subdomain:
            self._forget_users()
        self._backend.linked_subdomain = self._backend.subdomain

    def _forget_users(self) -> None:
        waiting = [*self._ours, ("state", "in", ("pending", "failed", "dismissed"))]
        self._delete_all("usercom.outbox", [*waiting, ("operation", "!=", "sync")])
        self._delete_all("usercom.inbox", waiting)
        self._delete_all("usercom.sweep", self._ours)
        self._delete_all("usercom.drift", self._ours)
        for sync in self._env["usercom.sync"].search([*self._ours, ("state", "in", UNDER_WAY)]):
            sync.action_cancel()
        self._env["usercom.tombstone"].search(self._ours).external_id = False
        self._clear_keys()
        self._delete_all("usercom.binding", self._ours)

    def _delete_all(self, model: str, domain: list[Any]) -> None:
        self._env.flush_all()
        records = self._env[model]
        query = records._search(domain)
        table = SQL.identifier(records._table)
        self._env.cr.execute(SQL("DELETE FROM %s WHERE id IN %s", table, query.subselect()))
        self._env.invalidate_all()

    def _clear_keys(self) -> None:
        """Empty the key field of the linked contacts, in this account's company."""
        name = self._backend._key_field()
        seen = with_own_context(
            self._backend._with_account_context(self._env["res.partner"]), linking=name
        )
        field = seen._fields[name]
        column, company = SQL.identifier(field.name), str(self._backend.company_id.id)
        emptied = SQL("%s - %s", column, company) if field.company_dependent else SQL("NULL")
        self._env.flush_all()
        rows = self._env.execute_query(
            SQL(
                """UPDATE res_partner SET %s = %s
                    WHERE id IN (SELECT partner_id FROM usercom_binding WHERE backend_id = %s)
                      AND %s IS NOT NULL
                   RETURNING id""",
                column,
                emptied,
                self._backend.id,
                column,
            )
        )
        partners = seen.browse(row_id for (row_id,) in rows)
        partners.invalidate_recordset(flush=False)
        partners.modified([field.name])  # other apps may compute from it
