"""Contacts are merged in Odoo: which of their links stays, and what it takes over."""

from __future__ import annotations

from typing import Any

from ...usercom.verify_write import sent_by_all
from ..own_context import with_own_context


def merge_links(env: Any, merged: Any, survivor: Any) -> None:
    """Odoo merges the contacts ``merged`` into ``survivor``: keep one link in each account.

    The survivor's own user stays; without one it takes over another's, or what calls without an
    answer may have created. Users who lose their contact so are merged at User.com, too.
    """
    domain = [("partner_id", "in", (merged + survivor).ids)]
    for links in env["usercom.binding"].sudo().search(domain).grouped("backend_id").values():
        if kept := _to_keep(links, survivor):
            _merge_into(kept, links - kept, survivor)


def _to_keep(links: Any, survivor: Any) -> Any:
    """The one that stays of the ``links`` with one account: a live one if there is any."""
    kept = links.filtered(
        lambda link: link._is_live() or link._orphans() or link.partner_id == survivor
    )
    return kept.sorted(lambda link: (not link._is_live(), link.partner_id != survivor, link.id))[:1]


def _merge_into(kept: Any, others: Any, survivor: Any) -> None:
    """Have ``kept`` be the link of the survivor, and its user the one that all others become."""
    linked = others.filtered(lambda link: link._is_live())
    lost = {link.external_id: link._known() for link in linked}
    _take_over_creations(kept, others)
    kept._was_linked(linked._known_ids())
    others.unlink()
    _move(kept, survivor)
    outbox = kept.env["usercom.outbox"]
    outbox._enqueue_merge(kept.backend_id, kept.external_id, list(lost), lost)


def _take_over_creations(kept: Any, others: Any) -> None:
    """Remember the users that calls without an answer may have created for ``others``.

    They are second users of this link's contact: once they are met, they are merged into its
    user. If it has none yet, one of them becomes it.
    """
    open_ones = others.filtered(lambda link: not link.external_id)
    calls = [*open_ones.mapped("unconfirmed"), *others.mapped("created_with")]
    name = "created_with" if kept.external_id else "unconfirmed"
    kept[name] = sent_by_all([kept[name], *calls]) or False
    if not kept.external_id:
        moments = (kept + open_ones).filtered("unconfirmed_at").mapped("unconfirmed_at")
        kept.unconfirmed_at = max(moments, default=False)


def _move(link: Any, partner: Any) -> None:
    link.partner_id = partner
    key_field = link.backend_id._key_field()
    seen = with_own_context(link.backend_id._with_account_context(partner), linking=key_field)
    if link.external_id:
        seen[key_field] = str(link.external_id)
