import json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...services.contacts.watched_edits import holders
from ...services.queue.claims import LOW
from ...services.queue.cron_trigger import request_drain

BATCH = 2000  # contacts, as many as are looked through for mass updates


class UsercomTouched(models.Model):
    """A record that many contacts hold was edited: the drain queues them, a batch at a time.

    Whoever renames a tag of 50,000 contacts waits for one row, and is in nobody's way.
    """

    _name = "usercom.touched"
    _inherit = "usercom.guarded"
    _description = "User.com Edited Record of Many Contacts"
    _rec_name = "path"

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, index=True, ondelete="cascade"
    )
    path = fields.Char(required=True, help="The field of contacts that leads to the records.")
    record_ids = fields.Json(required=True)
    resource = fields.Selection(
        [("users", "Contacts"), ("companies", "Companies")],
        required=True,
        default="users",
        help="Whether the contacts are queued as users or as companies.",
    )
    last_id = fields.Integer(default=0, help="The last contact that has been queued.")

    @api.model
    def _note(self, touched):
        """Remember ``{path: record ids}``, for each account that may know who holds them.

        In one statement: whoever renames a tag waits for it.
        """
        backends = self.env["usercom.backend"]
        backends.flush_model(["state"])
        noted = self.env.execute_query(
            SQL(
                """INSERT INTO usercom_touched (backend_id, path, record_ids, resource, last_id,
                                                create_uid, write_uid, create_date, write_date)
                   SELECT b.id, t.path, t.record_ids, 'users', 0, %(uid)s, %(uid)s, %(now)s, %(now)s
                     FROM usercom_backend b,
                          unnest(%(paths)s::text[], %(ids)s::jsonb[]) t (path, record_ids)
                    WHERE b.state IN ('running', 'paused') RETURNING backend_id""",
                uid=self.env.uid,
                now=self.env.cr.now(),
                paths=list(touched),
                ids=[json.dumps(sorted(ids)) for ids in touched.values()],
            )
        )
        request_drain(backends.browse({backend_id for (backend_id,) in noted}))

    @api.model
    def _note_companies(self, backend):
        """Have all companies of ``backend`` queued, as companies; those under way begin anew."""
        self.search([("backend_id", "=", backend.id), ("resource", "=", "companies")]).unlink()
        self.create(
            {
                "backend_id": backend.id,
                "path": "is_company",
                "record_ids": [True],
                "resource": "companies",
            }
        )
        request_drain(backend)

    @api.model
    def _of(self, backend):
        """What is to be looked through for this account next, if anything."""
        return self.search([("backend_id", "=", backend.id)], order="id", limit=1)

    def _queue_some(self):
        """Queue the next contacts; whether there was anything to do."""
        if self:
            self._queue_next()
        return bool(self)

    def _queue_next(self):
        partners = self._holders({self.path: self.record_ids}) & Domain("id", ">", self.last_id)
        everybody = self.env["res.partner"].sudo().with_context(active_test=False)
        some = everybody.search(partners, order="id", limit=BATCH)
        if some:
            self._queue_contacts(some.ids)
            self.last_id = some.ids[-1]
        if len(some) < BATCH:
            self.unlink()

    def _queue_contacts(self, partner_ids):
        outbox = self.env["usercom.outbox"]
        if self.resource == "companies":
            chosen = SQL("b.id = %s", self.backend_id.id)
            outbox._enqueue_companies(partner_ids, priority=LOW, chosen=chosen)
        else:
            outbox._enqueue(partner_ids, self.backend_id, priority=LOW)

    @api.model
    def _few_holders(self, touched, most):
        """The ids of the contacts that hold the records; None if they are more than ``most``."""
        everybody = self.env["res.partner"].sudo().with_context(active_test=False)
        found = everybody._search(self._holders(touched), limit=most + 1).get_result_ids()
        return set(found) if len(found) <= most else None

    @api.model
    def _holders(self, touched):
        return Domain.OR(holders(self.env, path, list(ids)) for path, ids in touched.items())
