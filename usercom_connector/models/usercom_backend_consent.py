from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.consents.field import UNSUBSCRIBED, UNSUBSCRIBED_FIELD, ConsentField
from ..services.consents.notes import ConsentNotes
from ..services.own_context import Origin, with_own_context
from .mailing_subscription import SUBSCRIPTION


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
    opt_out_lists = fields.Char(
        "Mailing Lists to Opt Out Of",
        help="Names of lists of Email Marketing, comma separated. Who is put on the e-mail "
        "blacklist is opted out of them too, and who opts out of one of them is put on it.",
    )

    @api.constrains("email_consent_id")
    def _check_email_consent(self):
        for backend in self:
            if backend.email_consent_id.backend_id not in (backend, backend.browse()):
                raise ValidationError(
                    self.env._("The e-mail consent is one of another User.com account.")
                )

    @api.constrains("opt_out_lists")
    def _check_opt_out_lists(self):
        if "mailing.list" not in self.env:
            return
        for backend in self:
            missing = backend._opt_out_names() - set(backend._opt_out_lists().mapped("name"))
            if missing:
                raise ValidationError(
                    self.env._("There is no mailing list called “%s”.", ", ".join(sorted(missing)))
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
            self._opt_out(partners)
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

    # ---- mailing lists ----

    def _opt_out_names(self):
        return {name.strip() for name in (self.opt_out_lists or "").split(",") if name.strip()}

    def _opt_out_lists(self):
        return self.env["mailing.list"].sudo().search([("name", "in", list(self._opt_out_names()))])

    def _subscriptions(self, *conditions):
        """The subscriptions to the chosen lists, none where there are no such lists."""
        if not self.opt_out_lists or SUBSCRIPTION not in self.env:
            return ()
        domain = [("list_id", "in", self._opt_out_lists().ids), *conditions]
        return self.env[SUBSCRIPTION].sudo().search(domain)

    def _opt_out(self, partners):
        """Opt the addresses of ``partners`` out of the chosen lists."""
        emails = [email for email in partners.mapped("email_normalized") if email]
        address = ("contact_id.email_normalized", "in", emails)
        if subscriptions := self._subscriptions(address, ("opt_out", "=", False)):
            subscriptions.opt_out = True

    def _adopt_opt_outs(self):
        """Heed who opted out of the lists before they were chosen."""
        for backend in with_own_context(self, origin=Origin("mapping")):
            opted_out = backend._subscriptions(("opt_out", "=", True))
            emails = {subscription.contact_id.email_normalized for subscription in opted_out}
            backend._refuse_email(emails)

    @api.model
    def _heed_opt_outs(self, subscriptions):
        """Tell each account of those who opted out of the lists that it has chosen."""
        for backend in self.search([("opt_out_lists", "!=", False)]):
            of_chosen = [("list_id", "in", backend._opt_out_lists().ids)]
            chosen = subscriptions.filtered_domain(of_chosen)
            backend._refuse_email(chosen.contact_id.mapped("email_normalized"))

    def _refuse_email(self, emails):
        """The contacts of these normalized ``emails`` want no e-mail: note it, and withdraw."""
        mapping = self._blacklist_consent() or self.email_consent_id
        emails = [email for email in emails if email]
        if mapping and emails:
            everybody = self._partners().with_context(active_test=False)
            partners = everybody.search([("email_normalized", "in", emails)])
            ConsentNotes(mapping).note(False, partners)
            ConsentField(mapping).withdraw(self._own(partners))
