from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

KEEP = timedelta(days=400)


class UsercomStatistic(models.Model):
    """How many people an account has dealt with in each hour, by what became of them.

    Counted as rows of the queues are settled and pages of users are imported, so that nobody has
    to count the rows of a long log. What a CSV file brought to User.com counts once read back.
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
        [("sent", "Sent"), ("received", "Received"), ("failed", "Failed")],
        "Result",
        required=True,
        readonly=True,
    )
    rows = fields.Integer(required=True, readonly=True)

    _hour_uniq = models.Constraint(
        "unique (backend_id, hour, kind)", "Each hour is counted once for each result."
    )

    @api.model
    def _count(self, backend, kind, rows):
        """Note, to be stored with this transaction, that so many ``rows`` are ``kind``."""
        precommit = self.env.cr.precommit
        if self._name not in precommit.data:
            precommit.data[self._name] = {}
            precommit.add(self._store)
        noted = precommit.data[self._name]
        noted[backend.id, kind] = noted.get((backend.id, kind), 0) + rows

    def _store(self):
        noted = self.env.cr.precommit.data.pop(self._name)
        now = fields.Datetime.now()
        hour = self._hour(now)
        values = [
            SQL("(%s, %s, %s, %s, %s)", backend_id, hour, kind, rows, now)
            for (backend_id, kind), rows in sorted(noted.items())
        ]
        self.env.cr.execute(
            SQL(
                """INSERT INTO usercom_statistic AS s
                          (backend_id, hour, kind, rows, write_date) VALUES %s
                   ON CONFLICT (backend_id, hour, kind)
                   DO UPDATE SET rows = s.rows + EXCLUDED.rows,
                                 write_date = EXCLUDED.write_date""",
                SQL(", ").join(values),
            )
        )
        self.invalidate_model()

    @api.model
    def _hour(self, moment):
        return moment.replace(minute=0, second=0, microsecond=0)

    @api.model
    def _last_hours(self, backend):
        """``{kind: [rows of each of the last 24 hours]}``, the present hour last."""
        first = self._hour(fields.Datetime.now()) - timedelta(hours=23)
        found = self.search([("backend_id", "=", backend.id), ("hour", ">=", first)])
        series = {kind: [0] * 24 for kind in ("sent", "received", "failed")}
        for row in found:
            series[row.kind][(row.hour - first) // timedelta(hours=1)] = row.rows
        return series

    @api.autovacuum
    def _gc(self):
        """Delete the hours that no figure needs any more."""
        old = [("hour", "<", fields.Datetime.now() - KEEP)]
        rows = self.search(old, limit=GC_UNLINK_LIMIT)
        rows.unlink()
        return len(rows), int(len(rows) == GC_UNLINK_LIMIT)
