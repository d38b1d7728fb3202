from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

KEEP = timedelta(days=400)
MINUTE, HOUR = 60, 3600
# Seconds, close enough to each other to tell a good day from a bad one.
DELAYS = (
    *(1, 2, 3, 5, 10, 20, 30),
    *(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 7 * 24 * HOUR),
)


class UsercomStatistic(models.Model):
    """How many people an account has dealt with in each hour, by what became of them.

    Counted as rows of the queues are settled and pages of users are imported, so that nobody has
    to count the rows of a long log. What a CSV file brought to User.com counts once read back.

    ``delay`` is a step of ``DELAYS``: of two edits sent after 4 and 40 seconds, one counts with
    delay 5 and one with 60. It is 0 where nobody waited, as in an initial sync.
    """

    _name = "usercom.statistic"
    _inherit = "usercom.guarded"
    _description = "User.com Statistics"
    _rec_name = "hour"
    _order = "hour desc, id"

    backend_id = fields.Many2one(
        "usercom.backend", "Account", required=True, readonly=True, ondelete="cascade"
    )
    hour = fields.Datetime(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("sent", "Sent"),
            ("received", "Received"),
            ("event", "Events"),
            ("failed", "Failed"),
            ("calls", "API Calls"),
        ],
        "Result",
        required=True,
        readonly=True,
    )
    delay = fields.Integer(
        "Arrived Within (Seconds)", required=True, default=0, readonly=True, aggregator=False
    )
    rows = fields.Integer("Number", required=True, readonly=True)

    _hour_uniq = models.Constraint(
        "unique (backend_id, hour, kind, delay)",
        "Each hour is counted once for each result and delay.",
    )

    @api.model
    def _count(self, backend, kind, rows, delay=0):
        """Note, to be stored with this transaction, that so many ``rows`` are ``kind``."""
        precommit = self.env.cr.precommit
        if self._name not in precommit.data:
            precommit.data[self._name] = {}
            precommit.add(self._store)
        noted = precommit.data[self._name]
        key = backend.id, kind, delay
        noted[key] = noted.get(key, 0) + rows

    def _store(self):
        noted = self.env.cr.precommit.data.pop(self._name)
        now = fields.Datetime.now()
        hour = self._hour(now)
        values = [
            SQL("(%s, %s, %s, %s, %s, %s)", backend_id, hour, kind, delay, rows, now)
            for (backend_id, kind, delay), rows in sorted(noted.items())
        ]
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_statistic AS s
                          (backend_id, hour, kind, delay, rows, write_date) VALUES %s
                   ON CONFLICT (backend_id, hour, kind, delay)
                   DO UPDATE SET rows = s.rows + EXCLUDED.rows,
                                 write_date = EXCLUDED.write_date""",
                SQL(", ").join(values),
            )
        )
        self.invalidate_model()

    @api.model
    def _delay(self, since):
        """The step of ``DELAYS`` for what began at ``since`` and ends now.

        Both moments are whole seconds, so what began at 10:00:00.9 and ends at 10:00:02.1 took
        less than 3 seconds: one more than they differ by.
        """
        seconds = (fields.Datetime.now() - since).total_seconds() + 1
        return next((step for step in DELAYS if seconds <= step), DELAYS[-1])

    @api.model
    def _hour(self, moment):
        return moment.replace(minute=0, second=0, microsecond=0)

    @api.model
    def _since(self, backend, moment):
        """``[(hour, kind, delay, rows)]`` from this hour on."""
        self.flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT hour, kind, delay, rows FROM usercom_statistic
                    WHERE backend_id = %s AND hour >= %s""",
                backend.id,
                self._hour(moment),
            )
        )

    @api.autovacuum
    def _gc(self):
        """Delete the hours that no figure needs any more."""
        old = [("hour", "<", fields.Datetime.now() - KEEP)]
        rows = self.search(old, limit=GC_UNLINK_LIMIT)
        rows.unlink()
        return len(rows), int(len(rows) == GC_UNLINK_LIMIT)
