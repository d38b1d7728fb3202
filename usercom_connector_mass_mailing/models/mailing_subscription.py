from odoo import api, models

from ..services.mailing_lists import refuse_email
from ..services.subscriptions import paired_lists, queue_subscribers


class MailingSubscription(models.Model):
    """Who opts out of a chosen mailing list, whatever the way, wants no e-mail.

    Who gets on a paired list, or off it, is queued.
    """

    _inherit = "mailing.subscription"

    @api.model_create_multi
    def create(self, vals_list):
        subscriptions = super().create(vals_list)
        refuse_email(subscriptions.sudo().filtered("opt_out"))
        subscriptions._usercom_queue()
        return subscriptions

    def write(self, vals):
        subscribed = self.sudo().filtered(lambda subscription: not subscription.opt_out)
        if not vals.keys().isdisjoint(("contact_id", "list_id")):
            self._usercom_queue()
        result = super().write(vals)
        refuse_email(subscribed.filtered("opt_out"))
        self._usercom_queue()
        return result

    def unlink(self):
        self._usercom_queue()
        return super().unlink()

    def _usercom_queue(self):
        if lists := paired_lists(self.env):
            of_concern = self.sudo().filtered(lambda each: each.list_id.id in lists)
            queue_subscribers(of_concern.contact_id.with_env(self.env))
