"""Which companies are queued: those that an edit concerns, and those that somebody pushes."""

from collections.abc import Collection
from typing import Any

from odoo.tools import SQL

from ...usercom.records import COMPANIES
from .participation import HAS_LEFT, LIVE


def concerned_companies(
    env: Any, partner_ids: Collection[int], priority: int, chosen: SQL | None
) -> SQL:
    """Return the SQL that selects, as ``usercom.outbox._insert_waiting`` wants it, companies.

    An edit of these contacts concerns those of them that are companies with a link or a member, the
    companies that they are to become members of, and those that they are to leave. ``chosen`` is a
    condition of the account ``b``.
    """
    env["usercom.binding"].flush_model()
    env["usercom.membership"].flush_model()
    env["res.partner"].flush_model(["commercial_partner_id", "is_company", "company_id"])
    return SQL(
        _CONCERNED,
        partners=list(partner_ids),
        priority=priority,
        live=LIVE,
        has_left=HAS_LEFT,
        chosen=SQL("b.state IN ('running', 'paused')") if chosen is None else chosen,
    )


def queue_by_hand(links: Any) -> Any:
    """Queue the companies of these links, whose counterparts are read first; return those queued.

    Companies of accounts that do not run, or that are no longer synchronized, are left out.
    """
    ours = links.filtered(
        lambda link: (
            link.backend_id.sync_companies and link.backend_id.state in ("running", "paused")
        )
    )
    outbox = links.env["usercom.outbox"]
    for backend, some in ours.grouped("backend_id").items():
        partners = some.partner_id
        outbox._enqueue_companies(partners.ids, chosen=SQL("b.id = %s", backend.id))
        waiting = outbox._waiting_rows(partners, backend, COMPANIES)
        waiting.write({"next_attempt_at": False, "is_by_hand": True})
    return ours


_CONCERNED = """
    SELECT b.id AS backend_id, c.id AS partner_id, 'companies' AS resource,
           %(priority)s AS priority, false AS is_kept
      FROM usercom_backend b
      JOIN LATERAL (
           SELECT p.id FROM res_partner p
            WHERE p.id = ANY(%(partners)s)
              AND (EXISTS (SELECT FROM usercom_company l
                            WHERE l.partner_id = p.id AND l.backend_id = b.id)
                   OR EXISTS (SELECT FROM res_partner q
                                JOIN usercom_binding k
                                  ON k.partner_id = q.id AND k.backend_id = b.id
                               WHERE q.commercial_partner_id = p.id AND q.id <> p.id AND %(live)s))
            UNION
           SELECT p.commercial_partner_id FROM res_partner p
             JOIN usercom_binding k ON k.partner_id = p.id AND k.backend_id = b.id
            WHERE p.id = ANY(%(partners)s) AND p.commercial_partner_id <> p.id AND %(live)s
              AND NOT EXISTS (SELECT FROM usercom_membership m
                                JOIN usercom_company l ON l.id = m.link_id
                               WHERE m.binding_id = k.id AND m.external_id = k.external_id
                                 AND NOT %(has_left)s
                                 AND l.partner_id = p.commercial_partner_id)
            UNION
           SELECT l.partner_id FROM res_partner p
             JOIN usercom_binding k ON k.partner_id = p.id AND k.backend_id = b.id
             JOIN usercom_membership m ON m.binding_id = k.id
             JOIN usercom_company l ON l.id = m.link_id
            WHERE p.id = ANY(%(partners)s) AND NOT %(has_left)s
              AND (l.partner_id <> p.commercial_partner_id OR l.partner_id = p.id)
           ) f ON true
      JOIN res_partner c ON c.id = f.id
     WHERE b.sync_companies AND %(chosen)s
       AND (c.is_company AND (c.company_id IS NULL OR c.company_id = b.company_id)
            OR EXISTS (SELECT FROM usercom_company l
                        WHERE l.partner_id = c.id AND l.backend_id = b.id))
       AND NOT EXISTS (SELECT FROM res_company o WHERE o.partner_id = c.id)"""
