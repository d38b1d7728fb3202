from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.consents.field import UNSUBSCRIBED, UNSUBSCRIBED_FIELD, ConsentField
from ..services.consents.notes import ConsentNotes


class UsercomBackend(models.Model):
    """Consents of an account: who told us, and the two ways in which e-mail is refused."""

    _inherit = "usercom.backend"

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

    @api.constrains("email_consent_id")
    def _check_email_consent(self):
        for backend in self:
            if backend.email_consent_id.backend_id not in (backend, backend.browse()):
                raise ValidationError(
                    self.env._("The e-mail consent is one of another User.com account.")
                )

    def _own(self, partners):
        """Those of ``partners`` that are of this company or of none."""
        company_ids = (False, self.company_id.id)
        return self._seen(partners).filtered(lambda partner: partner.company_id.id in company_ids)

    # ---- e-mail: a consent, and "unsubscribed" ----

    def _pair_unsubscribed(self):
        """Pair User.com's "Unsubscribed" with Odoo's e-mail blacklist, as every account begins."""
        attribute = self.attribute_ids.filtered(lambda a: a.name_std == UNSUBSCRIBED)
        if attribute and attribute not in self.mapping_ids.attribute_id:
            field = self.env["ir.model.fields"]._get("res.partner", UNSUBSCRIBED_FIELD)
            values = {"field_id": field.id, "attribute_id": attribute.id, "is_consent": True}
            self.env["usercom.field.mapping"].create({"backend_id": self.id, **values})

    def _blacklist_consent(self):
        """The consent that the e-mail blacklist shows, empty if that is not paired."""
        return self.mapping_ids.filtered(
            lambda m: (
                m.is_consent and m.field_name == UNSUBSCRIBED_FIELD and m._key() == UNSUBSCRIBED
            )
        )

    def _only_read(self):
        """The consent that the policy leaves unwritten at User.com."""
        left_out = {"consent": self._blacklist_consent(), "unsubscribed": self.email_consent_id}
        return left_out.get(self.unsubscribe_policy, self.email_consent_id.browse())

    def _keep_email_consent(self, mapping, consent, partners):
        """Keep the e-mail consent and the blacklist in step. Leaving the latter is no consent."""
        blacklist, email = self._blacklist_consent(), self.email_consent_id
        if mapping == blacklist and consent is False:
            if email:
                ConsentField(email).withdraw(self._seen(partners))
            self._after_email_refusal(self._seen(partners))
        elif mapping == email and consent is not None and blacklist:
            changed = self._seen(partners).filtered(
                lambda p: ConsentField(blacklist).shown(p) != consent
            )
            if consent and changed:
                changed -= self._refused_by_others(changed)
            changed.write({UNSUBSCRIBED_FIELD: not consent})

    def _sharing(self, partners):
        """The contacts, archived ones too, that have an e-mail address of ``partners``."""
        emails = [email for email in partners.mapped("email_normalized") if email]
        everybody = self._seen(partners).with_context(active_test=False)
        return self._own(everybody.search([("email_normalized", "in", emails)]))

    def _refused_by_others(self, partners):
        """Those of ``partners`` at whose address somebody else wants no e-mail."""
        keys = [self.email_consent_id._key(), UNSUBSCRIBED]
        others = self._sharing(partners) - partners
        refusing = self.env["usercom.consent.log"]._refusing(self, keys, others)
        addresses = set(refusing.mapped("email_normalized"))
        return partners.filtered(lambda p: p.email_normalized in addresses)

    def _leave_unsubscribed(self, partners):
        """We have unsubscribed users ourselves: what Odoo knows stays, and no echo is a "no"."""
        mapping = self._blacklist_consent()
        for binding in self.env["usercom.binding"]._of(self, partners).values() if mapping else ():
            value = ConsentField(mapping).canonical_value(self._seen(binding.partner_id))
            base = binding._last_base()
            base.keep_apart(UNSUBSCRIBED, value, True)
            binding._store_base(base)

    def _refuse_email(self, emails):
        """The contacts of these normalized ``emails`` want no e-mail: note it, and withdraw."""
        mapping = self._blacklist_consent() or self.email_consent_id
        emails = [email for email in emails if email]
        if mapping and emails:
            everybody = self._partners().with_context(active_test=False)
            partners = everybody.search([("email_normalized", "in", emails)])
            ConsentNotes(mapping).note(False, partners)
            ConsentField(mapping).withdraw(self._own(partners))
