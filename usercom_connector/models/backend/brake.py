from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...services.account.connection import Connection
from ...services.queue.brake import COUNTED
from ...services.queue.cron_trigger import request_drain


class UsercomBrake(models.Model):
    """To how many people an account has done of late what it asks about in masses.

    Not a part of the account's own record, which people edit while this is written all the time.
    """

    _name = "usercom.brake"
    _inherit = "usercom.guarded"
    _description = "User.com Brake"
    _rec_name = "backend_id"

    backend_id = fields.Many2one("usercom.backend", required=True, ondelete="cascade")
    counts = fields.Json()  # {hour: {kind: people}}
    opened = fields.Json()  # {kind: until when it is let through}
    asked_kind = fields.Char()
    asked_reason = fields.Text()

    _backend_uniq = models.Constraint("unique (backend_id)", "An account has one brake.")

    @api.model
    def _of(self, backend):
        found = self.search([("backend_id", "=", backend.id)])
        return found or self.create({"backend_id": backend.id})

    # ---- counting ----

    def _add(self, effects):
        """Count ``effects``; returns ``{kind: people of 24 hours}`` of those not let through."""
        now = fields.Datetime.now()
        effects = {kind: n for kind, n in effects.items() if not self._is_open(kind, now)}
        if not effects:
            return {}
        first, hour = _hour(now - COUNTED), _hour(now)
        counts = {at: kinds for at, kinds in (self.counts or {}).items() if at > first}
        counts[hour] = dict(Counter(counts.get(hour, {})) + Counter(effects))
        self.counts = counts
        return {kind: sum(kinds.get(kind, 0) for kinds in counts.values()) for kind in effects}

    def _subtract(self, effects):
        hour = _hour(fields.Datetime.now())
        counts = self.counts or {}
        self.counts = counts | {hour: dict(Counter(counts.get(hour, {})) - Counter(effects))}

    # ---- letting through ----

    def _is_open(self, kind, now):
        until = (self.opened or {}).get(kind)
        return bool(until) and now < fields.Datetime.to_datetime(until)

    def _open(self):
        """Allow what was asked about, and restart its count afterwards."""
        kind, until = self.asked_kind, fields.Datetime.now() + COUNTED
        counts = {
            hour: {name: people for name, people in kinds.items() if name != kind}
            for hour, kinds in (self.counts or {}).items()
        }
        opened = (self.opened or {}) | {kind: fields.Datetime.to_string(until)}
        self.write({"counts": counts, "opened": opened, "asked_kind": False, "asked_reason": False})


class UsercomBackendBrake(models.AbstractModel):
    """The brake of an account: from which share on it asks, and the answer."""

    _name = "usercom.backend.brake"
    _description = "User.com Account: Brake"

    brake_share = fields.Float(
        "Ask From This Share of Contacts (%)",
        required=True,
        default=20.0,
        aggregator=False,
        help="When within 24 hours more than this share of the linked contacts (100 at least) "
        "would be created, deleted, unsubscribed or have values emptied, on either side, the "
        "account pauses and asks. 0: never.",
    )
    is_braked = fields.Boolean("Waits to Be Let Through", compute="_compute_is_braked")

    @api.constrains("brake_share")
    def _check_brake_share(self):
        if any(not 0 <= backend.brake_share <= 100 for backend in self):
            raise ValidationError(self.env._("The share of contacts is from 0 to 100 %."))

    @api.depends("state", "pause_reason")
    def _compute_is_braked(self):
        brakes = self.env["usercom.brake"].sudo().search([("backend_id", "in", self.ids)])
        reasons = {brake.backend_id: brake.asked_kind and brake.asked_reason for brake in brakes}
        for backend in self:
            asked = reasons.get(backend)
            is_asking = backend.state == "paused" and asked and asked == backend.pause_reason
            backend.is_braked = bool(is_asking)

    def action_let_through(self):
        """Confirm what the account has paused to ask about, and resume it."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("usercom_connector.group_usercom_manager"):
            raise AccessError(self.env._("Only managers of User.com may let this through."))
        if not self.is_braked:
            raise UserError(self.env._("There is nothing to let through."))
        Connection(self).check_may_send()
        self.env["usercom.brake"].sudo()._of(self)._open()
        self.sudo().write({"state": "running", "pause_reason": False})
        request_drain(self)


def _hour(moment):
    return moment.strftime("%Y-%m-%d %H")
