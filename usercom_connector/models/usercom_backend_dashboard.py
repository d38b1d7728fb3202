import json
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import formatLang

from ..services.waiting_calls import WaitingCalls


class UsercomBackendDashboard(models.AbstractModel):
    """What the dashboard shows of an account. Nothing of it scans what the queues have done."""

    _name = "usercom.backend.dashboard"
    _description = "User.com Account: Dashboard"

    dashboard = fields.Json(compute="_compute_dashboard")
    dashboard_graph_done = fields.Text(compute="_compute_dashboard")
    dashboard_graph_failed = fields.Text(compute="_compute_dashboard")
    reconciled_at = fields.Datetime("Last Reconciliation", compute="_compute_reconciled_at")

    def _compute_dashboard(self):
        """``{"contacts", "outbox", "inbox": {name: number as text}, "todo": {what needs attention:
        number as text, text or true}}``; the graphs as the widget dashboard_graph reads them.
        """
        for backend in self:
            hours = self.env["usercom.statistic"]._last_hours(backend)
            figures = backend._figures(hours)
            figures["todo"] = backend._todo(figures)
            backend.dashboard = {
                name: backend._formatted(values) for name, values in figures.items()
            }
            done = [sum(rows) for rows in zip(hours["sent"], hours["received"], strict=True)]
            failed = hours["failed"]
            backend.dashboard_graph_done = backend._graph(self.env._("Sent and received"), done)
            backend.dashboard_graph_failed = backend._graph(self.env._("Failed"), failed)

    def _compute_reconciled_at(self):
        for backend in self:
            sweep = backend._reconciliation()
            backend.reconciled_at = sweep.until and sweep.read_until

    def _reconciliation(self):
        domain = [("backend_id", "=", self.id), ("kind", "=", "reconcile")]
        return self.env["usercom.sweep"].sudo().search(domain)

    @api.model
    def _formatted(self, values):
        """The ``values`` with their numbers as people of the language write them."""
        return {
            name: formatLang(self.env, value, digits=0) if type(value) is int else value
            for name, value in values.items()
        }

    @api.model
    def _graph(self, title, rows):
        """A bar for each of the last hours, the present one last; "future" is its color."""
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        ages = range(len(rows) - 1, -1, -1)
        bars = [
            {"label": f"{now - timedelta(hours=age):%H}", "value": value, "type": "future"}
            for age, value in zip(ages, rows, strict=True)
        ]
        return json.dumps([{"key": title, "values": bars}])

    # ---- numbers ----

    def _figures(self, hours):
        """``{"contacts", "outbox", "inbox": {name: number}}``."""
        inbox_waiting, outbox_waiting = self._count_rows("pending")
        inbox_failed, outbox_failed = self._count_rows("failed")
        return {
            "contacts": self._contact_counts(),
            "outbox": {
                "waiting": outbox_waiting,
                "failed": outbox_failed,
                "last_day": sum(hours["sent"]),
            },
            "inbox": {
                "waiting": inbox_waiting,
                "failed": inbox_failed,
                "last_day": sum(hours["received"]),
            },
        }

    def _contact_counts(self):
        mine = [("backend_id", "=", self.id)]
        counts = self.env["usercom.binding"]._read_group(mine, ["state"], ["__count"])
        return {"synced": 0, "failed": 0, "gone": 0} | dict(counts)

    # ---- what needs attention ----

    def _todo(self, figures):
        """``{what: number, text or true}``, empty when all is well."""
        if self.state == "draft":
            return {"draft": True}
        found = self._todo_of_account() | self._todo_of_webhook() | self._todo_of_records(figures)
        return {what: value for what, value in found.items() if value}

    def _todo_of_account(self):
        sync = self.env["usercom.sync"].sudo()._standing_still(self)
        return {
            "authenticated": self.state == "authenticated",
            "paused": self.state == "paused",
            "braked": self.is_braked,
            "stalled": self.state == "running" and self._alarm(),
            "unmapped": not self.mapping_ids,
            "broken": len(self.mapping_ids.filtered("is_broken")),
            "sync": sync and (sync.error or True),
            "reconciliation": self._reconciliation().error,
        }

    def _todo_of_webhook(self):
        hears = any(mapping.direction != "export" for mapping in self.mapping_ids)
        is_called = self.state == "authenticated" or not hears or bool(self.webhook_last_call)
        return {
            "webhook_never": not is_called,
            "webhook_silent": self.is_webhook_silent,
            "calls_waiting": WaitingCalls(self).count_old(),
        }

    def _todo_of_records(self, figures):
        """Numbers of failed rows, ambiguous ones apart, of open conflicts and differences."""
        receive_unclear, send_unclear = self._count_rows("failed", ("is_ambiguous", "=", True))
        mine = [("backend_id", "=", self.id)]
        open_ones = [*mine, ("state", "=", "open")]
        return {
            "send_failed": figures["outbox"]["failed"] - send_unclear,
            "receive_failed": figures["inbox"]["failed"] - receive_unclear,
            "send_unclear": send_unclear,
            "receive_unclear": receive_unclear,
            "conflicts": self.env["usercom.conflict"].sudo().search_count(open_ones),
            "differences": self.env["usercom.drift"].sudo().search_count(mine),
        }

    # ---- buttons ----

    def action_compare(self):
        """Compare all contacts with all users as soon as the drain comes to it."""
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(self.env._("Only managers of User.com may compare."))
        self.check_access("read")
        for backend in self.sudo():
            backend._reconcile_now("compare")
            backend._wake()
        return self._notify(
            self.env._("The comparison has started."),
            self.env._("Its result appears under Differences."),
        )

    # ---- no account yet ----

    @api.model
    def get_empty_list_help(self, help_message):
        """The next step, with a button for those who may take it."""
        if not self.env.user.has_group("base.group_system"):
            return super().get_empty_list_help(help_message)
        return super().get_empty_list_help(
            Markup(
                '<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>'
                '<a class="btn btn-primary" href="/odoo/usercom-settings">%s</a>'
            )
            % (
                self.env._("Connect User.com"),
                self.env._("Enter the system name and the API key; then choose what is synced."),
                self.env._("Open the Settings"),
            )
        )
