from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..services.clean_up import BATCH, delete_batch


class UsercomQueue(models.AbstractModel):
    """The queues as a log: looked at, retried, kept for some days."""

    _inherit = "usercom.queue"

    def action_retry(self):
        """Send the chosen failed rows round again."""
        self._check_manager()
        rows = self.filtered(lambda row: row.state == "failed").sudo()
        rows._put_back(attempts=0, next_attempt_at=False, tried_since=False, error=False)
        rows.backend_id._wake()

    def action_retry_alike(self):
        """Send round again every row of the account that failed as the chosen ones did."""
        self._check_manager()
        failed = self.filtered(lambda row: row.state == "failed")
        self.search(
            Domain("state", "=", "failed")
            & Domain("backend_id", "in", failed.backend_id.ids)
            & Domain("error", "in", failed._stored_errors())
        ).action_retry()

    def _stored_errors(self):
        """The error texts of these rows as they are stored, with ids instead of names."""
        self.flush_recordset(["error"])
        query = self._search([("id", "in", self.ids)])
        rows = self.env.execute_query(query.select(SQL.identifier(self._table, "error")))
        return [error for (error,) in rows if error]

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(self.env._("Only User.com managers may retry rows of a queue."))

    @api.autovacuum
    def _gc_log(self):
        """Delete a batch of the finished rows that are older than the account keeps them."""
        if self._abstract:
            return 0, 0
        done = 0
        for backend in self.env["usercom.backend"].search([]):
            moment = fields.Datetime.now() - timedelta(days=backend.log_days)
            done += self._delete_before(backend, moment, BATCH - done)
        return done, int(done >= BATCH)

    def _delete_before(self, backend, moment, most):
        """Delete some of the rows finished before ``moment``; returns how many."""
        condition = SQL(
            "backend_id = %s AND state <> 'pending' AND write_date < %s", backend.id, moment
        )
        return delete_batch(self, condition, most)
