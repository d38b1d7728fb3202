import random
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..services.contact_names import ContactText
from ..services.error_texts import explain

MAX_ATTEMPTS = 10
MAX_AGE = timedelta(hours=24)
FIRST_DELAY = 2.0
LONGEST_DELAY = 3600.0
LOCKED_DELAY = timedelta(seconds=5)
CLAIM_SIZE = 10  # what is claimed is sent before the inbox is looked at again
LOW, USUAL, URGENT = -1, 0, 1
DONE = {
    "state": "done",
    "claimed_at": False,
    "claims": 0,
    "tried_since": False,
    "error": False,
}


class UsercomQueue(models.AbstractModel):
    """What the outbox and the inbox have in common: a row is claimed, called for, settled.

    A claimed row stays ``pending`` and carries ``claimed_at``. Only the drain of its account
    claims, and one account has one drain, so a claim found at its start is a dead worker's.
    """

    _name = "usercom.queue"
    _inherit = "usercom.guarded"
    _description = "User.com Queue"
    _order = "id desc"
    _done_kind = None  # of `usercom.statistic`

    backend_id = fields.Many2one("usercom.backend", "Account", required=True, ondelete="cascade")
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        default="pending",
    )
    priority = fields.Integer(
        required=True, default=0, aggregator=False, help="A withdrawn consent goes first."
    )
    attempts = fields.Integer(aggregator=False)
    next_attempt_at = fields.Datetime("Next Attempt")
    tried_since = fields.Datetime(help="When the first of its attempts failed.")
    claimed_at = fields.Datetime("Being Worked On Since")
    claims = fields.Integer(
        aggregator=False, help="How often it was claimed since it was last settled or put back."
    )
    error = ContactText()
    is_ambiguous = fields.Boolean("Ambiguous", help="Several people match; somebody has to choose.")

    _error_idx = models.Index("(id) WHERE error IS NOT NULL")
    _failed_idx = models.Index("(backend_id, write_date, is_ambiguous) WHERE state = 'failed'")

    _suspect_idx = models.Index("(backend_id) WHERE state = 'pending' AND claims >= 2")

    # ---- orphans ----

    @api.model
    def _orphans(self, backend):
        """What is claimed while no worker is at work."""
        return self.search(
            [
                ("backend_id", "=", backend.id),
                ("state", "=", "pending"),
                ("claimed_at", "!=", False),
            ]
        )

    def _release_orphans(self):
        """Give back what a killed worker had claimed, to be claimed more warily."""
        for claims, rows in self.exists().grouped("claims").items():
            rows._release(claims)

    def _release(self, claims):
        """Put back rows that have been orphaned so many times."""
        self._put_back(claims=claims)

    @api.model
    def _fail_unread(self, backend, claims, message):
        """Fail what has been claimed so often and is claimed still: nothing of it is read."""
        failed = self.env.execute_query(
            SQL(
                """UPDATE %s SET state = 'failed', claimed_at = NULL, claims = 0, error = %s,
                                 write_date = %s
                    WHERE backend_id = %s AND state = 'pending' AND claimed_at IS NOT NULL
                      AND claims >= %s
                   RETURNING id, partner_id""",
                SQL.identifier(self._table),
                message,
                fields.Datetime.now(),
                backend.id,
                claims,
            )
        )
        self.invalidate_model()
        self._show_failure(backend, {partner_id for _id, partner_id in failed} - {None}, message)
        self.browse(row_id for row_id, _partner in failed)._count("failed")

    @api.model
    def _show_failure(self, backend, partner_ids, message):
        """Show the failure on the contacts, too."""
        partners = self.env["res.partner"].browse(partner_ids)
        links = self.env["usercom.binding"]._ensure(backend, partners)
        links.write({"state": "failed", "last_error": message})

    @api.model
    def _claim_suspect(self, backend):
        """Claim one row that two workers died with."""
        return self._claim_ids(
            SQL(
                """SELECT r.id FROM %s r WHERE r.claims >= 2 AND %s AND %s
                    ORDER BY r.id LIMIT 1 FOR UPDATE OF r SKIP LOCKED""",
                SQL.identifier(self._table),
                self._waiting(backend),
                self._due(),
            )
        )

    @api.model
    def default_get(self, fields):
        """Only we queue: a user who sets ``state`` to "done" for himself in ir.default still sends.

        Odoo removes his context's ``default_state`` itself where we go on as superuser.
        """
        return super(UsercomQueue, self.with_user(SUPERUSER_ID)).default_get(fields)

    # ---- claiming ----

    @api.model
    def _waiting(self, backend):
        """SQL: the row ``r`` waits for its turn, and nothing of the same contact is in its way."""
        return SQL(
            "r.backend_id = %s AND r.state = 'pending' AND r.claimed_at IS NULL AND %s",
            backend.id,
            self._unhindered(),
        )

    @api.model
    def _unhindered(self):
        """SQL: nothing of the same contact is in the way of row ``r``."""
        raise NotImplementedError

    @api.model
    def _due(self):
        """SQL: the time of row ``r`` has come."""
        return SQL("coalesce(r.next_attempt_at <= %s, true)", fields.Datetime.now())

    @api.model
    def _next_due(self, backend):
        """When the first row that waits may be tried, None if no row waits."""
        query = SQL(
            """SELECT r.next_attempt_at FROM %s r WHERE %s
                ORDER BY r.next_attempt_at NULLS FIRST LIMIT 1""",
            SQL.identifier(self._table),
            self._waiting(backend),
        )
        self.flush_model()
        return next((at or fields.Datetime.now() for (at,) in self.env.execute_query(query)), None)

    @api.model
    def _claim_size(self, backend):
        """How many rows to claim: what is claimed goes before whatever more urgent comes next."""
        return max(2, min(CLAIM_SIZE, round(backend.rate_limit / 4)))

    @api.model
    def _claim_ids(self, query):
        """Claim the rows that ``query`` selects; it locks them with SKIP LOCKED.

        In an array it is run but once. As a plain subquery PostgreSQL may run it for each row that
        it meets, each time with the next LIMIT rows: then one claim takes the whole queue.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """UPDATE %s SET claimed_at = %s, claims = coalesce(claims, 0) + 1
                    WHERE id = ANY(ARRAY(%s)) RETURNING id""",
                SQL.identifier(self._table),
                fields.Datetime.now(),
                query,
            )
        )
        self.invalidate_model()
        return self.browse(sorted(row_id for (row_id,) in rows))

    # ---- settling ----

    def _finish(self, **values):
        self.write(DONE | values)
        self._count(self._done_kind)

    def _fail(self, message, **values):
        failed = {"state": "failed", "claimed_at": False, "claims": 0, "error": message}
        self.write(failed | values)
        self._count("failed")

    def _count(self, kind):
        for backend, rows in self.grouped("backend_id").items():
            self.env["usercom.statistic"]._count(backend, kind, len(rows))

    def _refuse(self, error):
        """User.com refused what was asked."""
        self._fail(explain(self.env, error))

    def _fail_to_store(self, task, message):
        """Odoo refused what came out of the ``task``."""
        self._fail(message)

    def _user_id(self):
        """User.com's id of whom the row is about, 0 or None if it is not known."""
        return self.external_id

    def _pushed(self, task, result):
        """The contacts whose values the ``result`` of the ``task`` brought to User.com."""
        return self.env["res.partner"]

    def _close(self, problems, **values):
        """Done; failed where some of the values had problems."""
        if problems:
            self._fail("\n".join(problems), **values)
        else:
            self._finish(**values)

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

    def _not_queued_anew(self):
        """Those rows for which no other row waits."""
        return self

    def _put_off(self):
        """Wait, without counting an attempt, for somebody else's change of the same contact."""
        message = self.env._("Somebody else is changing this contact. It is tried again shortly.")
        self._put_back(error=message, next_attempt_at=fields.Datetime.now() + LOCKED_DELAY)

    def _postpone(self, seconds):
        """Wait without counting an attempt, as User.com asked."""
        self._put_back(next_attempt_at=fields.Datetime.now() + timedelta(seconds=seconds))

    def _retry_later(self, message, most=MAX_ATTEMPTS):
        """Wait for the next attempt, unless the last of so many has failed."""
        now = fields.Datetime.now()
        for row in self:
            row.attempts += 1
            row.tried_since = row.tried_since or now
            row.next_attempt_at = now + timedelta(seconds=self._delay(row.attempts))
        worn_out = self.filtered(
            lambda row: row.attempts >= most or row.tried_since < now - MAX_AGE
        )
        worn_out._fail(message)
        (self - worn_out)._put_back(error=message)

    @api.model
    def _delay(self, attempts):
        """Exponential back-off with jitter, in seconds."""
        return min(FIRST_DELAY * 2**attempts, LONGEST_DELAY) * random.uniform(0.5, 1)
