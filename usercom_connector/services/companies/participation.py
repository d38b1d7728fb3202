"""Which companies are synchronized, and who is to be a member of them."""

from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

LINKS = {"users": "usercom.binding", "companies": "usercom.company"}
"""The model of the links of what contacts are sent as."""

MEMBERS = 50  # that one piece of work deals with
SECONDS = 5  # that it takes at most

# The link ``k`` leads to a user who exists and whose contact is synchronized.
LIVE = SQL("k.external_id > 0 AND k.state NOT IN ('gone', 'erased') AND k.left_at IS NULL")

# The membership ``m`` of the user of the link ``k`` was ended. That of another user tells nothing:
# the night may merge the one who left into another, who has got the membership then.
HAS_LEFT = SQL("(m.has_left IS TRUE AND coalesce(m.external_id, 0) IN (0, k.external_id))")


class CompanyParticipation:
    """The companies of one account: of its company or of none; not Odoo's own, nor an erased one.

    A company is sent once one of its contacts is linked with a user, and goes on to be.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def taking_part(self, partners: Any) -> Any:
        """Those of ``partners`` that are synchronized as companies."""
        if not self._backend.sync_companies:
            return partners.browse()
        own = partners.env["res.company"].sudo().search([]).partner_id
        domain = Domain("id", "in", (partners - own).ids) & Domain("is_company", "=", True)
        erased = Domain("backend_id", "=", self._backend.id) & Domain("state", "=", "erased")
        domain &= Domain("usercom_binding_ids", "not any", erased)
        return self._backend._partners().search(domain & self._backend._partners_of_company())


class PendingMembers:
    """Who is to become a member of linked companies, and who to be one no more."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def of(self, links: Any) -> dict[int, tuple[dict[int, int], dict[int, int]]]:
        """Return ``{link id: (joining, leaving)}``, each ``{id of the user's link: user id}``.

        No more of each are named than one piece of work deals with: others have their turn in
        between. A link without any is left out.
        """
        most = max(1, min(MEMBERS, int(SECONDS * self._backend.rate_limit)))
        for model in ("usercom.binding", "usercom.company", "usercom.membership"):
            self._env[model].flush_model()
        self._env["res.partner"].flush_model(["commercial_partner_id", "active"])
        found: dict[int, tuple[dict[int, int], dict[int, int]]] = {}
        for side, query in enumerate((_JOINING, _LEAVING)):
            sql = SQL(query, live=LIVE, has_left=HAS_LEFT, links=links.ids, most=most)
            for link_id, binding_id, user_id in self._env.execute_query(sql):
                found.setdefault(link_id, ({}, {}))[side][binding_id] = user_id
        return found


_JOINING = """
    SELECT c.id, k.id, k.external_id
      FROM usercom_company c, LATERAL (
           SELECT k.id, k.external_id
             FROM res_partner p
             JOIN usercom_binding k ON k.partner_id = p.id AND k.backend_id = c.backend_id
            WHERE p.commercial_partner_id = c.partner_id AND p.id <> c.partner_id AND p.active
              AND %(live)s
              AND NOT EXISTS (SELECT FROM usercom_membership m
                               WHERE m.link_id = c.id AND m.binding_id = k.id
                                 AND m.external_id = k.external_id AND NOT %(has_left)s)
            LIMIT %(most)s) k
     WHERE c.id = ANY(%(links)s) AND c.external_id > 0 AND c.state <> 'gone'"""
_LEAVING = """
    SELECT c.id, k.id, k.external_id
      FROM usercom_company c, LATERAL (
           SELECT k.id, k.external_id
             FROM usercom_membership m
             JOIN usercom_binding k ON k.id = m.binding_id
             JOIN res_partner p ON p.id = k.partner_id
            WHERE m.link_id = c.id AND NOT %(has_left)s
              AND (p.commercial_partner_id <> c.partner_id OR p.id = c.partner_id)
            LIMIT %(most)s) k
     WHERE c.id = ANY(%(links)s) AND c.external_id > 0 AND c.state <> 'gone'"""
