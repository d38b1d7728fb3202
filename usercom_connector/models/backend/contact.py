from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ...services.consents.received import refuse_email
from ...services.contacts.identity import normalized
from ...services.contacts.watched_edits import WatchedFields
from ...services.own_context import own_context, with_own_context
from ...usercom.records import sha256_of


class UsercomBackendContact(models.AbstractModel):
    """How an account sees contacts: their custom ids, their consents, what of them is watched."""

    _name = "usercom.backend.contact"
    _description = "User.com Account: Contacts"

    custom_ids_seen = fields.Selection(
        [
            ("none", "None"),
            ("email", "E-mail address"),
            ("sha256", "SHA-256 of the e-mail address"),
            ("number", "Numbers"),
            ("other", "Something else"),
        ],
        "Custom IDs Seen in User.com",
        readonly=True,
        copy=False,
    )
    give_custom_ids = fields.Boolean(
        "Give It to Matched Users Too",
        help="User.com may merge users of one e-mail address overnight. One that has a custom ID "
        "is kept.",
    )
    email_consent_id = fields.Many2one(
        "usercom.field.mapping",
        "E-mail Consent",
        ondelete="set null",
        domain="[('backend_id', '=', id), ('is_consent', '=', True)]",
        help="The consent that goes with the e-mail blacklist: to withdraw one withdraws both.",
    )
    unsubscribe_policy = fields.Selection(
        [
            ("both", "The e-mail consent and “Unsubscribed”"),
            ("consent", "Only the e-mail consent"),
            ("unsubscribed", "Only “Unsubscribed”"),
        ],
        "Write to User.com",
        required=True,
        default="both",
        help="How User.com is told whether a contact wants e-mail. Both are always read.",
    )

    def _with_account_context(self, partners):
        """The contacts as this account sees them: its company's values, its company's language."""
        seen = partners.sudo().with_company(self.company_id).with_context(lang=self._language())
        origin = own_context(self.env).origin
        return with_own_context(seen, origin=origin) if origin else seen

    def _in_company(self, partners):
        """Those of ``partners`` that are of this company or of none."""
        company_ids = (False, self.company_id.id)
        return self._with_account_context(partners).filtered(
            lambda partner: partner.company_id.id in company_ids
        )

    def _language(self):
        """The code of the company's language: its contacts' values and our messages are in it."""
        return self.company_id.partner_id.lang or "en_US"

    # ---- custom ids ----

    def _custom_id(self, partner, email):
        """The custom id that the policy gives to ``partner`` with this ``email``, None if none.

        A hook, for a policy of another addon. Called too with an earlier ``email`` of the contact,
        to tell whether the policy has made the custom id that its user has.
        """
        email = normalized(email)
        match self.custom_id_policy:
            case "database_id":
                return str(partner.id)
            case "email":
                return email
            case "sha256":
                return sha256_of(email) if email else None
        return None

    def _queue_without_custom_id(self):
        """Queue the contacts whose users are to get a custom id."""
        for backend in self.filtered(lambda each: each._gives_custom_ids()):
            self.env["usercom.outbox"]._enqueue_without_custom_id(backend)

    def _gives_custom_ids(self):
        """Whether users that were found, not created, get a custom id."""
        return self.give_custom_ids and self.custom_id_policy != "none"

    def _custom_id_hint(self):
        """What to choose, seeing what the users carry; empty if nobody has looked yet."""
        alike = self.env._(
            "Your users already carry it: choose “%s”, so that your website, your shop and Odoo "
            "mean the same people.",
            dict(self._fields["custom_ids_seen"]._description_selection(self.env)).get(
                self.custom_ids_seen
            ),
        )
        return {
            "none": self.env._("Your users carry no custom ID yet."),
            "email": alike,
            "sha256": alike,
            "number": self.env._(
                "Your users already carry numbers, those of a shop for instance. Choose “None”, "
                "unless they are the database ids of Odoo's contacts."
            ),
            "other": self.env._(
                "Your users already carry custom IDs that Odoo cannot make. Choose “None”."
            ),
        }.get(self.custom_ids_seen, "")

    # ---- consents ----

    @api.constrains("email_consent_id")
    def _check_email_consent(self):
        for backend in self:
            if backend.email_consent_id.backend_id not in (backend, backend.browse()):
                raise ValidationError(
                    self.env._("The e-mail consent is one of another User.com account.")
                )

    def _refuse_email(self, emails):
        """The contacts of these normalized ``emails`` want no e-mail: note it, and withdraw."""
        refuse_email(self, emails)

    # ---- what is watched ----

    @api.model
    @tools.ormcache()
    def _watched_fields(self):
        """``{model: {field: paths}}``: an edit of the field may concern some contacts.

        A path leads from a contact to the edited record: ``category_id`` for the name of a tag,
        ``id`` for the contact's own fields. Empty while no account runs.
        """
        if self._is_being_removed():
            return {}
        backends = self.sudo().search([("state", "in", ("running", "paused"))])
        return WatchedFields(self.env).of(backends)

    @api.model
    def _is_being_removed(self, addon="usercom_connector"):
        """Odoo still writes to its own models while an uninstallation drops our tables."""
        domain = [("name", "=", addon), ("state", "in", ("to remove", "uninstalled"))]
        return bool(self.env["ir.module.module"].sudo().search_count(domain))
