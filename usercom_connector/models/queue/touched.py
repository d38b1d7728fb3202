import json
from collections import defaultdict

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...services.contacts.holders import Way, holders
from ...services.database.transactions import without_expected_errors
from ...services.queue.claims import LOOK_AHEAD, LOW
from ...services.queue.cron_trigger import request_drain

BATCH = 4 * LOOK_AHEAD  # contacts queued at once
LOOKS = 10  # rows, of which is looked at once who holds their records
OF_MANY = -1  # the last contact queued of what many hold, before any is
NOTE = """
    WITH new AS (
    SELECT b.id AS backend_id, n.path, n.record_ids
      FROM usercom_backend b, unnest(%(paths)s::text[], %(ids)s::jsonb[]) n (path, record_ids)
     WHERE b.state IN ('running', 'paused')),
    waiting AS (
    SELECT t.backend_id, t.path, t.record_ids FROM usercom_touched t JOIN new
        ON new.backend_id = t.backend_id AND new.path = t.path
       AND new.record_ids <@ t.record_ids
     WHERE t.resource = 'users' AND %(is_waiting)s FOR KEY SHARE OF t SKIP LOCKED),
    added AS (
    INSERT INTO usercom_touched (backend_id, path, record_ids, resource, last_id,
                                 create_uid, write_uid, create_date, write_date)
    SELECT backend_id, path, record_ids, 'users', 0, %(uid)s, %(uid)s, %(now)s, %(now)s
      FROM new
     WHERE NOT EXISTS (SELECT FROM waiting w
                        WHERE w.backend_id = new.backend_id AND w.path = new.path
                          AND new.record_ids <@ w.record_ids)
    )
    SELECT DISTINCT backend_id FROM new"""


class UsercomTouched(models.Model):
    """A record that contacts hold was edited: the drain queues them, a batch at a time.

    Whoever renames a tag of 50,000 contacts waits for one row, and is in nobody's way. Nor does
    anybody wait until it is found out how many hold a tag: the drain looks at once, and a few go as
    if they were edited themselves.
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

        In one statement: whoever renames a tag waits for it. Where a row waits for the same already
        it will do; it is locked so that no drain begins with it before the edit is committed, but
        others who edit are not kept waiting.
        """
        backends = self.env["usercom.backend"]
        backends.flush_model(["state"])
        try:
            with without_expected_errors(), self.env.cr.savepoint(flush=False):
                noted = self._insert_new(touched, SQL("t.last_id <= 0"))
        except SerializationFailure:  # a drain has just begun with the row that waited
            noted = self._insert_new(touched, SQL("false"))
        request_drain(backends.browse(noted))

    @api.model
    def _insert_new(self, touched, is_waiting):
        """Insert those for which no row waits; returns the ids of all accounts that may know."""
        query = SQL(
            NOTE,
            uid=self.env.uid,
            now=self.env.cr.now(),
            is_waiting=is_waiting,
            paths=list(touched),
            ids=[json.dumps(sorted(ids)) for ids in touched.values()],
        )
        return [backend_id for (backend_id,) in self.env.execute_query(query)]

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
        """What is to be looked through for this account."""
        return self.search([("backend_id", "=", backend.id)], order="id")

    def _new_of(self, backend):
        """What has been edited since it was last looked who holds it."""
        return self.search([("backend_id", "=", backend.id), ("last_id", "=", 0)], order="id")

    def _queue_new(self):
        """Queue who holds the records of these rows, of which none has been queued yet.

        A few go as if they were edited themselves; many are left until nothing else waits. An edit
        that is not committed yet may count on a row: that one is left for later, too. Returns
        whether any was free.
        """
        free = self.try_lock_for_update()[:LOOKS]
        free.filtered(lambda row: not row._queue_few()).last_id = OF_MANY
        return bool(free)

    def _queue_few(self):
        """Queue all contacts at once if that is but a batch; whether it is."""
        holding = self._holders([(self.path, self.record_ids)])
        found = self._at_most("res.partner", holding, BATCH - 1)
        if found is None or self.resource == "companies":
            return False
        self.env["usercom.outbox"]._enqueue(found, self.backend_id)
        self.unlink()
        return True

    def _queue_some(self):
        """Queue the next contacts of the first row; whether there was anything to do.

        Others that are as far go with it: of an edit that leaves several rows each contact is
        queued once.
        """
        free = self.try_lock_for_update()
        first = free[:1]
        if first:
            free.filtered(lambda row: row._stand() == first._stand())._queue_next()
        return bool(first)

    def _stand(self):
        return self.backend_id, self.resource, self.last_id

    def _queue_next(self):
        held = self._holders([(row.path, row.record_ids) for row in self])
        everybody = self.env["res.partner"].sudo().with_context(active_test=False)
        partners = held & Domain("id", ">", self[0].last_id)
        some = everybody.search(partners, order="id", limit=BATCH)
        if some:
            self[0]._queue_contacts(some.ids)
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
        """``(contact ids, {path: record ids})``: who holds the records ``touched``, and what is to
        be noted: all where more than ``most`` hold them, and those whose holders no index finds.
        """
        quick, later = {}, defaultdict(set)
        for path, record_ids in touched.items():
            way = Way.of(self.env, path)
            if way.first:
                self._go_back(way, record_ids, most, later)
            else:
                quick[path] = record_ids
        found = set()
        if quick:
            found = self._at_most("res.partner", self._holders(quick.items()), most)
        if found is None:
            later |= {path: ids | later[path] for path, ids in quick.items()}
        return found or set(), later

    def _go_back(self, way, record_ids, most, later):
        """Note for ``later`` the records as far on their way back as an index finds few."""
        found = None
        if way.rest:
            leading = holders(self.env, way.rest, list(record_ids), way.model)
            found = self._at_most(way.model, leading, most)
        if found is None:
            later[way.path] |= record_ids
        elif found:
            later[way.first] |= found

    def _at_most(self, model, domain, most):
        """The ids of what ``domain`` finds; None if that is more than ``most``."""
        everything = self.env[model].sudo().with_context(active_test=False)
        found = everything._search(domain, limit=most + 1).get_result_ids()
        return set(found) if len(found) <= most else None

    @api.model
    def _holders(self, touched):
        return Domain.OR(holders(self.env, path, list(ids)) for path, ids in touched)
