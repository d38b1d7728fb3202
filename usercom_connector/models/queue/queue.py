from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.fields import Domain
from odoo.tools import SQL

from ...services.contacts.texts import ContactText
from ...services.database.clean_up import BATCH, delete_batch
from ...services.failures.dismissal import dismissed
from ...services.failures.problem import columns, explain, joined, titles
from ...services.notifications import Requeued
from ...services.queue.claims import LOW
from ...services.queue.cron_trigger import request_drain
from ...services.queue.quarantine import LOCKED_DELAY, MAX_AGE, MAX_ATTEMPTS, retry_delay

DONE = {
    "state": "done",
    "claimed_at": False,
    "claims": 0,
    "retries": 0,
    "tried_since": False,
    "error": False,
    "error_code": False,
    "mapping_id": False,
}
AFRESH = {
    "retries": 0,
    "next_attempt_at": False,
    "tried_since": False,
    "error": False,
    "error_code": False,
    "mapping_id": False,
}


class UsercomQueue(models.AbstractModel):
    """What the outbox and the inbox have in common: a row is claimed, called for, settled.

    Finished rows are kept for some days, as a log to be looked at and retried from.
    """

    _name = "usercom.queue"
    _inherit = "usercom.guarded"
    _description = "User.com Queue"
    _order = "id desc"
    _done_kind = None  # of `usercom.statistic`
    _keeps_answers = False  # whether to call twice would do harm

    backend_id = fields.Many2one("usercom.backend", "Account", required=True, ondelete="cascade")
    state = fields.Selection(
        [
            ("pending", "Pending"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default="pending",
    )
    priority = fields.Integer(
        required=True, default=0, aggregator=False, help="A withdrawn consent goes first."
    )
    attempts = fields.Integer(aggregator=False, help="How often it was tried in all.")
    retries = fields.Integer(
        aggregator=False, help="How often it failed since it was queued, or retried by hand."
    )
    next_attempt_at = fields.Datetime("Next Attempt")
    tried_since = fields.Datetime(help="When the first of its attempts failed.")
    claimed_at = fields.Datetime("Being Worked On Since")
    claims = fields.Integer(
        aggregator=False, help="How often it was claimed since it was last settled or put back."
    )
    error = ContactText()
    error_code = fields.Selection(
        lambda self: titles(self.env), "Kind of Error", help="What alike errors have in common."
    )
    mapping_id = fields.Many2one(
        "usercom.field.mapping",
        "Field Mapping",
        ondelete="set null",
        index="btree_not_null",
        help="The pair whose value is at fault.",
    )
    is_ambiguous = fields.Boolean("Ambiguous", help="Several people match; somebody has to choose.")

    _error_idx = models.Index("(id) WHERE error IS NOT NULL")
    _failed_idx = models.Index("(backend_id, write_date, is_ambiguous) WHERE state = 'failed'")

    _suspect_idx = models.Index("(backend_id) WHERE state = 'pending' AND claims >= 2")

    # ---- settling ----

    def _finish(self, **values):
        self._count_attempt()
        self.write(DONE | values)
        for delay, rows in self.grouped(lambda row: row._delay()).items():
            rows._count(self._done_kind, delay)

    def _delay(self):
        """How long somebody has waited for the row, as ``usercom.statistic`` counts it."""
        if self.priority <= LOW or not self.create_date:
            return 0
        return self.env["usercom.statistic"]._delay(self.create_date)

    def _fail(self, message, **values):
        """Fail the rows; a ``Problem`` as the message tells what alike ones are recognised by."""
        self._count_attempt()
        failed = {"state": "failed", "claimed_at": False, "claims": 0}
        self.write(failed | self._error_values(message) | values)
        self._count("failed")

    def _error_values(self, message):
        """What the ``message`` stands for in the columns; its pair may be deleted by now."""
        found = columns(message)
        mapping = self.env["usercom.field.mapping"].browse(found["mapping_id"] or [])
        return found | {"mapping_id": mapping.exists().id}

    def _count_attempt(self):
        for row in self:
            row.attempts += 1

    def _count(self, kind, delay=0):
        for backend, rows in self.grouped("backend_id").items():
            self.env["usercom.statistic"]._count(backend, kind, len(rows), delay)

    @api.model
    def _show_failure(self, backend, partner_ids, message, links_model="usercom.binding"):
        """Show the failure on the contacts, too; their links are of ``links_model``."""
        partners = self.env["res.partner"].browse(partner_ids)
        links = self.env[links_model]._ensure(backend, partners)
        links.write({"state": "failed", "last_error": message})

    def _refuse(self, error):
        """Fail the rows, since User.com refused what was asked."""
        self._fail(explain(self.env, error))

    def _fail_to_store(self, task, message):
        """Fail the rows, since Odoo refused to store the result of the ``task``."""
        self._fail(message)

    def _user_id(self):
        """User.com's id of whom the row is about, 0 or None if it is not known."""
        return self.external_id

    def _pushed(self, task, result):
        """The contacts whose values the ``result`` of the ``task`` brought to User.com."""
        return self.env["res.partner"]

    def _close(self, problems, **values):
        """Close the rows: as failed where some of the values had problems, else as done."""
        if problems:
            self._fail(joined(problems), **values)
        else:
            self._finish(**values)

    # ---- waiting again ----

    def _put_back(self, **values):
        """Have the rows wait (again); those that others stand for already are done."""
        rows = self._not_queued_anew()
        (self - rows).write(DONE)  # without anything done: not counted
        waiting = {"state": "pending", "claimed_at": False, "claims": 0, "is_ambiguous": False}
        rows.write(waiting | values)
        try:
            self.flush_model()
        except UniqueViolation as error:  # queued anew at this very moment
            raise ConcurrencyError(str(error)) from error

    def _release(self, claims):
        """Put back rows whose worker died, after so many claims."""
        self._put_back(claims=claims)

    def _not_queued_anew(self):
        """Those rows for which no other row waits."""
        return self

    def _put_off(self):
        """Wait, without counting an attempt, until another transaction has released the contact."""
        message = self.env._("Somebody else is changing this contact. It is tried again shortly.")
        later = fields.Datetime.now() + LOCKED_DELAY
        self._put_back(**columns(message), next_attempt_at=later)

    def _give_back(self):
        """Put back rows whose call may have been answered, and whose answer is not stored."""
        self._put_back()

    def _postpone(self, seconds):
        """Wait without counting an attempt, as User.com asked."""
        self._put_back(next_attempt_at=fields.Datetime.now() + timedelta(seconds=seconds))

    def _retry_later(self, message, most=MAX_ATTEMPTS):
        """Wait for the next attempt, unless the last of so many has failed."""
        now = fields.Datetime.now()
        for row in self:
            row.retries += 1
            row.tried_since = row.tried_since or now
            row.next_attempt_at = now + timedelta(seconds=retry_delay(row.retries))
        worn_out = self.filtered(lambda row: row.retries >= most or row.tried_since < now - MAX_AGE)
        worn_out._fail(message)
        waiting = self - worn_out
        waiting._count_attempt()
        waiting._put_back(**waiting._error_values(message))

    # ---- the log ----

    def action_retry(self):
        """Send the chosen failed or dismissed rows round again; returns a notification."""
        self._check_manager()
        rows = self.filtered(lambda row: row.state in ("failed", "dismissed")).sudo()
        rows._put_back(**AFRESH)
        request_drain(rows.backend_id)
        return Requeued(rows, self - rows).notification()

    def action_retry_alike(self):
        """Send round again every row of the account that failed as the chosen ones did.

        Returns a notification, as does ``action_retry``.
        """
        self._check_manager()
        failed = self.filtered(lambda row: row.state == "failed")
        alike = [rows._alike(*key) for key, rows in failed.grouped(lambda row: row._kind()).items()]
        return self.search(Domain("state", "=", "failed") & Domain.OR(alike)).action_retry()

    def _kind(self):
        """What the row has in common with those that failed as it did."""
        return self.backend_id, self.error_code, self.mapping_id

    def _alike(self, backend, code, mapping):
        """The domain of the rows like these, of one kind.

        Of "other" errors only the text tells whether they are alike.
        """
        kind = [
            ("backend_id", "=", backend.id),
            ("error_code", "=", code),
            ("mapping_id", "=", mapping.id),
        ]
        is_known = code not in (False, "other")
        texts = Domain.TRUE if is_known else Domain("error", "in", self._stored_errors())
        return Domain(kind) & texts

    def action_dismiss(self):
        """Close the chosen failed rows as decided: nothing more is done about them.

        But for those that still have to bring a refusal to User.com.
        """
        self._check_manager()
        return dismissed([self.filtered(lambda row: row.state == "failed").sudo()])

    def _stored_errors(self):
        """The error texts of these rows as they are stored, with ids instead of names."""
        self.flush_recordset(["error"])
        query = self._search([("id", "in", self.ids)])
        rows = self.env.execute_query(query.select(SQL.identifier(self._table, "error")))
        return [error for (error,) in rows if error]

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(
                self.env._("Only User.com managers may retry or dismiss what failed.")
            )

    @api.autovacuum
    def _gc_log(self):
        """Delete a batch of the finished rows that are older than the account keeps them."""
        if self._abstract:
            return 0, 0
        done = 0
        for backend in self.env["usercom.backend"].search_fetch([], ["log_days"]):
            moment = fields.Datetime.now() - timedelta(days=backend.log_days)
            done += self._delete_before(backend, moment, BATCH - done)
        return done, int(done >= BATCH)

    def _delete_before(self, backend, moment, most):
        """Delete some of the rows finished before ``moment``; returns how many."""
        condition = SQL(
            "backend_id = %s AND state <> 'pending' AND write_date < %s AND %s",
            backend.id,
            moment,
            self._may_be_forgotten(),
        )
        return delete_batch(self, condition, most)

    def _may_be_forgotten(self):
        """The SQL condition of finished rows that nothing depends on any more."""
        return SQL("true")
