from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import formatLang

from ...services.account.account_status import AccountStatus
from ...services.account.activity_texts import ActivityTexts
from ...services.account.setup_checklist import step_titles
from ...services.notifications import notification
from ...services.queue.cron_trigger import request_drain

# What those who are no managers are told of; all else is behind menus that they do not have.
TODO_OF_USERS = {"draft", "authenticated", "paused", "stalled", "send_failed", "send_unclear"} | {
    "event_failed"
}
STEPS = {"draft", "authenticated", "unmapped", "webhook_never"}  # of the set-up


class UsercomBackendDashboard(models.AbstractModel):
    """The dashboard's card of an account. Nothing of it scans what the queues have done."""

    _name = "usercom.backend.dashboard"
    _description = "User.com Account: Dashboard"

    dashboard = fields.Json(compute="_compute_dashboard")
    dashboard_graphs = fields.Json(compute="_compute_dashboard")
    reconciled_at = fields.Datetime("Last Check for Changes", compute="_compute_dashboard")
    compared_at = fields.Datetime("Last Full Comparison", compute="_compute_dashboard")

    def _compute_dashboard(self):
        """``{"contacts", "companies", "outbox", "inbox", "event": {name: number as text}, "todo":
        {what needs attention: number as text, text or true}, "has_run", "has_history": whether
        there is anything to show}``.
        """
        for backend in self:
            status = AccountStatus(backend)
            todo = _besides(backend.setup, self._without_closed(status.todo))
            backend.dashboard = {
                "contacts": _formatted(self.env, status.contacts),
                "companies": status.companies and _formatted(self.env, status.companies),
                "outbox": _formatted(self.env, _queue_figures(status, "outbox", "sent")),
                "inbox": _formatted(self.env, _queue_figures(status, "inbox", "received")),
                "event": _formatted(self.env, _event_figures(status)),
                "has_run": backend.state in ("running", "paused"),
                "has_history": bool(status.activity),
                "todo": _formatted(self.env, todo),
            }
            backend.dashboard_graphs = ActivityTexts(backend, status.activity).periods()
            backend.reconciled_at = status.reconciled_at
            backend.compared_at = status.compared_at

    def _without_closed(self, todo):
        """Those of ``todo`` behind which is nothing that the reader may not open."""
        if self.env.user.has_group("usercom_connector.group_usercom_manager"):
            return todo
        return {what: value for what, value in todo.items() if what in TODO_OF_USERS}

    def action_compare(self):
        """Compare all contacts with all users as soon as the drain comes to it."""
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(self.env._("Only managers of User.com may compare."))
        self.check_access("read")
        for backend in self.sudo():
            self.env["usercom.sweep"].sudo()._request(backend, "compare")
            request_drain(backend)
        return notification(
            self.env._("The full comparison has started."),
            self.env._("Its result appears under Differences."),
        )

    @api.model
    def get_empty_list_help(self, help_message):
        """The next step where there is no account, with a button for those who may take it."""
        if not self.env.user.has_group("base.group_system"):
            return super().get_empty_list_help(help_message)
        return super().get_empty_list_help(
            Markup(
                '<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>'
                '<a class="btn btn-primary" href="/odoo/usercom-settings">%s</a>'
                '<p class="text-muted mt-3">%s</p>'
            )
            % (
                self.env._("Connect User.com"),
                self.env._("Enter the system name and the API key; then choose what is synced."),
                self.env._("Open the Settings"),
                " → ".join(step_titles(self.env).values()),
            )
        )


def _besides(setup, todo):
    """What there is to do besides the set-up, where its steps are shown."""
    return {what: value for what, value in todo.items() if not (setup and what in STEPS)}


def _queue_figures(status, queue, kind):
    return {
        "waiting": status.waiting[queue],
        "failed": status.failed[queue],
        "last_day": status.activity.day.total(kind),
    }


def _event_figures(status):
    """Empty where the account tells of no events."""
    if not status.has_events:
        return {}
    return _queue_figures(status, "event", "event")


def _formatted(env, values):
    """The ``values`` with their numbers as people of the language write them."""
    return {
        name: formatLang(env, value, digits=0) if type(value) is int else value
        for name, value in values.items()
    }
