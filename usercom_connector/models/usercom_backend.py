import re
import secrets
from ast import literal_eval
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import consteq

from ..usercom import Client, Throttle, UsercomError
from .usercom_errors import explain

DEFAULT_URL = "https://{subdomain}.user.com"
SYSTEM_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class UsercomBackend(models.Model):
    """One account of User.com, connected to one company."""

    _name = "usercom.backend"
    _description = "User.com Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _rec_name = "subdomain"

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    subdomain = fields.Char("System Name", copy=False)
    api_key = fields.Char("API Key", groups="base.group_system", copy=False, prefetch=False)
    state = fields.Selection(
        [
            ("draft", "Not connected"),
            ("authenticated", "Authenticated"),
            ("running", "Running"),
            ("paused", "Paused"),
        ],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    pause_reason = fields.Text(copy=False)
    key_field_id = fields.Many2one(
        "ir.model.fields",
        "Customer Key Field",
        ondelete="set null",
        domain=[
            ("model", "=", "res.partner"),
            ("ttype", "=", "char"),
            ("store", "=", True),
            ("readonly", "=", False),
        ],
        default=lambda self: self.env["ir.model.fields"]._get("res.partner", "usercom_key"),
        help="The text field of contacts that keeps the User.com id.",
    )
    webhook_token = fields.Char(
        groups="base.group_system",
        copy=False,
        prefetch=False,
        default=lambda self: secrets.token_urlsafe(32),
    )
    partner_domain = fields.Char(
        "Contacts That Take Part",
        required=True,
        default="[('is_company', '=', False), ('type', '=', 'contact')]",
    )
    new_user_policy = fields.Selection(
        [
            ("create", "Create a contact"),
            ("lead", "Create a contact and a lead"),
            ("link", "Only link to a contact that is there already"),
            ("ignore", "Ignore"),
        ],
        "New People in User.com",
        required=True,
        default="create",
    )
    custom_id_policy = fields.Selection(
        [
            ("none", "None"),
            ("database_id", "Odoo's database id"),
            ("email", "E-mail address"),
            ("sha256", "SHA-256 of the e-mail address"),
        ],
        "Custom ID in User.com",
        required=True,
        default="none",
    )
    removal_policy = fields.Selection(
        [
            ("keep", "Keep the user as it is"),
            ("unsubscribe", "Unsubscribe the user"),
            ("delete", "Delete the user"),
        ],
        "Contacts Archived, Deleted or No Longer Taking Part",
        required=True,
        default="keep",
    )
    use_webhook_values = fields.Boolean(
        "Use the Values of the Webhook",
        help="Spares one call per event. User.com must send the user block, which is believed.",
    )
    log_days = fields.Integer("Keep Finished Rows for Days", required=True, default=30)
    match_phone = fields.Boolean("Match by Phone Number Too")
    rate_limit = fields.Float("Calls per Second", required=True, default=10.0, aggregator=False)
    mapping_ids = fields.One2many("usercom.field.mapping", "backend_id", "Field Mappings")
    attribute_ids = fields.One2many("usercom.attribute", "backend_id", "User.com Attributes")
    cron_id = fields.Many2one("ir.cron", readonly=True, copy=False, ondelete="restrict")
    database_uuid = fields.Char(readonly=True, copy=False)

    _company_uniq = models.Constraint(
        "unique (company_id)", "A company has at most one User.com account."
    )
    _rate_positive = models.Constraint(
        "CHECK (rate_limit > 0)", "The number of calls per second must be above 0."
    )

    @api.constrains("subdomain")
    def _check_subdomain(self):
        for backend in self.filtered("subdomain"):
            if not SYSTEM_NAME.fullmatch(backend.subdomain):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a system name. It is the first part of your User.com "
                        "address, such as “acme” in acme.user.com.",
                        backend.subdomain,
                    )
                )

    @api.constrains("key_field_id")
    def _check_key_field(self):
        for backend in self:
            field = self.env["res.partner"]._fields.get(backend._key_field())
            if not field or field.type != "char" or not field.store or field.readonly:
                raise ValidationError(
                    self.env._(
                        "“%s” cannot keep the User.com id: choose a stored, writable text field "
                        "of contacts.",
                        backend.key_field_id.display_name,
                    )
                )

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for backend in self:
            try:
                self.env["res.partner"].search(backend._partner_domain(), limit=1)
            except (ValueError, SyntaxError, KeyError, TypeError) as error:
                raise ValidationError(
                    self.env._("The filter of contacts cannot be used: %s", error)
                ) from error

    # ---- life ----

    @api.model
    def _system_name(self, text):
        """The system name in what people paste: ``acme``, ``acme.user.com``, a whole address."""
        text = (text or "").strip().lower()
        host = urlsplit(text if "//" in text else f"//{text}").hostname or text
        return host.removesuffix(".user.com")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._normalize(vals)
        backends = super().create(vals_list)
        for backend in backends:
            backend.cron_id = backend.sudo()._create_cron()
        self.env.registry.clear_cache()
        return backends

    def write(self, vals):
        self._normalize(vals)
        result = super().write(vals)
        self.env.registry.clear_cache()  # afterwards: every write reads the cache, this one too
        return result

    def _normalize(self, vals):
        if vals.get("subdomain"):
            vals["subdomain"] = self._system_name(vals["subdomain"])

    def unlink(self):
        crons = self.cron_id
        result = super().unlink()
        self.env.registry.clear_cache()
        crons.sudo().unlink()
        return result

    def _create_cron(self):
        """The job that drains this account: Odoo runs one job once at a time, on any worker."""
        return self.env["ir.cron"].create(
            {
                "name": f"User.com: {self.company_id.name}",
                "model_id": self.env["ir.model"]._get_id(self._name),
                "state": "code",
                "code": f"model.browse({self.id})._drain()",
                "interval_number": 1,
                "interval_type": "minutes",
                "user_id": self.env.ref("base.user_root").id,
            }
        )

    @api.model
    def _of_company(self, company=None):
        """The account of ``company``, by default the current one; empty if it has none."""
        company = company or self.env.company
        return self.search([("company_id", "=", company.id)], limit=1)

    # ---- connection ----

    def _client(self):
        """A ``usercom.Client`` of this account; close it after use."""
        self.ensure_one()
        account = self.sudo()
        if not account.subdomain or not account.api_key:
            raise UserError(self.env._("Enter the system name and the API key first."))
        return Client(account._base_url(), account.api_key, throttle=Throttle(account.rate_limit))

    def _base_url(self):
        template = self.env["ir.config_parameter"].sudo().get_param("usercom_connector.api_url")
        return (template or DEFAULT_URL).replace("{subdomain}", self.subdomain)

    def action_authenticate(self):
        """Try the key, fetch the attributes, and take a paused account up again."""
        self.ensure_one()
        self._check_administrator()
        try:
            with self._client() as client:
                client.probe()
                attributes = client.attributes()
        except UsercomError as error:
            raise UserError(explain(self.env, error)) from error
        self._authenticated(attributes)
        return self._notify(
            self.env._("Connected to %s.", self._base_url()),
            self.env._("%s attributes found.", len(attributes)),
        )

    def _authenticated(self, attributes):
        is_new = self.state == "draft"
        state = {"draft": "authenticated", "paused": "running"}.get(self.state, self.state)
        self.write({"state": state, "pause_reason": False, "database_uuid": self._database_uuid()})
        self.env["usercom.attribute"].sudo()._store(self, attributes)
        if is_new:
            self._pair_unsubscribed()
        self._wake()

    def action_fetch_attributes(self):
        """Fetch the attributes as they now are in User.com."""
        self.ensure_one()
        try:
            with self._client() as client:
                attributes = client.attributes()
        except UsercomError as error:
            raise UserError(explain(self.env, error)) from error
        self.env["usercom.attribute"].sudo()._store(self, attributes)
        return self._notify(self.env._("%s attributes found.", len(attributes)))

    def action_run(self):
        self._check_administrator()
        for backend in self:
            if backend.state == "draft":
                raise UserError(self.env._("Authenticate first: the connection is not proven yet."))
        self.write({"state": "running", "pause_reason": False})
        self._wake()

    def action_pause(self):
        self._check_administrator()
        self.filtered(lambda backend: backend.state == "running").state = "paused"

    def action_rotate_webhook_token(self):
        self._check_administrator()
        for backend in self:
            backend.webhook_token = secrets.token_urlsafe(32)

    def _check_administrator(self):
        self.check_access("write")

    def _pause(self, reason):
        """Stop until an administrator acts; the queues wait."""
        if self.state == "paused":
            return
        self.write({"state": "paused", "pause_reason": reason})
        for user in self.env.ref("usercom_connector.group_usercom_manager").user_ids:
            if self.company_id in user.company_ids:
                self.activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=self.env._("User.com is paused"),
                    note=reason,
                    user_id=user.id,
                )

    def _database_uuid(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")

    def _refusal_to_send(self):
        """Why this database must not talk to User.com, or nothing: a copy is no business of it."""
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return self.env._("This database is neutralized; it does not talk to User.com.")
        if self.database_uuid != self._database_uuid():
            return self.env._(
                "This database is a copy of the one that was connected. "
                "Authenticate again if it shall talk to User.com."
            )
        return None

    def _notify(self, title, message=""):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ---- webhook ----

    @api.model
    def _by_webhook_token(self, token):
        """The account whose token this is, empty if none; equally slow for every answer."""
        found = self.browse()
        known = [("webhook_token", "!=", False)]
        for backend in self.search_fetch(known, ["webhook_token", "state"]):
            if consteq(backend.webhook_token.encode(), (token or "").encode()):
                found = backend
        return found

    # ---- contacts ----

    def _key_field(self):
        return self.key_field_id.sudo().name or "usercom_key"

    def _partner_domain(self):
        """The contacts that take part: as chosen, and of this company or of none."""
        chosen = Domain(literal_eval(self.partner_domain or "[]"))
        return chosen & self._partners_of_company()

    def _partners_of_company(self):
        return Domain("company_id", "in", [False, self.company_id.id])

    @api.model
    def _count_partners(self, text, company):
        """How many contacts the domain ``text`` lets take part for ``company``."""
        return self.new({"partner_domain": text, "company_id": company.id})._partner_count()

    def _partner_count(self):
        return self.env["res.partner"].search_count(self._partner_domain())

    def _partners(self):
        """The model of contacts as this account sees them."""
        return self.env["res.partner"].sudo().with_company(self.company_id)

    def _taking_part(self, partners):
        return self._partners().search(Domain("id", "in", partners.ids) & self._partner_domain())
