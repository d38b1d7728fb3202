from odoo import api, models
from odoo.tools import SQL


class UsercomOutbox(models.Model):
    """Of one contact, what came is read before anything is sent, and never while it is sent."""

    _inherit = "usercom.outbox"

    @api.model
    def _unhindered(self):
        """A contact under way, or with news in the inbox, waits its turn.

        OFFSET 0 keeps each look-up one by index, row by row: without fresh statistics PostgreSQL
        would join the queues as a whole, which takes minutes when a burst has just come in.
        """
        return SQL(
            """NOT EXISTS (
                   SELECT FROM usercom_outbox c
                    WHERE c.backend_id = r.backend_id AND c.partner_id = r.partner_id
                      AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0)
               AND NOT EXISTS (
                   SELECT FROM usercom_binding b
                     JOIN usercom_inbox i
                       ON i.backend_id = b.backend_id AND i.external_id = b.external_id
                    WHERE b.backend_id = r.backend_id AND b.partner_id = r.partner_id
                      AND b.external_id > 0 AND i.state = 'pending' OFFSET 0)
               AND NOT EXISTS (
                   SELECT FROM usercom_binding b
                     JOIN usercom_inbox i
                       ON i.backend_id = b.backend_id AND i.custom_id = b.custom_id
                    WHERE b.backend_id = r.backend_id AND b.partner_id = r.partner_id
                      AND i.state = 'pending' AND coalesce(i.external_id, 0) = 0 OFFSET 0)
               AND NOT EXISTS (
                   SELECT FROM res_partner p
                     JOIN usercom_inbox i ON i.email = p.email_normalized
                    WHERE p.id = r.partner_id AND i.backend_id = r.backend_id
                      AND i.state = 'pending' AND coalesce(i.external_id, 0) = 0 OFFSET 0)"""
        )


class UsercomInbox(models.Model):
    _inherit = "usercom.inbox"

    @api.model
    def _unhindered(self):
        """A user under way, or whose contact is being sent, waits its turn.

        One index for each way of being named, as in the outbox.
        """
        return SQL(
            """NOT EXISTS (
                   SELECT FROM usercom_inbox c
                    WHERE c.backend_id = r.backend_id AND c.user_ref = r.user_ref
                      AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0)
               AND NOT EXISTS (
                   SELECT FROM usercom_binding b
                     JOIN usercom_outbox c
                       ON c.backend_id = b.backend_id AND c.partner_id = b.partner_id
                    WHERE b.backend_id = r.backend_id AND b.external_id = r.external_id
                      AND b.external_id > 0
                      AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0)
               AND (r.external_id > 0 OR NOT EXISTS (
                   SELECT FROM usercom_binding b
                     JOIN usercom_outbox c
                       ON c.backend_id = b.backend_id AND c.partner_id = b.partner_id
                    WHERE b.backend_id = r.backend_id AND b.custom_id = r.custom_id
                      AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0))
               AND (r.external_id > 0 OR NOT EXISTS (
                   SELECT FROM res_partner p
                     JOIN usercom_outbox c ON c.partner_id = p.id
                    WHERE p.email_normalized = r.email AND c.backend_id = r.backend_id
                      AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0))"""
        )
