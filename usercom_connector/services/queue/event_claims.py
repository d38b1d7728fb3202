"""Claiming events: of each contact one at a time, and in their order."""

from typing import Any

from odoo.tools import SQL

from .claims import Claims

# Nothing of the contact waits before it or is being sent, nor the contact itself where it has to go
# first; nor the same deal or product, nor a product that has to be there. One contact may have
# 100,000 rows: whether one of them is being sent is the cheapest question, and comes first; whether
# one waits before it is asked of the row before it by contact, which needs no statistics.
EVENT_IS_FREE = SQL(
    """CASE WHEN EXISTS (
           SELECT FROM usercom_event e
            WHERE e.partner_id = r.partner_id AND e.backend_id = r.backend_id
              AND e.state = 'pending' AND e.claimed_at IS NOT NULL OFFSET 0) THEN false
       ELSE (
           SELECT (e.partner_id, e.backend_id) = (r.partner_id, r.backend_id) FROM usercom_event e
            WHERE (e.partner_id, e.backend_id, e.id) < (r.partner_id, r.backend_id, r.id)
              AND e.state = 'pending'
            ORDER BY e.partner_id DESC, e.backend_id DESC, e.id DESC LIMIT 1) IS NOT TRUE END
       AND NOT EXISTS (
           SELECT FROM usercom_event e
            WHERE e.backend_id = r.backend_id AND e.kind = r.kind AND e.key = r.key
              AND e.state = 'pending' AND e.claimed_at IS NOT NULL OFFSET 0)
       AND NOT EXISTS (
           SELECT FROM jsonb_array_elements_text(r.product_keys) p, LATERAL (
                  SELECT FROM usercom_event e
                   WHERE e.backend_id = r.backend_id AND e.kind = 'product' AND e.key = p
                     AND e.state = 'pending' LIMIT 1) waiting)
       AND (r.awaits_contact IS NOT TRUE OR NOT EXISTS (
           SELECT FROM usercom_outbox o
            WHERE o.partner_id = r.partner_id AND o.backend_id = r.backend_id
              AND o.state = 'pending' OFFSET 0))
       AND (r.awaits_contact IS NOT TRUE OR NOT EXISTS (
           SELECT FROM usercom_inbox i
            WHERE i.partner_id = r.partner_id AND i.backend_id = r.backend_id
              AND i.state = 'pending' OFFSET 0))"""
)

# The first row of the contact of the row ``u``; none of a product.
FIRST = SQL(
    """SELECT e.id, e.product_keys FROM usercom_event e
        WHERE (e.partner_id, e.backend_id, e.id) >= (u.partner_id, u.backend_id, 0)
          AND e.state = 'pending'
        ORDER BY e.partner_id, e.backend_id, e.id LIMIT 1"""
)

# The row ``first``, and the products that it waits for.
AHEAD = SQL(
    """SELECT e.* FROM usercom_event e WHERE e.id = first.id
        UNION ALL
       SELECT e.* FROM jsonb_array_elements_text(first.product_keys) p, LATERAL (
              SELECT e.* FROM usercom_event e
               WHERE e.backend_id = u.backend_id AND e.kind = 'product' AND e.key = p
                 AND e.state = 'pending') e"""
)


NEAR = 1000  # rows that are looked at before all others


class EventClaims(Claims):
    model = "usercom.event"
    is_free = EVENT_IS_FREE

    def claim(self, priority: int) -> Any:
        """Claim the oldest rows, one of each contact: of the first thousand, or else of all."""
        near = SQL(
            """r.id = ANY(ARRAY(
                   SELECT e.id FROM usercom_event e
                    WHERE e.backend_id = %s AND e.state = 'pending' AND e.claimed_at IS NULL
                      AND e.priority = %s ORDER BY e.id LIMIT %s))""",
            self.backend.id,
            priority,
            NEAR,
        )
        return self._claim_among(near, priority) or self._claim_among(SQL("true"), priority)

    def _claim_among(self, chosen: SQL, priority: int) -> Any:
        return self._claim(
            SQL(
                """SELECT r.id FROM usercom_event r
                    WHERE %s AND r.priority = %s AND %s AND %s
                    ORDER BY r.id LIMIT %s FOR UPDATE OF r SKIP LOCKED""",
                chosen,
                priority,
                self._waits(),
                self._is_due(),
                self._size,
            )
        )

    def claim_ahead(self, priority: int) -> Any:
        """Claim what rows of this priority wait for, although it could wait itself.

        That is the first row of the contact, and the products that this one waits for.
        """
        return self._claim(
            SQL(
                """SELECT r.id FROM usercom_event r
                    WHERE r.id = ANY(ARRAY(
                          SELECT r.id FROM usercom_event u, LATERAL (%s) first, LATERAL (%s) r
                           WHERE u.backend_id = %s AND u.state = 'pending' AND u.priority = %s
                             AND r.priority < u.priority AND %s AND %s ORDER BY u.id LIMIT %s))
                      FOR UPDATE OF r SKIP LOCKED""",
                FIRST,
                AHEAD,
                self.backend.id,
                priority,
                self._waits(),
                self._is_due(),
                self._size,
            )
        )
