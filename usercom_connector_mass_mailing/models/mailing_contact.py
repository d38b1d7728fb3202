from odoo import api, models

from ..services.subscriptions import paired_lists, queue_subscribers

WATCHED = ("email", "list_ids")


class MailingContact(models.Model):
    """A mailing contact: whose address it is may change, and its lists past their subscriptions."""

    _inherit = "mailing.contact"

    _usercom_email_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        if any(vals.get("list_ids") for vals in vals_list):
            members._usercom_queue()
        return members

    def write(self, vals):
        is_watched = not vals.keys().isdisjoint(WATCHED)
        if is_watched:
            self._usercom_queue()
        result = super().write(vals)
        if is_watched:
            self._usercom_queue()
        return result

    def unlink(self):
        self._usercom_queue()
        return super().unlink()

    def _usercom_queue(self):
        """Queue those who are on a paired list."""
        if lists := paired_lists(self.env):
            on_them = [("contact_id", "in", self.ids), ("list_id", "in", list(lists))]
            subscriptions = self.env["mailing.subscription"].sudo().search(on_them)
            queue_subscribers(subscriptions.contact_id.with_env(self.env))
