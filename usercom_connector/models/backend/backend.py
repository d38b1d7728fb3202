from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...services.account.alerts import Alerts
from ...services.account.authentication import require_reauthentication, with_other_credentials
from ...services.contacts.employees import DEFAULT
from ...services.database.transactions import forget_caches
from ...services.drain import Drain
from ...services.mapping.all_groups import AllGroups
from ...services.mapping.paths import BAD_DOMAIN
from ...usercom.records import USERS

MOST_DAYS = 3650
# What a contact is found and named by: an id written there would destroy it.
NO_KEY_FIELDS = ["name", "email", "phone"]


class UsercomBackend(models.Model):
    """One account of User.com, connected to one company."""

    _name = "usercom.backend"
    _description = "User.com Account"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "usercom.guarded",
        "usercom.backend.connection",
        "usercom.backend.setup",
        "usercom.backend.contact",
        "usercom.backend.company",
        "usercom.backend.alert",
        "usercom.backend.dashboard",
        "usercom.backend.webhook",
        "usercom.backend.hooks",
        "usercom.backend.brake",
    ]
    _rec_name = "subdomain"
    _fixed_fields = ("company_id",)
    _is_made_by_people = True

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
        readonly=True,
        copy=False,
        tracking=True,
    )
    pause_reason = fields.Text(readonly=True, copy=False)
    key_field_id = fields.Many2one(
        "ir.model.fields",
        "Customer Key Field",
        ondelete="set null",
        domain=[
            ("model", "=", "res.partner"),
            ("ttype", "=", "char"),
            ("store", "=", True),
            ("readonly", "=", False),
            ("compute", "=", False),
            ("related", "=", False),
            ("name", "not in", NO_KEY_FIELDS),
        ],
        default=lambda self: self.env["ir.model.fields"]._get("res.partner", "usercom_key"),
        help="The text field of contacts that keeps the User.com id.",
    )
    partner_domain = fields.Char(
        "Contacts to Sync",
        required=True,
        default=DEFAULT,
    )
    new_user_policy = fields.Selection(
        [
            ("create", "Create a contact"),
            ("link", "Only link to an existing contact"),
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
        "Contacts Archived, Deleted or No Longer Synced",
        required=True,
        default="keep",
    )
    use_webhook_values = fields.Boolean(
        "Use the Values of the Webhook",
        help="Saves one API call per event. User.com must send the user block, and its values are "
        "trusted without a check.",
    )
    event_lost_answer = fields.Selection(
        [
            ("repeat", "Send the event again"),
            ("fail", "Do not send it again"),
        ],
        "Events Without an Answer",
        required=True,
        default="repeat",
        help="Where an answer is lost, User.com may have the event. Sent again, it may be there "
        "twice. Not sent again, it fails for somebody to look at, and may be missing there.",
    )
    log_days = fields.Integer("Keep Finished Entries for Days", required=True, default=30)
    history_days = fields.Integer(
        "Keep Field History for Days", help="What was moved from what to what, and by whom."
    )
    match_phone = fields.Boolean("Match by Phone Number Too")
    rate_limit = fields.Float("Calls per Second", required=True, default=10.0, aggregator=False)
    mapping_ids = fields.One2many(
        "usercom.field.mapping", "backend_id", "Field Mappings", domain=[("resource", "=", USERS)]
    )
    attribute_ids = fields.One2many(
        "usercom.attribute", "backend_id", "User.com Attributes", domain=[("resource", "=", USERS)]
    )
    all_tags = fields.Boolean(
        help="A pair is made for each tag of contacts and for each tag of User.com, also for those "
        "to come. Each pair can be changed or deleted in the tag mappings.",
    )
    tag_prefix = fields.Char(
        "Begin With",
        help="Tags of User.com are named so, and only those that begin so come to Odoo.",
    )
    tag_mapping_ids = fields.One2many("usercom.tag.mapping", "backend_id", "Tag Mappings")
    segment_ids = fields.One2many("usercom.segment", "backend_id", "Segments")
    cron_id = fields.Many2one("ir.cron", readonly=True, copy=False, ondelete="restrict")
    is_looking = fields.Boolean("Is Looking Ahead", readonly=True, copy=False)

    _company_uniq = models.Constraint(
        "unique (company_id)", "A company has at most one User.com account."
    )

    # ---- what cannot be saved ----
    # Not left to the database: what it refuses it logs with the whole row, secrets included.

    @api.constrains("rate_limit", "log_days", "history_days")
    def _check_numbers(self):
        for backend in self:
            if not backend.rate_limit > 0:
                raise ValidationError(self.env._("The number of calls per second must be above 0."))
            if not 1 <= backend.log_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._("Finished entries are kept for 1 to %s days.", MOST_DAYS)
                )
            if not 0 <= backend.history_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._("The history of fields is kept for 0 to %s days.", MOST_DAYS)
                )

    @api.model
    def _refuse_empty(self, vals):
        """Refuse to leave a choice or a text empty that has to be there."""
        for name, value in vals.items():
            field = self._fields.get(name)
            if field and field.required and field.type not in ("integer", "float") and not value:
                label = field._description_string(self.env)
                raise ValidationError(self.env._("“%s” must not be empty.", label))

    @api.constrains("key_field_id")
    def _check_key_field(self):
        for backend in self:
            if not self._can_keep_key(backend.key_field_id.sudo()):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot keep the User.com id: choose a stored, writable text field "
                        "of contacts that holds nothing else.",
                        backend.key_field_id.display_name,
                    )
                )

    def _can_keep_key(self, chosen):
        """Whether ``chosen``, an ``ir.model.fields`` or none, may be the customer key field."""
        field = self.env["res.partner"]._fields.get(chosen.name or "usercom_key")
        return (
            chosen.model in (False, "res.partner")
            and field is not None
            and field.type == "char"
            and field.store
            and not field.readonly
            and not (field.compute or field.related)
            and field.name not in {*NO_KEY_FIELDS, *self.mapping_ids.mapped("field_name")}
            and (field.company_dependent or not self._is_key_elsewhere(chosen))
        )

    def _is_key_elsewhere(self, chosen):
        """Whether ``chosen`` keeps the ids of another account."""
        others = [("id", "not in", self.ids), ("key_field_id", "=", chosen.id)]
        return bool(self.sudo().search_count(others, limit=1))

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        contacts = self.env["res.partner"].sudo(False)  # by no field kept from who chooses it
        for backend in self:
            try:
                contacts.search(backend._partner_domain(), limit=1)
            except BAD_DOMAIN as error:
                raise ValidationError(
                    self.env._("The filter of contacts cannot be used: %s", error)
                ) from error

    # ---- life ----

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_empty(vals)
        backends = super().create([self._normalized(vals) for vals in vals_list])
        for backend in backends.sudo():
            backend.cron_id = backend._create_cron()
        forget_caches(self)
        return backends

    def write(self, vals):
        self._refuse_empty(vals)
        vals = self._normalized(vals)
        changing = with_other_credentials(self, vals)
        all_groups = self._all_groups_changing(vals)
        result = super().write(vals)
        require_reauthentication(changing)
        forget_caches(self)  # afterwards: every write reads the cache, this one too
        if vals.get("state", "paused") != "paused":
            Alerts(self).end("paused")
        if not vals.keys().isdisjoint(("give_custom_ids", "custom_id_policy")):
            self._queue_without_custom_id()
        if vals.get("sync_companies"):
            self._begin_companies()
        for each in all_groups:
            each.pair_everything()
        return result

    def _all_groups_changing(self, vals):
        """The ``AllGroups`` whose choices ``vals`` change."""
        return [
            AllGroups(backend, model._name)
            for model in self.browse()._memberships()  # of which only the models are needed
            for backend in self
            if any(
                backend[name] != vals[name]
                for name in (model._all_field, model._prefix_field)
                if name in vals
            )
        ]

    def unlink(self):
        crons = self.exists().cron_id
        result = super().unlink()
        forget_caches(self)
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

    def _drain(self):
        """What the job calls."""
        self.ensure_one()
        Drain(self).run()

    @api.model
    def _of_company(self, company=None):
        """The account of ``company``, by default the current one; empty if it has none."""
        company = company or self.env.company
        if self.env.su:
            return self.browse(self._id_of_company(company.id))
        return self.search([("company_id", "=", company.id)], limit=1)

    def _titled(self, title):
        """``title``, and whose account is meant, for those who work for several companies."""
        if not self.env.user.has_group("base.group_multi_company"):
            return title
        return f"{title} – {self.company_id.display_name} ({self.subdomain})"

    @api.model
    @tools.ormcache("company_id")
    def _id_of_company(self, company_id):
        """The id of the account of the company, False if it has none."""
        return self.sudo().search([("company_id", "=", company_id)], limit=1).id

    @api.model
    @tools.ormcache()
    def _is_alone(self):
        """Whether there is no second account."""
        return self.sudo().search_count([], limit=2) < 2

    def _active_mappings(self):
        """The mappings that move data: a broken one stands still until it is mended."""
        return self.mapping_ids.filtered(lambda mapping: not mapping.is_broken)

    def _paired_labels(self):
        """The labels of User.com that some pair or segment needs."""
        return self.segment_ids.label_id.union(*(pairs.label_id for pairs in self._memberships()))

    def _pairs_of(self, labels):
        """The pairs of these labels of User.com, of each kind a recordset."""
        kinds = (pairs.filtered(lambda p: p.label_id in labels) for pairs in self._memberships())
        return [pairs for pairs in kinds if pairs]

    def action_sync(self):
        """The initial sync of this account."""
        self.check_access("read")
        return self.env["usercom.sync"]._open(self)
