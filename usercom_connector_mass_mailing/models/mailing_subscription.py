from odoo import api, models

from ..services.mailing_lists import refuse_email


class MailingSubscription(models.Model):
    """Who opts out of a chosen mailing list, whatever the way, wants no e-mail."""

    _inherit = "mailing.subscription"

    @api.model_create_multi
    def create(self, vals_list):
        subscriptions = super().create(vals_list)
        refuse_email(subscriptions.sudo().filtered("opt_out"))
        return subscriptions

    def write(self, vals):
        subscribed = self.sudo().filtered(lambda subscription: not subscription.opt_out)
        result = super().write(vals)
        refuse_email(subscribed.filtered("opt_out"))
        return result
