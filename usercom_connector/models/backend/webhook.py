import json
import secrets
from datetime import datetime, timedelta

from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import consteq

from ...services.account.webhook_test import Finding, WebhookTest, sentence

PATH = "/usercom/webhook"
MOST_GRACE = 720
FINDING_ICONS = {
    "success": "fa-check-circle text-success",
    "warning": "fa-exclamation-triangle text-warning",
    "danger": "fa-times-circle text-danger",
}
TOKEN_FIELDS = ["webhook_token", "webhook_previous_token", "webhook_previous_until"]
ACCOUNT_FIELDS = [*TOKEN_FIELDS, "state", "webhook_rate_limit"]


class UsercomBackendWebhook(models.AbstractModel):
    """How User.com tells us what happened there: the webhook as its administrator sees it."""

    _name = "usercom.backend.webhook"
    _description = "User.com Account: Webhook"

    webhook_token = fields.Char(
        groups="base.group_system",
        readonly=True,
        copy=False,
        prefetch=False,
        default=lambda self: secrets.token_urlsafe(32),
    )
    webhook_previous_token = fields.Char(
        groups="base.group_system", readonly=True, copy=False, prefetch=False
    )
    webhook_previous_until = fields.Datetime("Old Token Valid Until", copy=False, readonly=True)
    webhook_grace_hours = fields.Integer(
        "Hours the Old Token Stays Valid", required=True, default=24
    )
    webhook_url = fields.Char("Webhook URL", compute="_compute_webhook_url")
    webhook_extra = fields.Text("Extra Data", compute="_compute_webhook_extra")
    webhook_rate_limit = fields.Integer(
        "Most Calls per Minute",
        required=True,
        default=6000,
        aggregator=False,
        help="User.com is asked to wait when more come; 0: no bound. Each process of Odoo counts "
        "for itself.",
    )
    payload_hours = fields.Integer(
        "Keep Payloads for Hours",
        required=True,
        default=24,
        aggregator=False,
        help="The content of finished calls is then deleted by the daily cleanup.",
    )
    waiting_days = fields.Integer(
        "Forget Waiting Calls After Days",
        required=True,
        default=30,
        aggregator=False,
        help="The check for changes finds what they told of; 0: never. Managers see those that "
        "have waited for half as long.",
    )
    webhook_last_call = fields.Datetime("Last Call Received", compute="_compute_webhook_last_call")
    webhook_called_at = fields.Datetime(
        copy=False, readonly=True, help="The last call, which may be in the log no more."
    )
    webhook_tested_at = fields.Datetime("Last Test", copy=False, readonly=True)
    webhook_findings = fields.Json(copy=False, readonly=True, help="What the self-test found.")
    webhook_test_result = fields.Html(
        "Self-Test", compute="_compute_webhook_test_result", sanitize=False
    )

    @api.constrains("webhook_rate_limit", "payload_hours", "waiting_days")
    def _check_rate(self):
        if any(min(b.webhook_rate_limit, b.payload_hours, b.waiting_days) < 0 for b in self):
            raise ValidationError(
                self.env._("Calls per minute, hours and days must not be below 0.")
            )

    @api.constrains("webhook_grace_hours")
    def _check_grace(self):
        if any(not 0 <= backend.webhook_grace_hours <= MOST_GRACE for backend in self):
            raise ValidationError(
                self.env._("An old webhook token can stay valid for 0 to %s hours.", MOST_GRACE)
            )

    # ---- what to paste ----

    def _compute_webhook_url(self):
        for backend in self:
            backend.webhook_url = backend.get_base_url().rstrip("/") + PATH

    @api.depends("mapping_ids.attribute_id.name_std", "mapping_ids.direction")
    def _compute_webhook_extra(self):
        for backend in self:
            received = backend.mapping_ids.filtered(lambda mapping: mapping.direction != "export")
            names = dict.fromkeys(["id", "email", *(mapping._key() for mapping in received)])
            extra = {name: f"{{{{ {name} }}}}" for name in names}
            backend.webhook_extra = json.dumps(extra, indent=2, ensure_ascii=False)

    @api.depends("webhook_called_at")
    def _compute_webhook_last_call(self):
        for backend in self:
            row = (
                self.env["usercom.inbox"]
                .sudo()
                .search(
                    [("backend_id", "=", backend.id), ("payload", "!=", False)],
                    order="id desc",
                    limit=1,
                )
            )
            backend.webhook_last_call = row.create_date or backend.webhook_called_at

    def action_open_webhook(self):
        """The webhook page of this account, by default the current company's."""
        backend = self or self._of_company()
        backend.check_access("read")
        if not backend:
            raise UserError(
                self.env._("Connect User.com first: Settings → User.com → Authenticate.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("User.com Webhook"),
            "res_model": self._name,
            "res_id": backend.id,
            "views": [
                (self.env.ref("usercom_connector.usercom_backend_view_form_webhook").id, "form")
            ],
        }

    # ---- token ----

    def action_rotate_webhook_token(self):
        """Make a new token; the old one stays valid for the grace time."""
        self._check_administrator()
        for backend in self.sudo():
            until = fields.Datetime.now() + timedelta(hours=backend.webhook_grace_hours)
            backend.write(
                {
                    "webhook_previous_token": backend.webhook_token,
                    "webhook_previous_until": until,
                    "webhook_token": secrets.token_urlsafe(32),
                }
            )

    @api.model
    def _by_webhook_token(self, token):
        """The account whose token this is, empty if none; equally slow for every answer."""
        return self.browse(self._webhook_account(token)[0])

    @api.model
    def _webhook_account(self, token):
        """``(id, state, most calls per minute)`` of whose token this is; None each if nobody's."""
        found, given, now = (None, None, None), (token or "").encode(), fields.Datetime.now()
        for known, until, *account in self._webhook_tokens(now.replace(second=0)):
            if consteq(known, given) and until > now:
                found = account
        return found

    @api.model
    @tools.ormcache("minute")
    def _webhook_tokens(self, minute):
        """``[(token, valid until, *_webhook_account)]``; kept, since User.com waits.

        A change is seen at once. A call that came before its commit may cache the former tokens,
        but no longer than for the ``minute``.
        """
        tokens = []
        for backend in self.sudo().search_fetch([], ACCOUNT_FIELDS):
            previous, until = backend.webhook_previous_token, backend.webhook_previous_until
            known = [(backend.webhook_token, datetime.max), (previous, until or datetime.min)]
            account = (backend.id, backend.state, backend.webhook_rate_limit)
            tokens += [(token.encode(), until, *account) for token, until in known if token]
        return tokens

    # ---- self-test ----

    def action_test_webhook(self):
        """Call the webhook as User.com would and say what such a call meets."""
        self.ensure_one()
        self._check_administrator()
        self.sudo().write(
            {
                "webhook_tested_at": fields.Datetime.now(),
                "webhook_findings": [vars(finding) for finding in WebhookTest(self).findings()],
            }
        )

    @api.depends("webhook_findings")
    @api.depends_context("lang")
    def _compute_webhook_test_result(self):
        for backend in self:
            findings = [Finding(**finding) for finding in backend.webhook_findings or []]
            backend.webhook_test_result = Markup().join(map(self._finding_line, findings))

    def _finding_line(self, finding):
        icon, title = FINDING_ICONS[finding.level], _level(self.env, finding.level)
        return Markup(
            '<div class="d-flex gap-2 mb-1" data-level="%s">'
            '<i class="fa fa-fw flex-shrink-0 mt-1 %s" role="img" title="%s" aria-label="%s"></i>'
            "<span>%s</span></div>"
        ) % (finding.level, icon, title, title, sentence(self.env, finding))


def _level(env, level):
    return {"success": env._("In order"), "warning": env._("Check"), "danger": env._("Problem")}[
        level
    ]
