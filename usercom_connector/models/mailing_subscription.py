from odoo import api, models

SUBSCRIPTION = "mailing.subscription"


class Base(models.AbstractModel):
    """Who opts out of a chosen mailing list, whatever the way, wants no e-mail.

    Email Marketing is no dependency: its model may not be there to be inherited.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._name == SUBSCRIPTION:
            records._usercom_heed_opt_outs()
        return records

    def write(self, vals):
        if self._name != SUBSCRIPTION:
            return super().write(vals)
        subscribed = self.filtered(lambda subscription: not subscription.opt_out)
        result = super().write(vals)
        subscribed._usercom_heed_opt_outs()
        return result

    def _usercom_heed_opt_outs(self):
        if opted_out := self.sudo().filtered("opt_out"):
            self.env["usercom.backend"].sudo()._heed_opt_outs(opted_out)
