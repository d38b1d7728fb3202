from odoo import api, fields, models
from odoo.tools import SQL

from ..usercom.jobs import Push
from .usercom_backend_drain import Task
from .usercom_queue import CLAIM_SIZE

WITHDRAWN = "usercom.outbox.withdrawn"  # the contacts to be sent first, until precommit


class UsercomOutbox(models.Model):
    """Contacts whose changes are still to be sent, and for a while those that were."""

    _name = "usercom.outbox"
    _inherit = "usercom.queue"
    _description = "User.com Outbox"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", "Contact", required=True, ondelete="cascade")
    sent = fields.Json(groups="usercom_connector.group_usercom_manager")

    # One waiting row per contact: edits coalesce in it until the drain claims it.
    _waiting_uniq = models.UniqueIndex(
        "(backend_id, partner_id) WHERE state = 'pending' AND claimed_at IS NULL"
    )
    _open_idx = models.Index("(backend_id, priority DESC, id) WHERE state = 'pending'")
    _due_idx = models.Index("(backend_id, next_attempt_at) WHERE state = 'pending'")
    _partner_idx = models.Index("(partner_id, backend_id, state)")

    # ---- filling ----

    @api.model
    def _enqueue_later(self, partner_ids):
        """Queue the contacts when this transaction is about to commit."""
        precommit = self.env.cr.precommit
        touched = precommit.data.setdefault(self._name, set())
        if not touched:
            precommit.add(self._enqueue_touched)
        touched.update(partner_ids)

    def _enqueue_touched(self):
        if touched := self.env.cr.precommit.data.pop(self._name, None):
            urgent = self.env.cr.precommit.data.pop(WITHDRAWN, ())
            self.sudo()._enqueue(touched, urgent=urgent)

    @api.model
    def _hurry(self, partner_ids):
        """Queue contacts that withdrew a consent; they go before all others."""
        if partner_ids:
            self.env.cr.precommit.data.setdefault(WITHDRAWN, set()).update(partner_ids)
            self._enqueue_later(partner_ids)

    @api.model
    def _enqueue(self, partner_ids, backends=None, urgent=()):
        """One waiting row for each contact in each account that may know it.

        A row that waits already is locked, at most made urgent: so no drain can claim it before
        the edit behind this call is committed, and send the contact without it.
        """
        if backends is None:
            backends = self.env["usercom.backend"].search([("state", "in", ["running", "paused"])])
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO usercom_outbox
                       (backend_id, partner_id, state, attempts, priority,
                        create_uid, write_uid, create_date, write_date)
                SELECT b.id, p.id, 'pending', 0, (p.id = ANY(%(urgent)s))::int,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM res_partner p
                  JOIN usercom_backend b
                    ON p.company_id IS NULL OR p.company_id = b.company_id
                 WHERE p.id = ANY(%(partners)s) AND b.id = ANY(%(backends)s)
                 ORDER BY b.id, p.id
                ON CONFLICT (backend_id, partner_id)
                      WHERE state = 'pending' AND claimed_at IS NULL
                      DO UPDATE SET priority = EXCLUDED.priority
                             WHERE EXCLUDED.priority > usercom_outbox.priority
                RETURNING backend_id
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                partners=list(partner_ids),
                urgent=list(urgent),
                backends=backends.ids,
            )
        )
        self.env["usercom.inbox"]._hurry(urgent)
        backends.browse({backend_id for (backend_id,) in rows})._wake()

    # ---- draining ----

    @api.model
    def _unhindered(self):
        """A contact under way, or with news in the inbox, waits its turn."""
        return SQL(
            """NOT EXISTS (
                   SELECT FROM usercom_outbox c
                    WHERE c.backend_id = r.backend_id AND c.partner_id = r.partner_id
                      AND c.state = 'pending' AND c.claimed_at IS NOT NULL)
               AND NOT EXISTS (
                   SELECT FROM usercom_binding b
                     JOIN usercom_inbox i
                       ON i.backend_id = b.backend_id AND i.external_id = b.external_id
                    WHERE b.backend_id = r.backend_id AND b.partner_id = r.partner_id
                      AND b.external_id > 0 AND i.state = 'pending')"""
        )

    @api.model
    def _claim(self, backend, priority=0):
        """Claim some rows whose turn it is, of this ``priority`` or a higher one."""
        return self._claim_ids(
            SQL(
                """SELECT r.id FROM usercom_outbox r WHERE %s AND %s
                      AND r.priority >= %s
                    ORDER BY r.priority DESC, r.id LIMIT %s FOR UPDATE OF r SKIP LOCKED""",
                self._waiting(backend),
                self._due(),
                priority,
                CLAIM_SIZE,
            )
        )

    def _tasks(self, backend):
        """The tasks of the claimed rows; a contact that does not take part needs none."""
        partners = backend._taking_part(self.partner_id)
        outside = self.filtered(lambda row: row.partner_id not in partners)
        outside._finish()
        bindings = self.env["usercom.binding"]._of(backend, partners)
        rows = (self - outside)._without_rivals(backend, bindings)
        rules, attributes = backend.mapping_ids._rules(), backend.mapping_ids._attributes()
        return [
            row._task(backend, bindings.get(row.partner_id.id), rules, attributes) for row in rows
        ]

    def _task(self, backend, binding, rules, attributes):
        partner = backend._seen(self.partner_id)
        base = binding.base or {} if binding else {}
        values, problems = backend.mapping_ids._export_values(partner, base)
        job = Push(backend._identity(partner, binding), rules, attributes, base, values)
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
            elif looked_for.get(email, row.partner_id) != row.partner_id:
                row._postpone(1)
            else:
                looked_for[email] = row.partner_id
                free += row
        return free

    def _without_taken_keys(self, backend, bindings):
        """The rows but those whose key, written by hand, is another contact's."""
        taken = self.browse()
        for row in self:
            key = backend._known_id(row.partner_id)
            binding = bindings.get(row.partner_id.id)
            is_new = key and not (binding and binding.external_id == key)
            if is_new and (other := backend._bound_elsewhere(row.partner_id, key)):
                row._fail_taken(other)
                taken += row
        return self - taken

    def _settle(self, task, pushed):
        """Record what a push did."""
        backend, partner = self.backend_id, self.partner_id
        if pushed.missing:
            return self._settle_missing(backend, partner)
        if pushed.found:
            return self._settle_found(backend, partner, pushed.found)
        user_id = pushed.user.id if pushed.user else task.job.identity.user_id
        base = {k: v for k, v in pushed.merge.base.items() if k not in pushed.ignored}
        problems = task.problems + backend.mapping_ids._ignored_problems(partner, pushed.ignored)
        backend._link(partner, user_id, pushed.user, base, problems)
        self._close(problems, sent=pushed.merge.to_usercom)

    def _settle_found(self, backend, partner, user):
        """Merge with a user met for the first time; what Odoo knows better is sent next."""
        if other := backend._bound_elsewhere(partner, user.id):
            return self._fail_taken(other)
        self._close(backend._told_by(self, user)._merge_user(partner, user))

    def _settle_missing(self, backend, partner):
        """The known user is gone from User.com: nothing re-creates the person by itself."""
        self.env["usercom.binding"]._ensure(backend, partner).state = "gone"
        self._finish()

    def _release(self):
        return super(UsercomOutbox, self._not_queued_anew())._release()

    def _postpone(self, seconds):
        return super(UsercomOutbox, self._not_queued_anew())._postpone(seconds)

    def _not_queued_anew(self):
        """These rows but those that an edit has queued anew since: they are done."""
        waiting = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "pending"),
                ("claimed_at", "=", False),
            ]
        )
        taken = {(row.backend_id, row.partner_id) for row in waiting - self}
        doubled = self.filtered(lambda row: (row.backend_id, row.partner_id) in taken)
        doubled._finish()
        return self - doubled

    def _fail_taken(self, other):
        self._fail(
            self.env._(
                "%(contact)s is the same User.com user as %(other)s. Merge the two contacts, or "
                "give one of them another e-mail address.",
                contact=self.partner_id.display_name,
                other=other.display_name,
            )
        )

    def _fail(self, message, **values):
        """Show the failure on the contact too."""
        for row in self:
            binding = self.env["usercom.binding"]._ensure(row.backend_id, row.partner_id)
            binding.write({"state": "failed", "last_error": message})
        return super()._fail(message, **values)
