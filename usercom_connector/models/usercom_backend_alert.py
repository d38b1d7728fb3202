from datetime import timedelta

from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.transactions import committed

FEWEST_ROWS = 20  # below, a share says little
DAY = timedelta(hours=24)


class UsercomBackendAlert(models.AbstractModel):
    """What managers are told of by an activity: once when it begins, gone when it is mended."""

    _name = "usercom.backend.alert"
    _description = "User.com Account: Alerts"

    failure_alert_share = fields.Float(
        "Alert From This Share of Failures (%)",
        required=True,
        default=5.0,
        aggregator=False,
        help="Of what was sent and received in the last 24 hours; 0: no alert.",
    )
    webhook_alert_hours = fields.Integer(
        "Alert After Hours Without a Call",
        required=True,
        default=24,
        aggregator=False,
        help="If User.com changed meanwhile; 0: no alert.",
    )
    is_failing = fields.Boolean("Fails Often", readonly=True, copy=False)
    is_webhook_silent = fields.Boolean("Webhook Is Silent", readonly=True, copy=False)

    @api.constrains("failure_alert_share", "webhook_alert_hours")
    def _check_alert_bounds(self):
        for backend in self:
            if not (0 <= backend.failure_alert_share <= 100 and backend.webhook_alert_hours >= 0):
                raise ValidationError(
                    self.env._(
                        "An alert needs a share from 0 to 100 % and a number of hours that is not "
                        "below 0."
                    )
                )

    # ---- activities ----

    def _alert(self, kind, note=""):
        """An activity for each manager, in words of its type in the manager's language.

        ``note`` is plain text: it may quote User.com, as in “emptied values: <img …>”.
        """
        managers = self.env.ref("usercom_connector.group_usercom_manager").all_user_ids
        for user in managers.filtered(lambda user: self.company_id in user.company_ids):
            self.with_context(lang=user.lang).activity_schedule(
                self._alert_type(kind), note=escape(note), user_id=user.id
            )

    def _end_alert(self, kind):
        self.sudo().activity_unlink([self._alert_type(kind)])

    def _end_pause_alert(self, vals):
        """End the alert of a pause that ``vals`` have ended."""
        if vals.get("state", "paused") != "paused":
            self._end_alert("paused")

    @api.model
    def _alert_type(self, kind):
        return f"usercom_connector.mail_activity_type_{kind}"

    # ---- checking ----

    @api.model
    def _check_alerts(self):
        """Begin and end the alerts of the accounts that run; those of a paused one stay."""
        for backend in self.search([("state", "=", "running")]):
            committed(self.env, backend._check_own_alerts)

    def _check_own_alerts(self):
        self._set_alert("is_failing", "failing", self._fails_often())
        self._set_alert("is_webhook_silent", "webhook_silent", self._hears_nothing())

    def _set_alert(self, flag, kind, is_on):
        if self[flag] == is_on:
            return
        self[flag] = is_on
        if is_on:
            self._alert(kind)
        else:
            self._end_alert(kind)

    def _fails_often(self):
        """Whether too large a share of what was dealt with in the last 24 hours stands failed."""
        of_late = ("write_date", ">=", fields.Datetime.now() - DAY)
        failed = sum(self._count_rows("failed", of_late))
        rows = self.env["usercom.statistic"]._last_hours(self)
        total = failed + sum(rows["sent"]) + sum(rows["received"])
        share = self.failure_alert_share
        return share > 0 and total >= FEWEST_ROWS and failed * 100 >= share * total

    def _hears_nothing(self):
        """Whether User.com, which changed, has called no more for the chosen time."""
        sweep = self.env["usercom.sweep"]._of(self, "reconcile")
        silent_since = self.webhook_last_call or sweep.create_date
        patience = timedelta(hours=self.webhook_alert_hours)
        return bool(
            patience
            and sweep.missed_at
            and sweep.missed_at > silent_since
            and silent_since < fields.Datetime.now() - patience
        )
