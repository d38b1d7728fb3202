from odoo import api, fields, models
from odoo.tools.sql import add_index, make_index_name

from ...services.account.account_status import AccountStatus
from ...services.account.connection import Connection
from ...services.contacts.employees import Employees
from ..contact.res_partner import KEY_INDEX

KEY_FIELD = "x_usercom_key"
SHOWN_CHARACTERS = 4
# Where each step of the set-up is done on this page, or the button that leads there.
BUTTONS = {
    "connect": ("anchor", "usercom_credentials"),
    "contacts": ("anchor", "usercom_partner_domain"),
    "fields": ("object", "action_usercom_mappings"),
    "webhook": ("object", "action_usercom_webhook"),
    "sync": ("object", "action_usercom_sync"),
    "run": ("object", "action_usercom_run"),
}


def account_options(name):
    """The choices of the account's selection field ``name``, in the reader's language."""

    def options(self):
        return self.env["usercom.backend"]._fields[name]._description_selection(self.env)

    return options


class ResConfigSettings(models.TransientModel):
    """Settings → User.com: the current company's account, with the prefix ``usercom_``."""

    _inherit = "res.config.settings"

    usercom_state = fields.Selection(account_options("state"), compute="_compute_usercom_account")
    usercom_pause_reason = fields.Text(compute="_compute_usercom_account")
    usercom_account = fields.Char(compute="_compute_usercom_account")
    usercom_subdomain = fields.Char("System Name")
    usercom_api_key = fields.Char(
        "API Key",
        store=False,
        compute="_compute_usercom_api_key",
        inverse="_inverse_usercom_api_key",
    )
    usercom_api_key_hint = fields.Char(compute="_compute_usercom_account")
    usercom_is_key_verified = fields.Boolean(compute="_compute_usercom_account")
    usercom_setup = fields.Json("Set-Up", compute="_compute_usercom_account")
    usercom_owner = fields.Char(compute="_compute_usercom_account")
    usercom_key_field_id = fields.Many2one(
        "ir.model.fields", "Customer Key Field", domain=lambda self: self._usercom_key_fields()
    )
    usercom_partner_domain = fields.Char("Contacts to Sync")
    usercom_partner_count = fields.Integer(compute="_compute_usercom_partner_count")
    usercom_employee_count = fields.Integer(compute="_compute_usercom_partner_count")
    usercom_left_out_count = fields.Integer(compute="_compute_usercom_partner_count")
    usercom_new_user_policy = fields.Selection(
        account_options("new_user_policy"), "New People in User.com"
    )
    usercom_custom_id_policy = fields.Selection(
        account_options("custom_id_policy"), "Custom ID in User.com"
    )
    usercom_give_custom_ids = fields.Boolean("Give It to Matched Users Too")
    usercom_custom_id_hint = fields.Char(compute="_compute_usercom_account")
    usercom_sync_companies = fields.Boolean("Synchronize Companies")
    usercom_company_id_field_id = fields.Many2one(
        "ir.model.fields",
        "Custom ID of Companies",
        domain=lambda self: self.env["usercom.backend"]._fields["company_id_field_id"].domain,
    )
    usercom_company_removal_policy = fields.Selection(
        account_options("company_removal_policy"), "Companies Archived or Deleted"
    )
    usercom_company_count = fields.Integer(compute="_compute_usercom_account")
    usercom_broken_company_count = fields.Integer(compute="_compute_usercom_account")
    usercom_removal_policy = fields.Selection(
        account_options("removal_policy"), "Contacts Archived, Deleted or No Longer Synced"
    )
    usercom_all_tags = fields.Boolean("All Tags")
    usercom_tag_prefix = fields.Char("Begin With")
    usercom_match_phone = fields.Boolean("Match by Phone Number Too")
    usercom_use_webhook_values = fields.Boolean("Use the Values of the Webhook")
    usercom_rate_limit = fields.Float("Calls per Second")
    usercom_event_lost_answer = fields.Selection(
        account_options("event_lost_answer"), "Events Without an Answer"
    )
    usercom_log_days = fields.Integer("Keep Finished Entries for Days")
    usercom_history_days = fields.Integer("Keep Field History for Days")
    usercom_failure_alert_share = fields.Float("Alert From This Share of Failures (%)")
    usercom_webhook_rate_limit = fields.Integer("Most Calls per Minute")
    usercom_payload_hours = fields.Integer("Keep Payloads for Hours")
    usercom_waiting_days = fields.Integer("Forget Waiting Calls After Days")
    usercom_webhook_alert_hours = fields.Integer("Alert After Hours Without a Call")
    usercom_brake_share = fields.Float("Ask From This Share of Contacts (%)")
    usercom_is_braked = fields.Boolean(compute="_compute_usercom_account")
    usercom_email_consent_id = fields.Many2one(
        "usercom.field.mapping",
        "E-mail Consent",
        domain="[('is_consent', '=', True), ('backend_id.company_id', '=', company_id)]",
    )
    usercom_unsubscribe_policy = fields.Selection(
        account_options("unsubscribe_policy"), "Write to User.com"
    )
    usercom_mapping_count = fields.Integer(compute="_compute_usercom_account")
    usercom_broken_count = fields.Integer(compute="_compute_usercom_account")
    usercom_is_unpaired = fields.Boolean(compute="_compute_usercom_account")

    @api.model
    def _usercom_key_fields(self):
        return self.env["usercom.backend"]._fields["key_field_id"].domain

    @api.model
    def _usercom_entered(self):
        """The account's fields that are entered here, those of other addons included."""
        names = [
            name.removeprefix("usercom_")
            for name, field in self._fields.items()
            if name.startswith("usercom_") and not field.compute
        ]
        return [name for name in names if name in self.env["usercom.backend"]._fields]

    # ---- showing ----

    @api.model
    def get_values(self):
        Backend = self.env["usercom.backend"]
        backend = Backend._of_company()
        shown = backend or Backend.new({})
        return super().get_values() | {
            f"usercom_{name}": shown._fields[name].convert_to_write(shown[name], shown)
            for name in self._usercom_entered()
        }

    @api.depends_context("company")
    def _compute_usercom_account(self):
        for settings in self:
            backend = settings._usercom_backend()
            settings.usercom_state = backend.state or "draft"
            settings.usercom_pause_reason = backend.pause_reason
            settings.usercom_is_braked = backend.is_braked
            settings.usercom_custom_id_hint = backend._custom_id_hint()
            status = AccountStatus(backend)
            settings.usercom_account = status.is_key_verified and self._usercom_describe(backend)
            settings.usercom_is_key_verified = status.is_key_verified
            settings.usercom_api_key_hint = settings._usercom_hint(status, backend.api_key or "")
            settings.usercom_setup = backend._setup_list(BUTTONS)
            settings.usercom_owner = settings._usercom_whose(backend)
            settings.usercom_mapping_count = len(backend.mapping_ids)
            settings.usercom_is_unpaired = bool(backend) and not status.paired_fields
            settings.usercom_company_count = backend._company_count()
            broken = backend.company_mapping_ids.filtered("is_broken")
            settings.usercom_broken_company_count = len(broken)
            settings.usercom_broken_count = len(backend.mapping_ids.filtered("is_broken"))

    def _usercom_describe(self, backend):
        return self.env._(
            "Connected to %(url)s. Attributes found: %(count)s.",
            url=Connection(backend).base_url(),
            count=len(backend.attribute_ids),
        )

    def _usercom_whose(self, backend):
        """The company whose settings these are, and its account."""
        company = self.env.company.display_name
        if not backend.subdomain:
            return self.env._("Company: %s. No account yet.", company)
        return self.env._(
            "Company: %(company)s. Account: %(account)s.",
            company=company,
            account=backend.subdomain,
        )

    def _usercom_hint(self, status, key):
        """How the key ends; nothing of one so short that its end would give it away."""
        end = key[-SHOWN_CHARACTERS:] if len(key) >= 4 * SHOWN_CHARACTERS else ""
        if not key:
            return False
        if status.is_key_verified:
            return self.env._("Configured, ends in …%s.", end)
        if status.is_key_refused:
            return self.env._("User.com refused the key that ends in …%s. Enter another one.", end)
        return self.env._("Not verified yet: the key that ends in …%s.", end)

    def _compute_usercom_api_key(self):
        self.usercom_api_key = False  # what is stored never goes back to the browser

    def _inverse_usercom_api_key(self):
        """Keep what was typed, whether or not the button that was pressed succeeds."""
        for settings in self.filtered("usercom_api_key"):
            account = settings._usercom_account()
            system = settings.usercom_subdomain or account.subdomain
            account.write({"subdomain": system, "api_key": settings.usercom_api_key.strip()})
        self.invalidate_recordset(["usercom_api_key"])

    @api.depends_context("company")
    @api.depends("usercom_partner_domain")
    def _compute_usercom_partner_count(self):
        for settings in self:
            settings.usercom_partner_count = self.env["usercom.backend"]._count_partners(
                settings.usercom_partner_domain, self.env.company
            )
            settings.usercom_employee_count, settings.usercom_left_out_count = self.env[
                "usercom.backend"
            ]._count_employees(settings.usercom_partner_domain, self.env.company)

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
        new = {name: self[f"usercom_{name}"] for name in self._usercom_entered()}
        changed = {name: value for name, value in new.items() if value != backend[name]}
        backend.write(self.env["usercom.backend"]._convert_to_write(changed))
        self.usercom_subdomain = backend.subdomain

    def _usercom_backend(self):
        """The current company's account, whatever company the form is told to be of."""
        return self.env["usercom.backend"]._of_company()

    def _usercom_account(self):
        """The company's account, created with the first thing that is known of it."""
        return self._usercom_backend() or self.env["usercom.backend"].create(
            {"company_id": self.env.company.id}
        )

    # ---- buttons ----

    def action_usercom_authenticate(self):
        self._usercom_save()
        return self._usercom_account().action_authenticate()

    def action_usercom_run(self):
        self._usercom_save()
        return self._usercom_account().action_run()

    def action_usercom_pause(self):
        self._usercom_save()
        self._usercom_account().action_pause()
        return self._usercom_reload()

    def action_usercom_let_through(self):
        self._usercom_save()
        self._usercom_account().action_let_through()
        return self._usercom_reload()

    def action_usercom_leave_out_employees(self):
        self._usercom_save()
        Employees(self._usercom_account()).leave_out()
        return self._usercom_reload()

    def action_usercom_create_key_field(self):
        """Keep the User.com id in a custom field of contacts, made for it."""
        self.usercom_key_field_id = (
            self.env["ir.model.fields"]._get("res.partner", KEY_FIELD)
            or self._usercom_made_key_field()
        )
        self._usercom_save()
        return self._usercom_reload()

    def _usercom_made_key_field(self):
        made = self.env["ir.model.fields"].create(
            {
                "name": KEY_FIELD,
                "field_description": self.env._("User.com ID (custom)"),
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": "char",
                "copied": False,
                "company_dependent": True,  # each account has ids of its own
            }
        )
        index = make_index_name("res_partner", KEY_FIELD)
        add_index(self.env.cr, index, "res_partner", KEY_INDEX % KEY_FIELD, unique=False)
        return made

    def action_usercom_mappings(self):
        self._usercom_save()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector.usercom_field_mapping_action"
        )

    def action_usercom_company_mappings(self):
        self._usercom_save()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector.usercom_company_mapping_action"
        )

    def action_usercom_webhook(self):
        self._usercom_save()
        return self._usercom_account().action_open_webhook()

    def action_usercom_sync(self):
        self._usercom_save()
        return self.env["usercom.sync"].action_open()

    def _usercom_reload(self):
        return {"type": "ir.actions.client", "tag": "soft_reload"}
