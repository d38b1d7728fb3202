"""Calls that something urgent waits for go first."""

from collections.abc import Iterable
from typing import Any

from odoo.tools import SQL

from ..queue.claims import URGENT


def prioritize_calls(env: Any, partner_ids: Iterable[int]) -> None:
    """Prioritize the calls about contacts that withdrew a consent, as they are sent after these."""
    env.cr.execute(
        SQL(
            """UPDATE usercom_inbox SET priority = %(urgent)s, next_attempt_at = NULL
                WHERE id IN (
                   SELECT i.id FROM usercom_inbox i JOIN usercom_binding b
                          ON b.backend_id = i.backend_id AND b.external_id = i.external_id
                    WHERE b.partner_id = ANY(%(partners)s) AND i.state = 'pending'
                   UNION
                   SELECT i.id FROM usercom_inbox i JOIN usercom_binding b
                          ON b.backend_id = i.backend_id AND b.custom_id = i.custom_id
                    WHERE b.partner_id = ANY(%(partners)s) AND i.state = 'pending'
                      AND coalesce(i.external_id, 0) = 0
                   UNION
                   SELECT i.id FROM usercom_inbox i JOIN res_partner p
                          ON p.email_normalized = i.email
                    WHERE p.id = ANY(%(partners)s) AND i.state = 'pending'
                      AND coalesce(i.external_id, 0) = 0)""",
            urgent=URGENT,
            partners=list(partner_ids),
        )
    )
