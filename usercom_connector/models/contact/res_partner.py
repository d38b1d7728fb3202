from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...services.account.connection import Connection
from ...services.consents.answers import WrittenConsents, note_created, without_imported_yes
from ...services.contacts.by_hand import ByHand
from ...services.contacts.contact_states import ABSENT, ContactStates
from ...services.contacts.erasure import Erasure
from ...services.contacts.texts import with_names
from ...services.explanation.reason import Reasons
from ...services.own_context import own_context, with_own_context
from ..common.export_right import check_may_export

# Without fast updates: each look would go through the list of what is still to be put in order.
KEY_INDEX = "USING gin (%s jsonb_path_ops) WITH (fastupdate = off)"


class ResPartner(models.Model):
    """Contacts: how they stand with User.com, what they have said, and what people do by hand."""

    _inherit = "res.partner"

    # Odoo's own index of such a field finds all that have any key; ours finds those with a key.
    usercom_key = fields.Char("User.com ID", company_dependent=True, copy=False, index=False)
    usercom_known_id = fields.Char(
        "ID at User.com",
        compute="_compute_usercom_known_id",
        inverse="_inverse_usercom_known_id",
        help="The User.com id, in whichever field the account of the company keeps it.",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_binding_ids = fields.One2many(
        "usercom.binding",
        "partner_id",
        "User.com Links",
        copy=False,
        groups="usercom_connector.group_usercom_user",
    )
    usercom_state = fields.Selection(
        selection=lambda self: self._usercom_states(),
        string="User.com",
        compute="_compute_usercom_state",
        search="_search_usercom_state",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_synced_at = fields.Datetime(
        "Last Synced",
        compute="_compute_usercom_state",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_error = fields.Text(
        "Last Error",
        compute="_compute_usercom_state",
        groups="usercom_connector.group_usercom_user",
    )

    usercom_reason = fields.Text(
        "Why Not in User.com",
        compute="_compute_usercom_reason",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_step = fields.Selection(
        [("push", "Push to User.com"), ("settings", "Open the settings")],
        "Next Step",
        compute="_compute_usercom_reason",
        groups="usercom_connector.group_usercom_user",
    )
    usercom_unsubscribed = fields.Boolean(
        "E-mail Blacklisted",
        compute="_compute_usercom_unsubscribed",
        inverse="_inverse_usercom_unsubscribed",
        compute_sudo=True,
        groups="usercom_connector.group_usercom_user",
    )
    usercom_consent_log_ids = fields.One2many(
        "usercom.consent.log",
        "partner_id",
        "Consent Log",
        readonly=True,
        copy=False,
        groups="usercom_connector.group_usercom_user",
    )
    usercom_answers = fields.Json(compute="_compute_usercom_answers", groups=fields.NO_ACCESS)

    _usercom_email_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")
    _usercom_key_idx = models.Index(KEY_INDEX % "usercom_key")

    @api.model
    def _usercom_states(self):
        """A link's states, in the reader's language, and that there is none."""
        states = self.env["usercom.binding"]._fields["state"]._description_selection(self.env)
        return [*states, (ABSENT, self.env._("Not in User.com"))]

    @api.depends_context("company")
    @api.depends("usercom_key")
    def _compute_usercom_known_id(self):
        field = self._usercom_key_field()
        for partner in self:
            partner.usercom_known_id = partner[field]

    def _inverse_usercom_known_id(self):
        field = self._usercom_key_field()
        for partner in self:
            partner[field] = partner.usercom_known_id

    @api.model
    def _usercom_key_field(self):
        return self.env["usercom.backend"].sudo()._of_company()._key_field()

    @api.depends_context("company")
    @api.depends("usercom_binding_ids.state", "usercom_binding_ids.backend_id")
    def _compute_usercom_state(self):
        """How the contacts stand with the account of the current company; no state without one."""
        standings = ContactStates(self.env).of(self._origin.ids)
        for partner in self:
            standing = standings.get(partner._origin.id)
            partner.usercom_state = standing and standing.state
            partner.usercom_synced_at = standing and standing.synced_at
            partner.usercom_error = standing and with_names(standing.error, self.env)

    @api.model
    def _search_usercom_state(self, operator, values):
        self._check_field_access(self._fields["usercom_state"], "read")
        if operator != "in":
            return NotImplemented
        states = ContactStates(self.env)
        return Domain.custom(to_sql=lambda _model, alias, _query: states.condition(alias, values))

    def _field_to_sql(self, alias, field_expr, query=None):
        """Have contacts grouped and sorted by their state, which no column of theirs keeps."""
        if field_expr != "usercom_state":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return ContactStates(self.env).column(query, alias)

    @api.depends_context("company")
    @api.depends("usercom_state", "active", "company_id")
    def _compute_usercom_reason(self):
        reasons = Reasons(self._origin)
        for partner in self:
            reason = reasons.of(partner._origin)
            partner.usercom_reason = reason.text
            partner.usercom_step = reason.step

    @api.depends("email_normalized")
    def _compute_usercom_unsubscribed(self):
        blocked = self.env["mail.blacklist"].sudo()._blocked(self.mapped("email_normalized"))
        at_them = self.filtered(lambda partner: partner.email_normalized in blocked)
        at_them.usercom_unsubscribed = True
        (self - at_them).usercom_unsubscribed = False

    def _inverse_usercom_unsubscribed(self):
        blacklist = with_own_context(self.env["mail.blacklist"].sudo(), speaking=self._ids)
        leaving = self.filtered(lambda partner: not partner.usercom_unsubscribed)
        blacklist._block((self - leaving).mapped("email_normalized"))
        blacklist._unblock(leaving.mapped("email_normalized"))
        self.invalidate_recordset(["usercom_unsubscribed"])  # what was read meanwhile is no answer

    @api.depends_context("company")
    def _compute_usercom_answers(self):
        """``{consent: True | False}`` as last said to the company's account."""
        backend = self.env["usercom.backend"].sudo()._of_company()
        answers = self.env["usercom.consent.log"]._known(backend, self)
        for partner in self:
            partner.usercom_answers = answers.get(partner.id)

    # ---- life ----

    @api.model_create_multi
    def create(self, vals_list):
        context = self.env.context
        for name in self._usercom_key_fields():
            if context.get(f"default_{name}") or any(vals.get(name) for vals in vals_list):
                self._usercom_check_key(name)
        partners = super().create(vals_list)
        note_created(partners, vals_list)
        return partners

    def write(self, vals):
        for name in self._usercom_key_fields() & vals.keys():
            if any((contact[name] or False) != (vals[name] or False) for contact in self):
                self._usercom_check_key(name)
        vals = without_imported_yes(self, vals)
        consents = WrittenConsents(self, vals)
        result = super().write(vals)
        consents.note()
        return result

    def copy_data(self, default=None):
        """A copy of a contact has consented to nothing."""
        consents = self.env["usercom.field.mapping"]._consent_fields()
        names = {name for _consent_id, name in consents} - set(default or ())
        return [
            {name: value for name, value in vals.items() if name not in names}
            for vals in super().copy_data(default)
        ]

    def unlink(self):
        if not own_context(self.env).merging:  # which has dealt with their links
            self.sudo().exists()._usercom_erase()
        return super().unlink()

    def _usercom_erase(self):
        """Remove what the queues hold of these people; leave tombstones that name nobody.

        Odoo's Privacy Lookup does no more than delete contacts, so every deletion counts as an
        erasure. Their links go with the contacts, and the consent log names them no more.
        """
        Erasure(self).remove()
        self.env["usercom.tombstone"]._create_tombstones(self)
        if self.env["usercom.backend"]._watched_fields():
            self.env["usercom.outbox"]._enqueue_removals(self)

    def _usercom_anonymize(self):
        """Treat these contacts as erased, though they stay: a hook, to be called by what is about
        to make their names, addresses and numbers neutral, before it does so.

        As when they are deleted, their users get what the policy says and do not come back, and
        what was sent and received of them goes. From then on they take no part, whatever is edited.
        """
        contacts = self.sudo()
        contacts._usercom_erase()
        Erasure(contacts).part()

    # ---- key ----
    # Who links a contact by its key lets the values of any user of User.com in.

    @api.model
    @tools.ormcache()
    def _usercom_key_fields(self):
        """The names of the fields in which some account keeps User.com ids."""
        backends = self.env["usercom.backend"].sudo().search_fetch([], ["key_field_id"])
        return frozenset({"usercom_key", *(backend._key_field() for backend in backends)})

    def _usercom_check_key(self, name):
        if self.env.su or self.env.user.has_group("usercom_connector.group_usercom_user"):
            return
        raise AccessError(
            self.env._(
                "Only users of User.com may write “%(field)s” (%(name)s) of contacts.",
                field=self._fields[name]._description_string(self.env),
                name=name,
            )
        )

    # ---- buttons ----

    def action_usercom_push(self):
        """Queue the chosen contacts for User.com; returns a notification."""
        self._usercom_check_access()
        return ByHand(self).queue("usercom.outbox")

    def action_usercom_pull(self):
        """Queue a fresh read of the chosen contacts from User.com; returns a notification."""
        self._usercom_check_access()
        return ByHand(self).queue("usercom.inbox")

    def action_usercom_open(self):
        """Open the account at User.com, where the contact is found by its e-mail."""
        self.ensure_one()
        self._usercom_check_access()
        backend = self.env["usercom.backend"].sudo()._of_company(self.env.company)
        return {
            "type": "ir.actions.act_url",
            "url": Connection(backend).base_url(),
            "target": "new",
        }

    def action_usercom_explain(self):
        """Explain whether the contact is synchronized, and what would happen to each value."""
        self.ensure_one()
        self._usercom_check_access()
        backend = self.env["usercom.backend"]._of_company(self.env.company)
        if not backend:
            raise UserError(
                self.env._("%s has no User.com account yet.", self.env.company.display_name)
            )
        return self.env["usercom.explanation"]._explain(backend, self)._action()

    def action_usercom_history(self):
        """Open all that was sent and received of this contact, and what still waits."""
        self.ensure_one()
        self._usercom_check_access()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector.usercom_history_action"
        )
        return action | {"domain": [("partner_id", "=", self.id)], "context": {}}

    def action_usercom_export_consents(self):
        """Download what this contact said about each consent, and when."""
        self.ensure_one()
        self._usercom_check_access()
        check_may_export(self.env)
        return {
            "type": "ir.actions.act_url",
            "url": f"/usercom/consents/{self.id}",
            "target": "download",
        }

    def _usercom_check_access(self):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group("usercom_connector.group_usercom_user")):
            raise AccessError(self.env._("Only users of User.com may do this with contacts."))
