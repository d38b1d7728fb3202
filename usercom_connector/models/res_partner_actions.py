from odoo import models
from odoo.exceptions import AccessError

from ..services.connection import Connection

NAMED_CONTACTS = 5


class ResPartner(models.Model):
    """What people do with contacts by hand, and automation rules in their steps."""

    _inherit = "res.partner"

    def action_usercom_push(self):
        """Queue the chosen contacts for User.com; returns a notification."""
        return self._usercom_queue("usercom.outbox")

    def action_usercom_pull(self):
        """Queue a fresh read of the chosen contacts from User.com; returns a notification."""
        return self._usercom_queue("usercom.inbox")

    def action_usercom_open(self):
        """Open the account at User.com, where the contact is found by its e-mail."""
        self.ensure_one()
        self._usercom_check_access()
        backend = self.env["usercom.backend"].sudo()._of_company(self.env.company)
        return {
            "type": "ir.actions.act_url",
            "url": Connection(backend).base_url(),
            "target": "new",
        }

    def action_usercom_history(self):
        """Open what was sent of this contact and what still waits."""
        self.ensure_one()
        self._usercom_check_access()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "usercom_connector.usercom_outbox_action"
        )
        return action | {"domain": [("partner_id", "=", self.id)], "context": {}}

    def _usercom_queue(self, queue):
        """Put the contacts that take part into ``queue``, and tell how many.

        A failure to queue is told, not raised: an automation rule must not stop an edit.
        """
        self._usercom_check_access()
        backend = self.env["usercom.backend"].sudo()._of_company(self.env.company)
        if backend.state not in ("running", "paused"):
            text = self.env._("User.com is not running for %s.", self.env.company.display_name)
            return self._usercom_notify([(text.replace("%", "%%"), [])], "warning")
        partners = self & backend._taking_part(self)
        queued = self.env[queue].sudo()._queue_by_hand(backend, partners)
        return self._usercom_notify(
            [
                self._usercom_told_queued(queue, queued),
                self._usercom_told(
                    self.env._("Not taking part (see the filter in the settings): %s."),
                    self - partners,
                ),
                self._usercom_told(
                    self.env._(
                        "Not found in User.com, and without an e-mail address to search for: %s."
                    ),
                    partners - queued,
                ),
            ],
            "success" if queued == self else "warning",
        )

    def _usercom_check_access(self):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group("usercom_connector.group_usercom_user")):
            raise AccessError(self.env._("Only users of User.com may do this with contacts."))

    # ---- telling what happened ----

    def _usercom_told_queued(self, queue, queued):
        """``(text, links)``: how many are queued, and where to see them."""
        text = self.env._("Contacts queued for User.com: %s.", len(queued))
        if not (queued and self.env[queue].has_access("read")):
            return text, []
        url = f"/odoo/{queue.replace('.', '-')}"
        return f"{text} %s", [{"label": self.env._("See the queue"), "url": url}]

    def _usercom_told(self, text, contacts):
        """``(text, links)`` for ``contacts``, of whom the first are linked to; empty for none."""
        links = [
            {"label": contact.display_name, "url": f"/odoo/res.partner/{contact.id}"}
            for contact in contacts[:NAMED_CONTACTS]
        ]
        names = ", ".join(["%s"] * len(links))
        more = len(contacts) - len(links)
        if more:
            names = self.env._("%(contacts)s and %(count)s more", contacts=names, count=more)
        return (text % names, links) if contacts else ("", [])

    def _usercom_notify(self, parts, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": self.env._("User.com"),
                "message": " ".join(text for text, _links in parts if text),
                "links": [link for _text, links in parts for link in links],
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
