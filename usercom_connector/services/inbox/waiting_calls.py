"""Calls of User.com that wait for days, as while an account is paused: reported, then deleted."""

import logging
from datetime import datetime, timedelta
from typing import Any

from odoo import fields
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Somebody for whom a "no" may count: it is withdrawn here as soon as the call is worked off.
IS_KNOWN = """
    (EXISTS (SELECT FROM usercom_binding b
              WHERE b.backend_id = i.backend_id AND b.external_id = i.external_id)
     OR EXISTS (SELECT FROM usercom_binding b
                 WHERE b.backend_id = i.backend_id AND b.custom_id = i.custom_id)
     OR EXISTS (SELECT FROM res_partner p WHERE p.email_normalized = i.email))"""
SAYS_NO = """jsonb_path_exists(i.consents, '$.*.said ? (@ == "no")')"""


class WaitingCalls:
    """The calls that have waited for many days, whether the account runs or is paused.

    They can be deleted, because the reconciliation reads all users that have changed since the last
    one. Two kinds are kept. A call with a "no" of somebody known may be its only trace: perhaps a
    "yes" that Odoo sent at the same moment has overwritten it in User.com. And where User.com does
    not serve the reconciliation, all calls are kept.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def days_until_reported(self) -> int:
        """After how many days they are reported: some time before they are deleted."""
        return max(self._backend.waiting_days // 2, 1)

    def count_old(self) -> int:
        """How many have to be reported."""
        if not self._backend.waiting_days:
            return 0
        older = ("create_date", "<", self._days_ago(self.days_until_reported()))
        waiting = [("backend_id", "=", self._backend.id), ("state", "=", "pending"), older]
        return self._backend.env["usercom.inbox"].sudo().search_count(waiting)

    def forget(self, most: int) -> int:
        """Delete those that are too old, at most so many; returns how many."""
        if not self._is_reconciled():
            return 0
        days = self._backend.waiting_days
        inbox = self._backend.env["usercom.inbox"]
        inbox.flush_model()
        forgotten = self._backend.env.execute_query(self._deletion(self._days_ago(days), most))
        inbox.invalidate_model()
        if forgotten:
            message = "user.com: forgot %s calls that had waited for more than %s days"
            _logger.info(message, len(forgotten), days)
        return len(forgotten)

    def _is_reconciled(self) -> bool:
        sweep = self._backend.env["usercom.sweep"].sudo()._known(self._backend, "reconcile")
        return bool(sweep.read_until and not sweep.error)

    def _deletion(self, moment: datetime, most: int) -> SQL:
        return SQL(
            """DELETE FROM usercom_inbox WHERE id = ANY(ARRAY(
                   SELECT i.id FROM usercom_inbox i
                    WHERE i.backend_id = %s AND i.state = 'pending' AND i.create_date < %s
                      AND i.claimed_at IS NULL AND i.partner_id IS NULL
                      AND NOT (coalesce(%s, false) AND %s)
                    LIMIT %s FOR UPDATE SKIP LOCKED))
               RETURNING id""",
            self._backend.id,
            moment,
            SQL(SAYS_NO),
            SQL(IS_KNOWN),
            most,
        )

    def _days_ago(self, days: int) -> datetime:
        return fields.Datetime.now() - timedelta(days=days)
