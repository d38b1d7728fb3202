from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...services.companies.participation import LINKS
from ...services.exporter import Exporter
from ...services.exporter.removals import Removals
from ...services.exporter.settlement import PushSettlement
from ...services.failures.dismissal import REMOVALS
from ...services.failures.problem import refusal
from ...usercom.mass import MassPush
from ...usercom.texts import excerpt, readable

SYNCED = "usercom.outbox.synced"  # contacts whose failures are closed, until precommit


class UsercomOutbox(models.Model):
    """Contacts whose changes are still to be sent, and for a while those that were."""

    _name = "usercom.outbox"
    _inherit = ["usercom.queue", "usercom.outbox.enqueue"]
    _description = "User.com Outbox"
    _rec_name = "partner_id"
    _done_kind = "sent"

    # A row whose contact is deleted goes with it. What is left to be done at User.com then has a
    # row of its own, without a contact and without anything personal.
    partner_id = fields.Many2one("res.partner", "Contact", ondelete="cascade")
    resource = fields.Selection(
        [("users", "Contact"), ("companies", "Company")],
        "Sent As",
        required=True,
        default="users",
        readonly=True,
        help="Whether the contact is sent as a user or as a company of User.com.",
    )
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
    custom_id = fields.Char(
        "Custom ID", help="What a company is looked for by that may have been created."
    )
    state = fields.Selection(
        selection_add=[("superseded", "Superseded")], ondelete={"superseded": "cascade"}
    )
    outcome = fields.Selection(
        [
            ("sent", "Sent"),
            ("equal", "Nothing differed"),
            ("compared", "Compared with User.com"),
            ("left_out", "Not synchronized"),
            ("gone", "Gone from User.com"),
        ],
        "Result",
        readonly=True,
        help="What became of it once it was done.",
    )
    into_external_id = fields.Integer("Merged into User.com ID", aggregator=False)
    # Of a user to be merged: a "no" read since is a new one. Its survivor takes over the rest.
    known = fields.Json(groups="base.group_system", prefetch=False, export_string_translation=False)
    force_single = fields.Boolean(help="User.com did not take it in a mass update.")
    is_by_hand = fields.Boolean("Pushed by Hand", help="The user is read before anything is sent.")
    # Not prefetched: what is read with every row must not be able to stop the queue.
    sent = fields.Json(groups="usercom_connector.group_usercom_manager", prefetch=False)
    answer = fields.Json(groups="usercom_connector.group_usercom_manager", prefetch=False)
    sent_text = fields.Text(
        "What Was Sent",
        compute="_compute_texts",
        groups="usercom_connector.group_usercom_manager",
    )
    answer_text = fields.Text(
        "What Came Back",
        compute="_compute_texts",
        groups="usercom_connector.group_usercom_manager",
    )

    # One waiting row per contact: edits coalesce in it until the drain claims it.
    _waiting_uniq = models.UniqueIndex(
        "(backend_id, partner_id, resource) WHERE state = 'pending' AND claimed_at IS NULL"
    )
    _open_idx = models.Index("(backend_id, priority DESC, id) WHERE state = 'pending'")
    _due_idx = models.Index("(backend_id, next_attempt_at NULLS FIRST) WHERE state = 'pending'")
    _claimed_idx = models.Index(
        "(backend_id, partner_id) WHERE state = 'pending' AND claimed_at IS NOT NULL"
    )
    _partner_idx = models.Index("(partner_id, backend_id, state)")
    _merge_idx = models.Index(
        "(backend_id, into_external_id) WHERE state = 'pending' AND operation = 'merge'"
    )
    _buried_idx = models.Index("(backend_id, external_id) WHERE partner_id IS NULL")

    @api.depends("sent", "answer")
    def _compute_texts(self):
        for row in self:
            row.sent_text = readable(row.sent)
            row.answer_text = readable(row.answer)

    @api.depends("partner_id", "external_id")
    def _compute_display_name(self):
        for row in self:
            if row.resource == "companies":
                named = self.env._("User.com company %s", row.external_id or row.custom_id)
            else:
                named = self.env._("User.com user %s", row.external_id)
            row.display_name = row.partner_id.display_name or named

    # ---- looking ----

    @api.model
    def _waiting_contacts(self, backend, partners):
        """Those of ``partners`` that have something to be sent as users."""
        domain = [
            ("backend_id", "=", backend.id),
            ("resource", "=", "users"),
            ("partner_id", "in", partners.ids),
            ("state", "=", "pending"),
        ]
        return self.search(domain).partner_id

    @api.model
    def _waiting_rows(self, partners, backend=None, resource=None):
        """The rows of ``partners`` that nobody works on, of an account and resource if given."""
        domain = [
            ("partner_id", "in", partners.ids),
            ("state", "=", "pending"),
            ("claimed_at", "=", False),
        ]
        if backend is not None:
            domain.append(("backend_id", "=", backend.id))
        if resource is not None:
            domain.append(("resource", "=", resource))
        return self.search(domain)

    # ---- what the drain asks of claimed rows ----

    def _tasks(self, backend):
        return Exporter(backend).tasks(self)

    def _leaving_tasks(self, backend):
        """The tasks of contacts that take no part any more; extended for a policy of its own."""
        return Removals(backend).of_left(self)

    def _settle(self, task, result):
        """Record what a job did."""
        Exporter(self.backend_id).settle(task, result)

    def _pushed(self, task, result):
        return Exporter(self.backend_id).pushed_contacts(task, result)

    def _keep_emptied(self, error):
        links = self.env[LINKS[self.resource]]
        PushSettlement(self.backend_id).keep_emptied(self, error, links)

    def _fail_to_store(self, task, message):
        """Send the contacts of a mass update one by one, which shows the one at fault."""
        if isinstance(task.job, MassPush):
            self._put_back(force_single=True)
        else:
            self._fail(message)

    def _release(self, claims):
        """Send the contacts of a mass update one by one: one of them may have ended the worker.

        Where a contact was edited meanwhile, its newer row is suspected in place of the old one.
        """
        newer = self._newer().filtered(lambda row: row.claims < claims)
        newer.write({"claims": claims, "force_single": True})
        self._put_back(claims=claims, force_single=True)

    def _put_back(self, **values):
        """Have the rows wait (again); what was pushed by hand stays so in a newer row."""
        self.filtered("is_by_hand")._newer().is_by_hand = True
        return super()._put_back(**values)

    def _may_be_forgotten(self):
        """Keep removals that failed: nothing else remembers who wants no more mail."""
        return SQL("NOT (state = 'failed' AND operation = ANY(%s))", list(REMOVALS))

    # ---- settling ----

    def _user_id(self):
        known = self.env[LINKS[self.resource]]._of(self.backend_id, self.partner_id)
        return self.external_id or next((link.external_id for link in known.values()), None)

    def _not_queued_anew(self):
        taken = {row._contact() for row in self._newer()}
        newest = {}
        for row in self.sorted("id", reverse=True):
            if row._contact() not in taken:
                newest.setdefault(row._contact(), row.id)
        return self.browse(newest.values())

    def _newer(self):
        """The rows that edits of the same contacts have queued since these were claimed."""
        ours = {row._contact() for row in self}
        waiting = self._waiting_rows(self.partner_id) - self
        return waiting.filtered(lambda row: row._contact() in ours)

    def _contact(self):
        """The keys that no two waiting rows may share."""
        return self.backend_id, self.resource, self.partner_id or self

    def _close(self, problems, **values):
        if not problems:
            self._supersede_failures()
        return super()._close(problems, **values)

    def _supersede_failures(self):
        """Have the failed rows of these contacts, which are synced now, closed with the lot."""
        precommit = self.env.cr.precommit
        if SYNCED not in precommit.data:
            precommit.data[SYNCED] = defaultdict(set)
            precommit.add(self._close_failures)
        for row in self.filtered("partner_id"):
            precommit.data[SYNCED][row.backend_id.id, row.resource].add(row.partner_id.id)

    def _close_failures(self):
        synced = self.env.cr.precommit.data.pop(SYNCED)
        for (backend_id, resource), partner_ids in synced.items():
            older = [
                ("backend_id", "=", backend_id),
                ("resource", "=", resource),
                ("partner_id", "in", list(partner_ids)),
                ("state", "=", "failed"),
            ]
            self.search(older).state = "superseded"

    def _refuse(self, error):
        """Show on the contact, too, that User.com refused the push."""
        sent = getattr(error, "sent", None)
        self._fail(refusal(self.backend_id, error), sent=excerpt(sent))

    def _fail(self, message, **values):
        """Show the failure on the contact too."""
        for (backend, resource), rows in self.grouped(lambda r: (r.backend_id, r.resource)).items():
            self._show_failure(backend, rows.partner_id.ids, message, LINKS[resource])
        return super()._fail(message, **values)
