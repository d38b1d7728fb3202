from odoo import api, fields, models

SHARED = (
    "subdomain",
    "key_field_id",
    "partner_domain",
    "new_user_policy",
    "match_phone",
    "rate_limit",
    "email_consent_id",
    "unsubscribe_policy",
    "opt_out_lists",
)


class ResConfigSettings(models.TransientModel):
    """Settings → User.com: the current company's account, with the prefix ``usercom_``."""

    _inherit = "res.config.settings"

    usercom_state = fields.Selection(
        selection=lambda self: self.env["usercom.backend"]._fields["state"].selection,
        compute="_compute_usercom_account",
    )
    usercom_pause_reason = fields.Text(compute="_compute_usercom_account")
    usercom_subdomain = fields.Char("System Name")
    usercom_api_key = fields.Char(
        "API Key",
        store=False,
        compute="_compute_usercom_api_key",
        inverse="_inverse_usercom_api_key",
    )
    usercom_api_key_hint = fields.Char(compute="_compute_usercom_account")
    usercom_key_field_id = fields.Many2one(
        "ir.model.fields", "Customer Key Field", domain=lambda self: self._usercom_key_fields()
    )
    usercom_partner_domain = fields.Char("Contacts That Take Part")
    usercom_partner_count = fields.Integer(compute="_compute_usercom_partner_count")
    usercom_new_user_policy = fields.Selection(
        selection=lambda self: self.env["usercom.backend"]._fields["new_user_policy"].selection,
        string="New People in User.com",
    )
    usercom_match_phone = fields.Boolean("Match by Phone Number Too")
    usercom_rate_limit = fields.Float("Calls per Second")

    @api.model
    def _usercom_key_fields(self):
        return self.env["usercom.backend"]._fields["key_field_id"].domain

    # ---- showing ----

    @api.model
    def get_values(self):
        Backend = self.env["usercom.backend"]
        backend = Backend._of_company()
        shown = backend or Backend.new({})
        return super().get_values() | {
            f"usercom_{name}": shown._fields[name].convert_to_write(shown[name], shown)
            for name in SHARED
        }

    @api.depends("company_id")
    def _compute_usercom_account(self):
        for settings in self:
            backend = settings._usercom_backend()
            key = backend.api_key or ""
            settings.usercom_state = backend.state or "draft"
            settings.usercom_pause_reason = backend.pause_reason
            settings.usercom_api_key_hint = key and self.env._("Configured, ends in …%s", key[-4:])

    def _compute_usercom_api_key(self):
        self.usercom_api_key = False  # what is stored never goes back to the browser

    def _inverse_usercom_api_key(self):
        for settings in self.filtered("usercom_api_key"):
            settings._usercom_account().api_key = settings.usercom_api_key.strip()

    @api.depends("usercom_partner_domain", "company_id")
    def _compute_usercom_partner_count(self):
        for settings in self:
            settings.usercom_partner_count = self.env["usercom.backend"]._count_partners(
                settings.usercom_partner_domain, settings.company_id
            )

    # ---- saving ----

    def set_values(self):
        result = super().set_values()
        self._usercom_save()
        return result

    def _usercom_save(self):
        """Write to the account what differs; an untouched page writes nothing."""
        backend = self._usercom_backend()
        if not backend and not self.usercom_subdomain:
            return
        backend = self._usercom_account()
        new = {name: self[f"usercom_{name}"] for name in SHARED}
        changed = {name: value for name, value in new.items() if value != backend[name]}
        backend.write(self.env["usercom.backend"]._convert_to_write(changed))

    def _usercom_backend(self):
        return self.env["usercom.backend"]._of_company(self.company_id)

    def _usercom_account(self):
        """The company's account, created with the first thing that is known of it."""
        return self._usercom_backend() or self.env["usercom.backend"].create(
            {"company_id": self.company_id.id}
        )

    # ---- buttons ----

    def action_usercom_authenticate(self):
        self._usercom_save()
        return self._usercom_account().action_authenticate()

    def action_usercom_run(self):
        self._usercom_save()
        self._usercom_account().action_run()
        return self._usercom_reload()

    def action_usercom_pause(self):
        self._usercom_account().action_pause()
        return self._usercom_reload()

    def _usercom_reload(self):
        return {"type": "ir.actions.client", "tag": "reload"}
