from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.consents.received import refuse_email


class UsercomBackendConsent(models.AbstractModel):
    """What an account is told of consents: how e-mail is refused."""

    _name = "usercom.backend.consent"
    _description = "User.com Account: Consents"

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

    def _refuse_email(self, emails):
        """The contacts of these normalized ``emails`` want no e-mail: note it, and withdraw."""
        refuse_email(self, emails)
