"""Which rows of the queues block each other, as conditions in SQL.

A contact is not sent while a call about its user waits, and its user is not read while it is sent.
Each condition says that the row ``r`` of a queue is blocked by no row of the same contact.

A user is named by id, else by custom id, else by e-mail: one look-up by index for each way. Without
OFFSET 0 and fresh statistics PostgreSQL would join the queues as a whole instead, which takes
minutes when a burst of calls has just come in.
"""

from odoo.tools import SQL

# Users are merged into that of a contact as if it were sent: first they are merged, then the rest
# is sent, and neither while the other is under way. Only a withdrawn consent, of priority 1, does
# not wait, and nothing waits for a merge that fails again and again. Whether any is to be done at
# all is looked up once, and not for each row.
PATIENCE = 3  # attempts
OUTBOX_MERGES_ARE_FREE = SQL(
    """(NOT EXISTS (SELECT FROM usercom_outbox WHERE state = 'pending' AND operation = 'merge')
       OR NOT EXISTS (
           SELECT FROM usercom_binding b
             JOIN usercom_outbox c
               ON c.backend_id = b.backend_id AND c.into_external_id = b.external_id
            WHERE b.backend_id = r.backend_id AND b.partner_id = r.partner_id
              AND b.external_id > 0 AND c.state = 'pending' AND c.operation = 'merge'
              AND (c.claimed_at IS NOT NULL
                   OR r.priority <= 0 AND coalesce(c.retries, 0) < %s) OFFSET 0)
       AND NOT (r.operation = 'merge' AND (EXISTS (
           SELECT FROM usercom_binding b
             JOIN usercom_outbox c
               ON c.backend_id = b.backend_id AND c.partner_id = b.partner_id
            WHERE b.backend_id = r.backend_id AND b.external_id = r.into_external_id
              AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0)
       OR EXISTS (
           SELECT FROM usercom_inbox i
            WHERE i.backend_id = r.backend_id AND i.external_id = r.into_external_id
              AND i.state = 'pending' AND i.claimed_at IS NOT NULL OFFSET 0))))""",
    PATIENCE,
)

# The contact is not being sent, and no call about its user waits or is being worked off. Whether
# any call waits at all is looked up once, and not for each row.
OUTBOX_IS_FREE = SQL(
    """%s AND NOT EXISTS (
           SELECT FROM usercom_outbox c
            WHERE c.backend_id = r.backend_id AND c.partner_id = r.partner_id
              AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0)
       AND (NOT EXISTS (SELECT FROM usercom_inbox WHERE state = 'pending') OR NOT EXISTS (
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
              AND i.state = 'pending' AND coalesce(i.external_id, 0) = 0 OFFSET 0))""",
    OUTBOX_MERGES_ARE_FREE,
)

# No call about the user is being worked off, nobody is merged into it, and its contact is not sent.
INBOX_IS_FREE = SQL(
    """NOT EXISTS (
           SELECT FROM usercom_inbox c
            WHERE c.backend_id = r.backend_id AND c.user_ref = r.user_ref
              AND c.state = 'pending' AND c.claimed_at IS NOT NULL OFFSET 0)
       AND NOT EXISTS (
           SELECT FROM usercom_outbox c
            WHERE c.backend_id = r.backend_id AND c.into_external_id = r.external_id
              AND c.state = 'pending' AND c.operation = 'merge'
              AND c.claimed_at IS NOT NULL OFFSET 0)
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
