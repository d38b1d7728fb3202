from odoo import api, models

from ...services.consents.answers import UNSUBSCRIBED_FIELD, ConsentNotes
from ...services.own_context import own_context


class MailBlacklist(models.Model):
    """Who is put on the blacklist, or leaves it, tells User.com's accounts so, whatever the way."""

    _inherit = "mail.blacklist"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        self._usercom_tell(set(), entries._blocking())
        return entries

    def write(self, vals):
        before = self._blocking()
        result = super().write(vals)
        self._usercom_tell(before, self._blocking())
        return result

    def unlink(self):
        before = self.exists()._blocking()  # Odoo lets what is gone be deleted once more
        result = super().unlink()
        self._usercom_tell(before, set())
        return result

    def _blocking(self):
        """The addresses that these entries block."""
        return set(self.filtered("active").mapped("email"))

    def _usercom_tell(self, before, after):
        """Note and send what the change from blocking ``before`` to ``after`` says."""
        self.env["res.partner"].invalidate_model(["usercom_unsubscribed"])
        consents = self.env["usercom.field.mapping"]._consents_of([UNSUBSCRIBED_FIELD])
        watched = self.env["usercom.backend"]._watched_fields().get("res.partner", ())
        for emails, consent in ((after - before, False), (before - after, True)):
            if emails and (consents or UNSUBSCRIBED_FIELD in watched):
                contacts = self.env["res.partner"].sudo().with_context(active_test=False)
                contacts = contacts.search([("email_normalized", "in", list(emails))])
                speaking = own_context(self.env).speaking
                said = contacts if speaking is None else contacts.browse(speaking)
                for mapping in consents:
                    ConsentNotes(mapping).note(consent, contacts & said)
                    ConsentNotes(mapping).for_address().note_for_address(consent, contacts - said)
                self.env["usercom.outbox"]._enqueue_later(contacts.ids)

    # ---- many addresses at once ----

    @api.model
    def _blocked(self, emails):
        """Those of the normalized ``emails`` that are on the blacklist."""
        wanted = [email for email in emails if email]
        return set(self.search([("email", "in", wanted), ("active", "=", True)]).mapped("email"))

    @api.model
    def _block(self, emails):
        """Put normalized ``emails`` on the blacklist."""
        missing = {email for email in emails if email} - self._blocked(emails)
        entries = self.create([{"email": email} for email in sorted(missing)])
        entries.filtered(lambda entry: not entry.active).action_unarchive()

    @api.model
    def _unblock(self, emails):
        """Take normalized ``emails`` off the blacklist."""
        self.search([("email", "in", [email for email in emails if email])]).action_archive()
