"""What is noted of orders that a history sends, so that later changes find the same deals.

A note without a digest stands for a deal of which nobody knows whether it has arrived: any change
of its order sends it.
"""

from __future__ import annotations

from typing import Any

from odoo.tools import SQL

from odoo.addons.usercom_connector.services.events.deal_companies import COMPANY_KEYS
from odoo.addons.usercom_connector.usercom import strict_json

from .candidates import Candidate


class HistoryNotes:
    """Those of the orders of one account."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def note_leaving(self, rows: list[dict[str, Any]]) -> None:
        """Note that these orders are about to be sent, in rows that ``row_of`` returned.

        What an order's own change has had noted since it was read stays as it is.
        """
        self._env["usercom.order"].flush_model()
        order_ids = [row["order_id"] for row in rows]
        values = {"rows": strict_json.dumps(rows), "backend": self._backend.id}
        self._env.cr.execute(SQL(OF_OTHERS, order_ids, self._backend.id))
        self._env.cr.execute(SQL(IN_DOUBT, **values))
        self._env.cr.execute(SQL(NEW, **values, uid=self._env.uid))
        self._env["usercom.order"].invalidate_model()

    def confirm(self, lines: Any) -> None:
        """Note that the orders of these lines of a history have arrived as they were sent."""
        lines.flush_model()
        self._env.cr.execute(SQL(ARRIVED, lines.ids))
        self._env["usercom.order"].invalidate_model()


def row_of(candidate: Candidate) -> dict[str, Any]:
    """What ``note_leaving`` has to know of an order."""
    report, company = candidate.report, candidate.order.partner_id.commercial_partner_id
    return {
        "order_id": candidate.order.id,
        "order_state": report.values["order_state"] if report else None,
        "seen": report.note.digest or None if report and report.note else None,
        "lacks_company": company.is_company and COMPANY_KEYS.isdisjoint(candidate.owner),
    }


OF_OTHERS = "DELETE FROM usercom_order WHERE order_id = ANY(%s) AND backend_id <> %s"
IN_DOUBT = """
    UPDATE usercom_order n SET digest = NULL, lacks_company = r.lacks_company
      FROM jsonb_to_recordset(%(rows)s::jsonb)
           AS r (order_id int, seen text, lacks_company boolean)
     WHERE n.order_id = r.order_id AND n.backend_id = %(backend)s AND n.digest = r.seen"""
NEW = """
    INSERT INTO usercom_order (backend_id, order_id, order_state, lacks_company,
                               create_uid, write_uid, create_date, write_date)
    SELECT %(backend)s, r.order_id, r.order_state, r.lacks_company, %(uid)s, %(uid)s,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (order_id int, order_state text,
                                                     lacks_company boolean)
      JOIN sale_order o ON o.id = r.order_id
     ORDER BY r.order_id
        ON CONFLICT (order_id) DO NOTHING"""
ARRIVED = """
    UPDATE usercom_order n SET digest = l.digest, order_state = l.order_state
      FROM usercom_order_history_line l
     WHERE l.id = ANY(%s) AND n.order_id = l.order_id AND n.digest IS NULL"""
