from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.mailing_lists import MailingLists


class UsercomBackend(models.Model):
    """The mailing lists that an account pairs, or keeps in step with the e-mail blacklist."""

    _inherit = "usercom.backend"

    opt_out_lists = fields.Char(
        "Mailing Lists to Opt Out Of",
        help="Names of lists of Email Marketing, comma separated. Who is put on the e-mail "
        "blacklist is opted out of them too, and who opts out of one of them is put on it.",
    )

    list_mapping_ids = fields.One2many("usercom.list.mapping", "backend_id", "List Mappings")
    all_lists = fields.Boolean(
        help="A pair is made for each mailing list and for each list of User.com, also for those "
        "to come. Each pair can be changed or deleted in the list mappings.",
    )
    list_prefix = fields.Char(
        "Lists Begin With",
        help="Lists of User.com are named so, and only those that begin so come to Odoo.",
    )

    @api.constrains("opt_out_lists")
    def _check_opt_out_lists(self):
        for backend in self:
            if missing := MailingLists(backend).missing():
                raise ValidationError(
                    self.env._("There is no mailing list called “%s”.", ", ".join(sorted(missing)))
                )

    def write(self, vals):
        result = super().write(vals)
        if "opt_out_lists" in vals:
            for backend in self:
                MailingLists(backend).adopt_opt_outs()
        return result

    def _memberships(self):
        memberships = super()._memberships()
        if self._is_being_removed("usercom_connector_mass_mailing"):
            return memberships
        return [*memberships, self.list_mapping_ids]

    def _after_email_refusal(self, partners):
        MailingLists(self).opt_out(partners)
        return super()._after_email_refusal(partners)
