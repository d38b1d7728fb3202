from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.account.alerts import Alerts


class UsercomBackendAlert(models.AbstractModel):
    """When managers are told by an activity that something goes wrong."""

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

    @api.model
    def _check_alerts(self):
        """Begin and end the alerts of the accounts that run; those of a paused one stay."""
        for backend in self.search([("state", "=", "running")]):
            Alerts(backend).check()
