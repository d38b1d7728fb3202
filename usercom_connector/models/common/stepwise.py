from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...services.failures.problem import explain
from ...services.pace import time_left
from ...services.queue.cron_trigger import request_drain
from ...usercom import CredentialsError, RetryableError

ACTIVE = ("previewing", "running")
ENDED = ("done", "cancelled")


class UsercomStepwise(models.AbstractModel):
    """Long work of an account: chosen, previewed, then run step by step within its drains.

    Where it stands is stored with each step, so whatever ends a drain, the next one goes on; a
    service does the work (``services/stepwise.py``). The model that inherits this has the steps.
    """

    _name = "usercom.stepwise"
    _description = "User.com Work That Goes on Step by Step"

    backend_id = fields.Many2one(
        "usercom.backend",
        "Account",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["usercom.backend"]._of_company(),
    )
    company_id = fields.Many2one(related="backend_id.company_id")
    state = fields.Selection(
        [
            ("draft", "Choose"),
            ("previewing", "Preview Under Way"),
            ("ready", "Preview"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    error = fields.Text("Last Error", readonly=True, copy=False)
    next_at = fields.Datetime(readonly=True, copy=False, help="When to go on.")
    calls_total = fields.Float("Calls Expected", readonly=True, copy=False)
    calls_done = fields.Float("Calls Made", readonly=True, copy=False)
    worked_seconds = fields.Float(readonly=True, copy=False)
    started_at = fields.Datetime("Started", readonly=True, copy=False)
    ended_at = fields.Datetime("Ended", readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")
    time_left = fields.Char(compute="_compute_progress")

    @api.depends("state", "calls_total", "calls_done", "worked_seconds")
    def _compute_progress(self):
        for work in self:
            share = work.calls_done / work.calls_total if work.calls_total else 0
            work.progress = 100 if work.state == "done" else min(100 * share, 99)
            is_shown = work.state in ("previewing", "running", "paused")
            work.time_left = is_shown and (time_left(work) or False)

    # ---- buttons ----

    def action_pause(self):
        self._check_state("running", "paused").state = "paused"

    def action_resume(self):
        self._check_state("paused", "running").write({"state": "running", "error": False})
        request_drain(self.backend_id)

    def action_cancel(self):
        """Stop for good. What has been done stays so."""
        work = self._check_state("previewing", "ready", "running", "paused", "draft")
        work.write({"state": "cancelled", "ended_at": fields.Datetime.now()})

    def _check_state(self, *allowed):
        """The record, for a button that may be pressed now by this person to change its state."""
        self.check_access("write")
        self.ensure_one()
        if self.state not in allowed:
            raise UserError(self.env._("This cannot be done now. State: %s.", self._state_label()))
        return self.sudo()

    def _check_account(self, state):
        if refusal := self._refusal(state):
            raise UserError(refusal)

    def _state_label(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    # ---- whether the account lets one be ----

    def _refusal(self, state):
        """Why the account lets this record not be in this ``state``, None if it does."""
        return self._refusal_of(self.backend_id, state)

    @api.model
    def _refusal_of(self, backend, state):
        account = backend.state or "draft"
        if account == "running" or (account, state) == ("authenticated", "previewing"):
            return None
        if account == "draft":
            return self.env._("Connect the account first: Settings → User.com.")
        return self.env._("The account is not running. Press Save and Run in Settings → User.com.")

    # ---- for the drain ----

    @api.model
    def _under_way(self, backend):
        """The one of the account that has to be gone on with, if any."""
        return self.search([("backend_id", "=", backend.id), ("state", "in", ACTIVE)], limit=1)

    @api.model
    def _last(self, backend):
        """The one of the account that was begun last, unless it was cancelled, if any."""
        return self.search([("backend_id", "=", backend.id), ("state", "!=", "cancelled")], limit=1)

    @api.model
    def _standing_still(self, backend):
        """The one of the account that waits for somebody, or is in trouble, if any."""
        trouble = Domain("state", "in", ACTIVE) & Domain("error", "!=", False)
        mine = Domain("backend_id", "=", backend.id)
        return self.search(mine & (Domain("state", "=", "paused") | trouble), limit=1)

    # ---- where it stands ----

    def _may_be_gone_on_with(self):
        return self.state in ACTIVE and not self._refusal(self.state)

    def _is_at_work(self):
        """Whether nobody has paused or cancelled it meanwhile."""
        return bool(self.exists()) and self.state in ACTIVE

    def _advance(self, calls, **values):
        """Store how far it has come."""
        self.write({"calls_done": self.calls_done + calls, "error": False, **values})

    def _give_up(self, error):
        """Give up for this run of the drain; the next one tries again."""
        message = explain(self.env, error)
        self.error = message
        if isinstance(error, CredentialsError):
            self.backend_id._pause_for(error)
        elif not isinstance(error, RetryableError) and self.state == "running":
            self.state = "paused"

    def _stop(self, message):
        """Tell what is in the way; a run waits for somebody to resume it."""
        if self._is_at_work():
            self.error = message
            self.state = "paused" if self.state == "running" else self.state

    def _finish(self, state):
        self.write(
            {
                "state": state,
                "step": False,
                "next_at": False,
                "error": False,
                "calls_done": self.calls_total,
                "ended_at": fields.Datetime.now(),
            }
        )
