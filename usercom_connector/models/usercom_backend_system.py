from odoo import fields, models
from odoo.tools import SQL

from ..services.own_context import with_own_context


class UsercomBackendSystem(models.AbstractModel):
    """What becomes of the links when an account is moved to another system of User.com."""

    _name = "usercom.backend.system"
    _description = "User.com Account: Change of System"

    linked_subdomain = fields.Char(
        readonly=True, copy=False, help="The system whose users the contacts are linked to."
    )

    def _adopt_system(self):
        """The account is proven to be one of this system: the users of another are forgotten."""
        if self.linked_subdomain and self.linked_subdomain != self.subdomain:
            self.sudo()._forget_users()
        self.linked_subdomain = self.subdomain

    def _forget_users(self):
        """Forget the ids of another system: here they are other people's.

        The contacts are matched anew as they are edited or pushed; consents and logs stay.
        Past the ORM, as there may be hundreds of thousands.
        """
        ours = [("backend_id", "=", self.id)]
        waiting = [*ours, ("state", "in", ("pending", "failed"))]
        self._delete_all("usercom.outbox", [*waiting, ("operation", "!=", "sync")])
        self._delete_all("usercom.inbox", waiting)
        self._delete_all("usercom.sweep", ours)
        self._delete_all("usercom.drift", ours)
        under_way = ("previewing", "ready", "running", "paused")
        for sync in self.env["usercom.sync"].search([*ours, ("state", "in", under_way)]):
            sync.action_cancel()
        self.env["usercom.tombstone"].search(ours).external_id = False
        self._clear_keys()
        self._delete_all("usercom.binding", ours)

    def _delete_all(self, model, domain):
        self.env.flush_all()
        records = self.env[model]
        query = records._search(domain)
        table = SQL.identifier(records._table)
        self.env.cr.execute(SQL("DELETE FROM %s WHERE id IN %s", table, query.subselect()))
        self.env.invalidate_all()

    def _clear_keys(self):
        """Empty the key field of the linked contacts, in this account's company."""
        name = self._key_field()
        Partner = with_own_context(self._seen(self.env["res.partner"]), linking=name)
        field = Partner._fields[name]
        column, company = SQL.identifier(field.name), str(self.company_id.id)
        emptied = SQL("%s - %s", column, company) if field.company_dependent else SQL("NULL")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """UPDATE res_partner SET %s = %s
                    WHERE id IN (SELECT partner_id FROM usercom_binding WHERE backend_id = %s)
                      AND %s IS NOT NULL
                   RETURNING id""",
                column,
                emptied,
                self.id,
                column,
            )
        )
        partners = Partner.browse(row_id for (row_id,) in rows)
        partners.invalidate_recordset(flush=False)
        partners.modified([field.name])  # other apps may compute from it
