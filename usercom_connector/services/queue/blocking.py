"""Which rows of the queues block each other.

A contact is not sent while a call about its user waits, and its user is not read while it is sent.
Each condition says that the row ``r`` of a queue is blocked by no row of the same contact.

A user is named by id, else by custom id, else by e-mail: one look-up by index for each way. Without
OFFSET 0 and fresh statistics PostgreSQL would join the queues as a whole instead, which takes
minutes when a burst of calls has just come in.
"""

from odoo.tools import SQL

# The contact is not being sent, and no call about its user waits or is being worked off.
OUTBOX_IS_FREE = SQL(
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

# No call about the user is being worked off, and its contact is not being sent.
INBOX_IS_FREE = SQL(
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
