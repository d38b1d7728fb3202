from odoo import api, models


class MailBlacklist(models.Model):
    _inherit = "mail.blacklist"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._usercom_touch_contacts()
        return entries

    def write(self, vals):
        if "email" in vals:
            self._usercom_touch_contacts()
        result = super().write(vals)
        self._usercom_touch_contacts()
        return result

    def unlink(self):
        self._usercom_touch_contacts()
        return super().unlink()

    def _usercom_touch_contacts(self):
        """Queue the contacts of these addresses, if an account is told who wants no mail."""
        if self.env["usercom.backend"]._follows_blacklist():
            partners = self.env["res.partner"].sudo().with_context(active_test=False)
            found = partners.search([("email_normalized", "in", self.sudo().mapped("email"))])
            self.env["usercom.outbox"]._enqueue_later(found.ids)
