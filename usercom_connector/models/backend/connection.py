from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.account.account_status import AccountStatus
from ...services.account.alerts import Alerts
from ...services.account.authentication import Authentication
from ...services.account.connection import REFUSALS, Connection, system_name
from ...services.failures.problem import explain
from ...services.notifications import notification
from ...services.queue.cron_trigger import request_drain


class UsercomBackendConnection(models.AbstractModel):
    """Connecting an account, running and pausing it."""

    _name = "usercom.backend.connection"
    _description = "User.com Account: Connection"

    linked_subdomain = fields.Char(
        readonly=True, copy=False, help="The system whose users the contacts are linked to."
    )
    database_marks = fields.Json(readonly=True, copy=False, groups="base.group_system")
    is_key_refused = fields.Boolean(
        "API Key Refused", readonly=True, copy=False, help="Whether User.com refuses the API key."
    )
    leaves_unset_out = fields.Boolean(
        "Leaves Out Unset Attributes",
        readonly=True,
        copy=False,
        help="Whether User.com's answers leave out custom attributes that are unset.",
    )

    @api.model
    def _normalized(self, vals):
        """``vals`` with the system name taken out of whatever address was pasted."""
        if not vals.get("subdomain"):
            return vals
        return {**vals, "subdomain": system_name(self.env, vals["subdomain"])}

    # ---- buttons ----

    def action_authenticate(self):
        """Try the key, fetch the attributes, and take a paused account up again."""
        self.ensure_one()
        self._check_administrator()
        attributes = Authentication(self.sudo()).run()
        found = self.env._("Attributes found: %s.", len(attributes))
        next_step, links = self._next_step()
        return notification(
            self.env._("Connected to %s", Connection(self).base_url()),
            f"{found} {next_step}",
            links=links,
        )

    def action_fetch_attributes(self):
        """Fetch the attributes as they now are in User.com."""
        self.ensure_one()
        self._check_manager()
        attributes = Authentication(self.sudo()).fetch_attributes()
        title = self._titled(self.env._("Attributes found: %s", len(attributes)))
        if broken := self.mapping_ids.filtered("is_broken"):
            message = self.env._("Mappings that need attention: %s.", len(broken))
            return notification(title, message, kind="warning")
        return notification(title)

    def action_fetch_tags(self):
        """Fetch the tags, and what else is paired, as they now are in User.com."""
        self.ensure_one()
        self._check_manager()
        kinds = dict(self.env["usercom.label"]._fields["kind"]._description_selection(self.env))
        counts = Authentication(self.sudo()).fetch_labels()
        found = ", ".join(f"{kinds[kind]}: {count}" for kind, count in counts.items())
        title = self._titled(self.env._("Found in User.com: %s", found))
        if gone := AccountStatus(self).gone_labels:
            message = self.env._("Tags and lists deleted in User.com: %s.", gone)
            return notification(title, message, kind="warning")
        return notification(title)

    def action_open_gone_pairs(self):
        """Open the pairs of tags, or else of lists, that User.com has no more."""
        self.check_access("read")
        self.ensure_one()._check_manager()
        kinds = [pairs for pairs in self._memberships() if any(pairs.mapped("is_gone"))]
        pairs = (kinds or self._memberships())[0]
        action = self.env["ir.actions.act_window"]._for_xml_id(pairs._action)
        return action | {
            "context": {"search_default_gone": 1, "search_default_backend_id": self.id}
        }

    def action_fetch_segments(self):
        """Fetch the segments as they now are in User.com."""
        self.ensure_one()
        self._check_manager()
        count = Authentication(self.sudo()).fetch_segments()
        return notification(self._titled(self.env._("Segments found: %s", count)))

    def action_run(self):
        self._check_administrator()
        for backend in self:
            if backend.state == "draft":
                raise UserError(self.env._("Authenticate first: the connection is not proven yet."))
            Connection(backend).check_may_send()
        self.sudo().write({"state": "running", "pause_reason": False, "is_key_refused": False})
        request_drain(self)
        next_step, links = self[:1]._next_step()
        return notification(self.env._("User.com is running"), next_step, links=links)

    def action_pause(self):
        self._check_administrator()
        self.filtered(lambda backend: backend.state == "running").sudo().state = "paused"

    def _check_administrator(self):
        self.check_access("write")

    def _check_manager(self):
        """Whoever may change the mappings of an account may ask User.com about them."""
        self.check_access("read")
        self.env["usercom.field.mapping"].check_access("create")

    # ---- pausing ----

    def _pause_for(self, error):
        """Stop because User.com does not serve this account: ``error`` is a CredentialsError."""
        if isinstance(error, REFUSALS):
            self.is_key_refused = True
        self._pause(explain(self.env, error))

    def _pause(self, reason):
        """Stop until an administrator acts; the queues wait. One that never ran is a draft."""
        if self.state == "authenticated":
            self.state = "draft"
        if self.state in ("draft", "paused"):
            return
        self.write({"state": "paused", "pause_reason": reason})
        Alerts(self).begin("paused", reason)
