from odoo import api, fields, models

from ..services.consents.field import UNSUBSCRIBED_FIELD
from ..services.own_context import own_context, with_own_context
from .export_right import check_may_export


class ResPartner(models.Model):
    """Whatever consent a contact gives or withdraws is noted in the same transaction."""

    _inherit = "res.partner"

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

    # ---- noting ----

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._usercom_note_blocked()
        names = {name for vals in vals_list for name in vals}
        for mapping in self.env["usercom.field.mapping"]._consents_of(names):
            told = zip(partners, vals_list, strict=True)
            given = [p.id for p, vals in told if vals.get(mapping.field_name)]
            mapping._note_shown(self.browse(given))
        partners._usercom_share_withdrawals()
        return partners

    def write(self, vals):
        vals = self._without_imported_yes(vals)
        contacts = self.browse(i for i in self._ids if isinstance(i, int))
        consents = self.env["usercom.field.mapping"]._consents_of(vals)
        before = {mapping: mapping._all_shown(contacts) for mapping in consents}
        result = super().write(vals)
        if not own_context(self.env).merging:
            for mapping, shown in before.items():
                mapping._note_shown(contacts, shown)
        if "email" in vals:
            contacts._usercom_note_blocked()
            contacts._usercom_share_withdrawals()
        return result

    def _usercom_note_blocked(self):
        """Whose address is on the blacklist wants no e-mail, since whenever it is there."""
        for mapping in self.env["usercom.field.mapping"]._consents_of([UNSUBSCRIBED_FIELD]):
            shown = mapping._all_shown(self)
            blocked = self.browse(key for key, consent in shown.items() if consent is False)
            mapping._of_the_address()._note(False, blocked)

    def _usercom_share_withdrawals(self):
        """Keep the strictest of what the contacts with one e-mail address said."""
        consents = self.env["usercom.field.mapping"]._consents()
        emails = consents and self.env["usercom.consent.log"]._refused_addresses(self)
        if emails:
            concerned = self.filtered(lambda partner: partner.email_normalized in emails)
            for mapping in consents:
                mapping._share_withdrawals(concerned)

    def _without_imported_yes(self, vals):
        """``vals`` without the consents that an old file would give again after a "no"."""
        if not self.env.context.get("import_file"):
            return vals
        consents = self.env["usercom.field.mapping"]._consents_of(vals)
        refused = {c.field_name for c in consents if c._refuses(self, vals[c.field_name])}
        return {name: value for name, value in vals.items() if name not in refused}

    def copy_data(self, default=None):
        """A copy of a contact has consented to nothing."""
        consents = self.env["usercom.field.mapping"]._consents()
        names = set(consents.mapped("field_name")) - set(default or ())
        return [
            {name: value for name, value in vals.items() if name not in names}
            for vals in super().copy_data(default)
        ]

    # ---- right of access ----

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
