from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...services.database.clean_up import BATCH
from ...services.inbox.calls import CallSettlement, CallTasks, queue_pulls
from ...services.inbox.waiting_calls import WaitingCalls
from ...usercom.texts import readable
from .queue import DONE


class UsercomInbox(models.Model):
    """What User.com told us: each row is a prompt to read one user again."""

    _name = "usercom.inbox"
    _inherit = "usercom.queue"
    _description = "User.com Inbox"
    _rec_name = "user_ref"
    _done_kind = "received"

    user_ref = fields.Char("User", required=True, help="The strongest key that came.")
    external_id = fields.Integer("User.com ID", aggregator=False)
    custom_id = fields.Char("Custom ID")
    email = fields.Char()
    payload = fields.Json(
        "Received", groups="usercom_connector.group_usercom_manager", prefetch=False
    )
    consents = fields.Json(
        groups="base.group_system",
        prefetch=False,
        help="What calls said last of each consent, and when.",
    )
    serial = fields.Integer(
        aggregator=False, help="Grows with each call that the entry stands for."
    )
    payload_text = fields.Text(
        "What Came",
        compute="_compute_payload_text",
        groups="usercom_connector.group_usercom_manager",
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", ondelete="cascade", index="btree_not_null"
    )
    single = fields.Boolean(help="Not met in the lists of users: to be read by itself.")

    _open_idx = models.Index("(backend_id, priority DESC, id) WHERE state = 'pending'")
    _due_idx = models.Index("(backend_id, next_attempt_at) WHERE state = 'pending'")
    _user_idx = models.Index("(backend_id, user_ref) WHERE state = 'pending'")
    _external_idx = models.Index("(backend_id, external_id) WHERE state = 'pending'")
    _custom_idx = models.Index(
        "(backend_id, custom_id) WHERE state = 'pending' AND coalesce(external_id, 0) = 0"
    )
    _email_idx = models.Index(
        "(email, backend_id) WHERE state = 'pending' AND coalesce(external_id, 0) = 0"
    )
    _called_idx = models.Index("(backend_id, id) WHERE payload IS NOT NULL")

    @api.depends("payload")
    def _compute_payload_text(self):
        for row in self:
            row.payload_text = readable(row.payload)

    @api.depends("external_id", "custom_id", "email")
    def _compute_display_name(self):
        for row in self:
            known = row.external_id and self.env._("User.com user %s", row.external_id)
            row.display_name = row.email or known or row.custom_id or ""

    # ---- worked off ----

    @api.model
    def _queue_by_hand(self, backend, partners):
        """Queue a fresh read of ``partners``; returns those that User.com may know by something."""
        return queue_pulls(backend, partners)

    def _tasks(self, backend):
        return CallTasks(backend).of(self)

    def _settle(self, task, user):
        """Bring what User.com now says to the contact."""
        CallSettlement(self).settle(task.job.identity, user)

    def _finish(self, **values):
        """Close the rows, and failed calls that named a user by the same keys."""
        if names := set(self.filtered(lambda row: not row.external_id).mapped("user_ref")):
            named = Domain("user_ref", "in", list(names)) & Domain("partner_id", "=", False)
            self._supersede_failures(self.backend_id, named)
        return super()._finish(**values)

    @api.model
    def _supersede_failures(self, backend, about):
        """Close the failed rows of the users that the domain ``about`` finds."""
        failed = Domain("backend_id", "in", backend.ids) & Domain("state", "=", "failed")
        self.search(failed & about).write(DONE)

    def _fail(self, message, **values):
        """Show on the contact, too, what became of a read that was asked for by hand."""
        for backend, rows in self.filtered("partner_id").grouped("backend_id").items():
            self._show_failure(backend, rows.partner_id.ids, message)
        return super()._fail(message, **values)

    # ---- forgotten ----

    @api.autovacuum
    def _gc_payloads(self):
        """Delete the payloads of finished calls, and keep their rows; a batch at a time."""
        self.flush_model()
        forgotten = self.env.execute_query(
            SQL(
                """UPDATE usercom_inbox SET payload = '{}', consents = '{}' WHERE id IN (
                       SELECT i.id FROM usercom_inbox i
                         JOIN usercom_backend b ON b.id = i.backend_id
                        WHERE i.payload IS NOT NULL AND i.payload <> '{}'
                          AND i.state <> 'pending'
                          AND i.write_date < %s - b.payload_hours * interval '1 hour'
                        LIMIT %s FOR UPDATE OF i SKIP LOCKED)
                   RETURNING id""",
                fields.Datetime.now(),
                BATCH,
            )
        )
        self.invalidate_model()
        return len(forgotten), int(len(forgotten) == BATCH)

    @api.autovacuum
    def _gc_waiting(self):
        """Delete calls that have waited for too long, a batch of each account at a time."""
        backends = self.env["usercom.backend"].search([("waiting_days", ">", 0)])
        batches = [WaitingCalls(backend).forget(BATCH) for backend in backends]
        return sum(batches), int(BATCH in batches)

    def _delete_before(self, backend, moment, most):
        if backend.webhook_called_at != backend.webhook_last_call:
            backend.webhook_called_at = backend.webhook_last_call
        return super()._delete_before(backend, moment, most)
