from datetime import timedelta

from odoo import api, fields, models

from ..services.standstill import Standstill
from ..services.waiting_calls import WaitingCalls

STALLED = timedelta(minutes=15)  # a drain that works off a backlog takes half of that
FAILURES = 3  # of the job in a row, from which on it is no passing trouble
LEVELS = ("ok", "attention", "critical")


class UsercomBackendHealth(models.AbstractModel):
    """How the accounts are doing, for monitors and for whoever looks after the server."""

    _name = "usercom.backend.health"
    _description = "User.com Account: Health"

    @api.model
    def _is_moving(self):
        """Whether no account has stopped by itself. Counts no queue, so it may be asked often."""
        backends = self.search([("state", "in", ("running", "paused"))])
        return not any(backend._alarm() for backend in backends)

    def _health(self):
        """The account's state in plain values: ``level`` is one of ``LEVELS``.

        ``problems`` are sentences, ``waiting`` and ``failed`` numbers of rows in both queues.
        """
        self.ensure_one()
        alarm = self._alarm()
        counts = self._queue_counts()
        warnings = self._warnings(counts["failed"])
        return {
            "company": self.company_id.name,
            "account": self.subdomain or "",
            "state": self.state,
            "level": "critical" if alarm else "attention" if warnings else "ok",
            "problems": [alarm] if alarm else warnings,
            "last_run": fields.Datetime.to_string(self.cron_id.sudo().lastcall) or None,
            **counts,
        }

    def _alarm(self):
        """Why nothing moves although it should, None if it does or nobody wants it to."""
        cron = self.cron_id.sudo()
        if self.state == "paused" and self.pause_reason:
            return self.env._("Paused: %s", self.pause_reason)
        return self._job_alarm(cron) if self.state == "running" else None

    def _job_alarm(self, cron):
        if not cron.active:
            return self.env._("Its scheduled job is switched off.")
        if cron.failure_count >= FAILURES:
            return self.env._(
                "Its scheduled job failed %s times in a row. The server's log says why.",
                cron.failure_count,
            )
        if cron.nextcall < fields.Datetime.now() - STALLED:
            return self.env._(
                "Its scheduled job should have run at %s UTC. Do Odoo's cron workers run?",
                fields.Datetime.to_string(cron.nextcall),
            )
        if Standstill(self).is_there():
            return self.env._(
                "Rows wait, but none was sent or received for 2 minutes. The server's log may say "
                "why; do Odoo's cron workers run?"
            )
        return None

    def _warnings(self, failed):
        """What somebody should look at in his own time."""
        broken = self.mapping_ids.filtered("is_broken")
        sync = self.env["usercom.sync"]._standing_still(self)
        return [
            *([self.env._("Paused by hand.")] if self.state == "paused" else []),
            *([self.env._("Failed rows: %s.", failed)] if failed else []),
            *([self.env._("Mappings that need attention: %s.", len(broken))] if broken else []),
            *([self.env._("The initial sync does not go on.")] if sync else []),
            *([self._old_calls_message(old)] if (old := WaitingCalls(self).count_old()) else []),
        ]

    def _old_calls_message(self, count):
        return self.env._(
            "Calls of User.com that have waited for more than %(days)s days: %(count)s.",
            days=WaitingCalls(self).days_until_told(),
            count=count,
        )

    def _queue_counts(self):
        """``{"waiting": …, "failed": …}`` of both queues together."""
        states = {"waiting": "pending", "failed": "failed"}
        return {name: sum(self._count_rows(state)) for name, state in states.items()}

    # ---- what an operator may have done at once ----

    def _drain_now(self):
        """Work the queues off in this process; False where a worker does so already.

        It goes through the account's job, whose row lock keeps two drains apart.
        """
        self.env.cr.commit()  # pylint: disable=invalid-commit
        job = self.env["ir.cron"]._acquire_one_job(
            self.env.cr, self.cron_id.id, include_not_ready=True
        )
        if job:
            self.env["ir.cron"]._process_job(self.env.cr, job)
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
        return bool(job)

    def _reconcile_now(self, kind="reconcile"):
        """Have the next drain read what changed in User.com, or with "compare" everything."""
        self.env["usercom.sweep"]._of(self, kind).started_at = False

    def _failures(self):
        """Yield the failed rows of both queues in plain values, the oldest first."""
        for queue in self._queues():
            domain = [("backend_id", "in", self.ids), ("state", "=", "failed")]
            last = 0
            while rows := queue.search([*domain, ("id", ">", last)], order="id", limit=1000):
                for row in rows:
                    yield {
                        "company": row.backend_id.company_id.name,
                        "account": row.backend_id.subdomain,
                        "queue": queue._name.partition(".")[2],
                        "row": row.id,
                        "contact_id": row.partner_id.id or None,
                        "contact": row.display_name,
                        "user_id": row._user_id() or None,
                        "attempts": row.attempts,
                        "failed_at": fields.Datetime.to_string(row.write_date),
                        "error": row.error,
                    }
                last = rows[-1].id
                self.env.invalidate_all()
