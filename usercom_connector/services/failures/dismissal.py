"""Failed rows that somebody decides to leave as they are."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...usercom.merge import Base, remote_base_value
from ..consents.answers import ConsentField
from ..notifications import Part, joined
from ..queue.claims import URGENT

REMOVALS = ("unsubscribe", "delete")


class Dismissal:
    """Closes failed ``rows`` of one queue as dismissed, all but those that carry a refusal.

    Who has withdrawn a consent, or whose contact was archived or deleted, has said "no". As long as
    User.com does not know, the row is what remembers it: it stays failed until a retry succeeds.
    """

    def __init__(self, rows: Any) -> None:
        self._rows = rows
        self._env = rows.env

    def carry_out(self) -> tuple[int, int]:
        """Dismiss the rows; returns how many were, and how many are kept."""
        kept = self._kept()
        rows = self._rows - kept
        rows.write({"state": "dismissed"})
        return len(rows), len(kept)

    def _kept(self) -> Any:
        """The rows that carry a refusal which User.com does not know of yet."""
        if self._rows._name == "usercom.inbox":
            return self._rows.filtered(_brings_withdrawal)
        if self._rows._name == "usercom.event":
            return self._rows.browse()
        removals = self._rows.filtered(lambda row: row.operation in REMOVALS)
        return removals + self._withdrawals(self._rows - removals)

    def _withdrawals(self, rows: Any) -> Any:
        found = rows.browse()
        for backend, group in rows.grouped("backend_id").items():
            links = self._env["usercom.binding"]._of(backend, group.partner_id)
            rows = group.filtered(partial(_may_have_user, links=links))
            untold = self._untold(backend, rows.partner_id, links)
            found += rows.filtered(lambda row, untold=untold: row.partner_id.id in untold)
        return found

    def _untold(self, backend: Any, partners: Any, links: dict[int, Any]) -> set[int]:
        """The ids of ``partners`` with a "no" to a consent that User.com is not known to have."""
        consents = backend.mapping_ids.filtered("is_consent")
        sent = [m for m in consents if m._rules()[0].direction != "import"]
        bases = {key: link._last_base() for key, link in links.items()}
        return {
            partner.id
            for mapping in sent
            for partner in backend._with_account_context(partners)
            if _is_untold(mapping, partner, bases.get(partner.id, Base()))
        }


def dismissed(queues: list[Any]) -> dict[str, Any]:
    """Dismiss rows of several queues; returns the action that tells how many, and of the rest."""
    env = queues[0].env
    counts = [Dismissal(rows).carry_out() for rows in queues]
    done, kept = (sum(numbers) for numbers in zip(*counts, strict=True))
    about_kept = env._(
        "Not dismissed: %s. These still have to tell User.com or Odoo of a withdrawn consent, an "
        "unsubscription or a deletion. Correct what is wrong, then retry them.",
        kept,
    )
    parts: list[Part] = [(env._("Dismissed: %s.", done), []), (about_kept if kept else "", [])]
    return joined(env, parts, "warning" if kept else "success")


def _may_have_user(row: Any, links: dict[int, Any]) -> bool:
    """Whether the contact of a row is a user, or may be one that is not known yet.

    Who has no valid e-mail address was neither looked for nor created.
    """
    link = links.get(row.partner_id.id)
    if link and link.external_id:
        return bool(link.state != "gone")
    return bool(row.error_code != "invalid_email")


def _is_untold(mapping: Any, partner: Any, base: Base) -> bool:
    """Whether the contact says "no", and both sides have not agreed on that yet."""
    withdrawn = mapping._withdrawn()
    says = ConsentField(mapping).canonical_value(partner)
    return bool(says == withdrawn and remote_base_value(base, mapping._key()) != withdrawn)


def _brings_withdrawal(call: Any) -> bool:
    """Whether a call of User.com told of a withdrawn consent."""
    answers = (call.consents or {}).values()
    return call.priority >= URGENT or any(each.get("said") == "no" for each in answers)
