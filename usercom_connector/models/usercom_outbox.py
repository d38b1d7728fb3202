from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..usercom.excerpts import excerpt
from ..usercom.jobs import Push, Pushed
from .usercom_backend_drain import Task
from .usercom_errors import explain
from .usercom_queue import CLAIM_SIZE, LOW, USUAL

WITHDRAWN = "usercom.outbox.withdrawn"  # the contacts to be sent first, until precommit


class UsercomOutbox(models.Model):
    """Contacts whose changes are still to be sent, and for a while those that were."""

    _name = "usercom.outbox"
    _inherit = "usercom.queue"
    _description = "User.com Outbox"
    _rec_name = "partner_id"
    _done_kind = "sent"

    # A row whose contact is deleted goes with it. What is left to be done at User.com then has a
    # row of its own, without a contact and without anything personal.
    partner_id = fields.Many2one("res.partner", "Contact", ondelete="cascade")
    operation = fields.Selection(
        [
            ("sync", "Synchronize"),
            ("unsubscribe", "Unsubscribe"),
            ("delete", "Delete"),
            ("merge", "Merge"),
            ("keep", "Keep"),
        ],
        required=True,
        default="sync",
    )
    external_id = fields.Integer(
        "User.com ID", aggregator=False, help="The user whose contact is deleted."
    )
    state = fields.Selection(
        selection_add=[("superseded", "Superseded")], ondelete={"superseded": "cascade"}
    )
    into_external_id = fields.Integer("Merged into User.com ID", aggregator=False)
    sent = fields.Json(groups="usercom_connector.group_usercom_manager")
    answer = fields.Json(groups="usercom_connector.group_usercom_manager")

    # One waiting row per contact: edits coalesce in it until the drain claims it.
    _waiting_uniq = models.UniqueIndex(
        "(backend_id, partner_id) WHERE state = 'pending' AND claimed_at IS NULL"
    )
    _open_idx = models.Index("(backend_id, priority DESC, id) WHERE state = 'pending'")
    _due_idx = models.Index("(backend_id, next_attempt_at NULLS FIRST) WHERE state = 'pending'")
    _claimed_idx = models.Index(
        "(backend_id, partner_id) WHERE state = 'pending' AND claimed_at IS NOT NULL"
    )
    _partner_idx = models.Index("(partner_id, backend_id, state)")
    _buried_idx = models.Index("(backend_id, external_id) WHERE partner_id IS NULL")

    # ---- filling ----

    @api.model
    def _enqueue_later(self, record_ids, path="id"):
        """Queue, when this transaction is about to commit, the contacts whose ``path`` leads to
        one of the records; by default the records are the contacts.
        """
        precommit = self.env.cr.precommit
        if self._name not in precommit.data:
            precommit.data[self._name] = defaultdict(set)
            precommit.add(self._enqueue_touched)
        precommit.data[self._name][path].update(record_ids)

    def _enqueue_touched(self):
        data = self.env.cr.precommit.data
        touched, urgent = data.pop(self._name, {}), data.pop(WITHDRAWN, ())
        partner_ids = touched.pop("id", set())
        if touched:
            partners = self.env["res.partner"].sudo().with_context(active_test=False)
            domain = Domain.OR(Domain(path, "in", ids) for path, ids in touched.items())
            partner_ids.update(partners.search(domain, order="id").ids)
        if partner_ids:
            self.sudo()._enqueue(partner_ids, urgent=urgent)

    @api.model
    def _hurry(self, partner_ids):
        """Queue contacts that withdrew a consent; they go before all others."""
        if partner_ids:
            self.env.cr.precommit.data.setdefault(WITHDRAWN, set()).update(partner_ids)
            self._enqueue_later(partner_ids)

    @api.model
    def _enqueue(self, partner_ids, backends=None, urgent=()):
        """One waiting row for each contact in each account that may know it."""
        self._insert_waiting(
            SQL(
                """SELECT b.id AS backend_id, p.id AS partner_id,
                          (p.id = ANY(%(urgent)s))::int AS priority
                     FROM res_partner p
                     JOIN usercom_backend b
                       ON p.company_id IS NULL OR p.company_id = b.company_id
                       OR EXISTS (SELECT FROM usercom_binding k
                                   WHERE k.partner_id = p.id AND k.backend_id = b.id)
                    WHERE p.id = ANY(%(partners)s) AND %(chosen)s""",
                partners=list(partner_ids),
                urgent=list(urgent),
                chosen=SQL("b.state IN ('running', 'paused')")
                if backends is None
                else SQL("b.id = ANY(%s)", backends.ids),
            )
        )
        if urgent:
            self.env["usercom.inbox"]._hurry(urgent)

    @api.model
    def _enqueue_linked(self, backends):
        """Queue, after all else, every linked contact: what differs is sent."""
        self._insert_linked(LOW, SQL("b.id = ANY(%s)", backends.ids))

    @api.model
    def _enqueue_elsewhere(self, backend, partner_ids):
        """Queue what ``backend`` brought in the other accounts that the contacts are linked to."""
        others = SQL("b.id <> %s AND k.partner_id = ANY(%s)", backend.id, partner_ids)
        self._insert_linked(USUAL, others)

    def _insert_linked(self, priority, chosen):
        self._insert_waiting(
            SQL(
                """SELECT k.backend_id, k.partner_id, %s AS priority
                     FROM usercom_binding k JOIN usercom_backend b ON b.id = k.backend_id
                    WHERE %s AND b.state IN ('running', 'paused')
                      AND k.external_id > 0 AND k.state <> 'gone' AND k.left_at IS NULL""",
                priority,
                chosen,
            )
        )

    @api.model
    def _insert_waiting(self, chosen):
        """Queue what the SQL ``chosen`` selects: (backend_id, partner_id, priority).

        A row that waits already is locked, at most made more urgent: so no drain can claim it
        before the edit behind this call is committed, and send the contact without it.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH queued AS (
                INSERT INTO usercom_outbox
                       (backend_id, partner_id, operation, state, attempts, priority,
                        create_uid, write_uid, create_date, write_date)
                SELECT backend_id, partner_id, 'sync', 'pending', 0, priority,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM (%(chosen)s) chosen ORDER BY backend_id, partner_id
                ON CONFLICT (backend_id, partner_id)
                      WHERE state = 'pending' AND claimed_at IS NULL
                      DO UPDATE SET priority = EXCLUDED.priority
                             WHERE EXCLUDED.priority > usercom_outbox.priority
                RETURNING backend_id)
                SELECT DISTINCT backend_id FROM queued
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                chosen=chosen,
            )
        )
        self.env["usercom.backend"].browse(backend_id for (backend_id,) in rows)._wake()

    @api.model
    def _push_contacts(self, backend, partners):
        """Queue ``partners`` by hand: even users who are gone are created anew. Returns them."""
        self.env["usercom.binding"]._revive(backend, partners)
        if partners:
            self._enqueue(partners.ids, backend)
        return partners

    @api.model
    def _waiting_contacts(self, backend, partners):
        """Those of ``partners`` that have something to be sent."""
        domain = [
            ("backend_id", "=", backend.id),
            ("partner_id", "in", partners.ids),
            ("state", "=", "pending"),
        ]
        return self.search(domain).partner_id

    @api.model
    def _drop_waiting(self, partners):
        """Delete the rows of ``partners`` that nobody works on yet."""
        self.search(
            [
                ("partner_id", "in", partners.ids),
                ("state", "=", "pending"),
                ("claimed_at", "=", False),
            ]
        ).unlink()

    # ---- draining ----

    @api.model
    def _claim(self, backend, priority, last):
        """Claim some rows whose turn it is, of those up to the id ``last``."""
        return self._claim_ids(
            SQL(
                """SELECT r.id FROM usercom_outbox r
                    WHERE r.priority = %s AND r.id <= %s AND %s AND %s
                    ORDER BY r.id LIMIT %s FOR UPDATE OF r SKIP LOCKED""",
                priority,
                last,
                self._waiting(backend),
                self._due(),
                CLAIM_SIZE,
            )
        )

    def _tasks(self, backend):
        """The tasks of the claimed rows, of contacts that take part and of those that left."""
        partner_ids = set(backend._taking_part(self.partner_id).ids)
        inside = self.filtered(lambda row: row.partner_id.id in partner_ids)
        outside = self.filtered("partner_id") - inside
        removals = outside._leaving_tasks(backend) + (self - inside - outside)._buried_tasks()
        return removals + inside._sync_tasks(backend)

    def _sync_tasks(self, backend):
        bindings = self.env["usercom.binding"]._of(backend, self.partner_id)
        self._note_return(bindings)
        rows = self._without_rivals(backend, bindings)
        return self._in_masses(rows._pushes(backend, bindings))

    def _pushes(self, backend, bindings):
        """One task for each row."""
        mappings = backend._active_mappings()
        rules, attributes = mappings._rules(), mappings._attributes()
        return [
            row._push(backend, bindings.get(row.partner_id.id), rules, attributes) for row in self
        ]

    def _push(self, backend, binding, rules, attributes):
        partner = backend._seen(self.partner_id)
        identity = backend._identity(partner, binding)
        base = binding._agreed_with(identity.user_id) if binding else {}
        values, problems = backend._active_mappings()._export_values(partner, base)
        custom_id = backend._new_custom_id(partner, binding)
        job = Push(identity, rules, attributes, base, values, custom_id)
        return Task(self, job, problems)

    def _without_rivals(self, backend, bindings):
        """The rows whose contact may meet User.com now.

        Of contacts with one e-mail address only one can be User.com's: the first that is linked.
        While one is being looked for, the others wait.
        """
        unlinked = self.filtered(
            lambda row: not backend._is_linked(row.partner_id, bindings.get(row.partner_id.id))
        )
        linked, looked_for = backend._holders(unlinked.partner_id.mapped("email_normalized"))
        free = (self - unlinked)._without_taken_keys(backend, bindings)
        for row in unlinked:
            email = row.partner_id.email_normalized
            if email in linked:
                row._fail_taken(linked[email])
            elif email and looked_for.setdefault(email, row.partner_id) != row.partner_id:
                row._postpone(1)
            else:
                free += row
        return free

    def _without_taken_keys(self, backend, bindings):
        """The rows but those whose key, written by hand, is another contact's."""
        keys = {}
        for row in self:
            key, binding = backend._known_id(row.partner_id), bindings.get(row.partner_id.id)
            if key and not (binding and binding.external_id == key):
                keys[row] = key
        owners = self.env["usercom.binding"]._owners(backend, keys.values())
        taken = self.filtered(
            lambda row: owners.get(keys.get(row), row.partner_id) != row.partner_id
        )
        for row in taken:
            row._fail_taken(owners[keys[row]])
        return self - taken

    # ---- settling ----

    def _settle(self, task, result):
        """Record what a job did."""
        if isinstance(task.job, Push):
            self._settle_push(task, result)
        else:
            self._settle_removal()

    def _user_id(self):
        known = self.partner_id.usercom_binding_ids.filtered(
            lambda binding: binding.backend_id == self.backend_id
        )
        return self.external_id or known.external_id

    def _pushed(self, task, result):
        wrote = isinstance(result, Pushed) and result.wrote
        return self.partner_id if wrote else super()._pushed(task, result)

    def _settle_push(self, task, pushed):
        backend, partner = self.backend_id, self.partner_id
        if pushed.missing:
            return self._settle_missing(backend, partner)
        if pushed.found:
            return self._settle_found(backend, partner, pushed.found)
        user_id = pushed.user.id if pushed.user else task.job.identity.user_id
        base = {k: v for k, v in pushed.merge.base.items() if k not in pushed.ignored}
        problems = task.problems + backend._active_mappings()._ignored_problems(
            partner, pushed.ignored
        )
        backend._link(partner, user_id, pushed.user, base, problems, since=task.job.base)
        answer = dict(pushed.user.values) if pushed.user else None
        self._close(problems, sent=excerpt(pushed.merge.to_usercom), answer=excerpt(answer))

    def _settle_found(self, backend, partner, user):
        """Merge with a user met for the first time; what Odoo knows better is sent next."""
        if self._was_taken_away(user):
            return self._put_back()  # to be looked for again
        if other := backend._bound_elsewhere(partner, user.id):
            return self._fail_taken(other)
        self._close(backend._told_by(self, user)._merge_user(partner, user))

    def _settle_missing(self, backend, partner):
        """The known user is gone from User.com: nothing re-creates the person by itself."""
        self.env["usercom.binding"]._ensure(backend, partner).state = "gone"
        self._finish()

    def _not_queued_anew(self):
        waiting = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "pending"),
                ("claimed_at", "=", False),
                ("id", "not in", self.ids),
            ]
        )
        taken = {row._contact() for row in waiting}
        rows = self.browse()
        for row in self.sorted("id", reverse=True):
            if row._contact() not in taken:
                taken.add(row._contact())
                rows += row
        return rows

    def _contact(self):
        """What no two waiting rows may share."""
        return self.backend_id, self.partner_id or self

    def _close(self, problems, **values):
        if not problems:
            self._supersede_failures()
        return super()._close(problems, **values)

    def _supersede_failures(self):
        """These contacts are synced: what failed of them before is of no concern any more."""
        older = [
            ("backend_id", "in", self.backend_id.ids),
            ("partner_id", "in", self.partner_id.ids),
            ("state", "=", "failed"),
        ]
        self.search(older).state = "superseded"

    def _refuse(self, error):
        """Show what User.com refused, too."""
        sent = getattr(error, "sent", None)
        self._fail(explain(self.env, error), sent=excerpt(sent))

    def _fail_taken(self, other):
        self._fail(
            self.env._(
                "%(contact)s is the same User.com user as %(other)s. Merge the two contacts, or "
                "give one of them another e-mail address.",
                contact=self.partner_id.display_name,
                other=other.display_name,
            ),
            is_ambiguous=True,
        )

    def _fail(self, message, **values):
        """Show the failure on the contact too."""
        bindings = self.env["usercom.binding"]
        for backend, rows in self.grouped("backend_id").items():
            bindings += bindings._ensure(backend, rows.partner_id)
        bindings.write({"state": "failed", "last_error": message})
        return super()._fail(message, **values)
