from odoo import api, fields, models

from ..services.comparison import Comparison
from ..services.contact_names import by_id
from ..services.error_texts import explain
from ..services.identity import ContactIdentity
from ..services.linking import Linking
from ..services.task import Task
from ..services.unconfirmed import UnconfirmedValues
from ..usercom.base import remote_base_value
from ..usercom.jobs import Push, Pushed
from ..usercom.orphans import Orphans
from ..usercom.redaction import excerpt


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
    is_by_hand = fields.Boolean("Pushed by Hand", help="The user is read before anything is sent.")
    # Not prefetched: what is read with every row must not be able to stop the queue.
    sent = fields.Json(groups="usercom_connector.group_usercom_manager", prefetch=False)
    answer = fields.Json(groups="usercom_connector.group_usercom_manager", prefetch=False)

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

    # ---- looking ----

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
    def _waiting_rows(self, partners):
        """The rows of ``partners`` that nobody works on yet."""
        return self.search(
            [
                ("partner_id", "in", partners.ids),
                ("state", "=", "pending"),
                ("claimed_at", "=", False),
            ]
        )

    # ---- draining ----

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
        erased = self.filtered(lambda row: bindings.get(row.partner_id.id, row).state == "erased")
        erased._finish()
        rows = (self - erased)._without_rivals(backend, bindings)
        sent = UnconfirmedValues(backend)
        tasks = sent.without_open_creations(rows, bindings)._pushes(backend, bindings)
        sent.store(tasks, bindings)
        return self._in_masses(tasks)

    def _pushes(self, backend, bindings):
        """One task for each row."""
        terms = Comparison(backend._active_mappings(), self.partner_id)
        return [row._push(backend, bindings.get(row.partner_id.id), terms) for row in self]

    def _push(self, backend, binding, terms):
        partner, identities = backend._seen(self.partner_id), ContactIdentity(backend)
        identity = identities.to_send(partner, binding)
        base = binding._agreed_with(identity.user_id) if binding else {}
        values, problems = terms.export(partner)
        there = {key: remote_base_value(base, key) for key in values}
        values |= terms.phones.spelled_as(partner, values, there)
        values |= terms.phones.spelled_as(partner, values, base)
        custom_id = identities.new_custom_id(partner, binding)
        unconfirmed = binding._unconfirmed_by(identity.user_id) if binding else {}
        job = Push(
            identity,
            terms.rules,
            terms.attributes,
            base,
            values,
            custom_id,
            unconfirmed,
            binding._orphans() if binding else Orphans(),
            reads_first=self.is_by_hand,
        )
        return Task(self, job, problems)

    def _without_rivals(self, backend, bindings):
        """The rows whose contact may meet User.com now.

        Of contacts with one e-mail address only one can be User.com's: the first that is linked.
        While one is being looked for, the others wait.
        """
        unlinked = self._unlinked(backend, bindings)
        emails = unlinked.partner_id.mapped("email_normalized")
        linked, looked_for = Linking(backend).holders(emails)
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

    def _unlinked(self, backend, bindings):
        """The rows whose contact has no user yet."""
        identities = ContactIdentity(backend)
        return self.filtered(
            lambda row: not identities.is_linked(row.partner_id, bindings.get(row.partner_id.id))
        )

    def _without_taken_keys(self, backend, bindings):
        """The rows but those whose key, written by hand, is another contact's."""
        keys, identities = {}, ContactIdentity(backend)
        for row in self:
            key, binding = identities.known_id(row.partner_id), bindings.get(row.partner_id.id)
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
            self._settle_removal(result)

    def _user_id(self):
        known = self.partner_id.usercom_binding_ids.filtered(
            lambda binding: binding.backend_id == self.backend_id
        )
        return self.external_id or known.external_id

    def _pushed(self, task, result):
        wrote = isinstance(result, Pushed) and result.wrote
        return self.partner_id if wrote else super()._pushed(task, result)

    def _not_queued_anew(self):
        waiting = self._waiting_rows(self.partner_id) - self
        taken = {row._contact() for row in waiting}
        newest = {}
        for row in self.sorted("id", reverse=True):
            if row._contact() not in taken:
                newest.setdefault(row._contact(), row.id)
        return self.browse(newest.values())

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
                contact=by_id(self.partner_id),
                other=by_id(other),
            ),
            is_ambiguous=True,
        )

    def _fail(self, message, **values):
        """Show the failure on the contact too."""
        for backend, rows in self.grouped("backend_id").items():
            self._show_failure(backend, rows.partner_id.ids, message)
        return super()._fail(message, **values)
