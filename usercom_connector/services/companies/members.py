"""Who is to be made a member of companies, and who to be one no more."""

from __future__ import annotations

from typing import Any

from ...usercom.company_sync import MemberChange
from ..queue.claims import Task

Pending = dict[int, tuple[dict[int, int], dict[int, int]]]
"""``{link id: (joining, leaving)}``, each ``{id of the user's link: user id}``."""


class MemberTasks:
    """Makes the tasks of companies whose members change.

    Before the calls it is noted whom they make members: a membership that is found there after an
    unheard call is our own, and so ours to end.
    """

    def __init__(self, backend: Any) -> None:
        self._memberships = backend.env["usercom.membership"]

    def of(self, rows: Any, links: dict[int, Any], pending: Pending) -> list[Task]:
        """Return one task per row; ``links``: {contact id: the company's link}."""
        chosen = {row: links[row.partner_id.id] for row in rows}
        known = self._known(chosen.values(), pending)
        tasks = [
            Task(row, _change(link, pending[link.id], known.get(link.id, {})))
            for row, link in chosen.items()
        ]
        self._note_tries({link.id: pending[link.id][0] for link in chosen.values()}, known)
        return tasks

    def _known(self, links: Any, pending: Pending) -> dict[int, dict[int, Any]]:
        """``{link id: {id of the user's link: membership}}``."""
        link_ids = [link.id for link in links]
        concerned = {key for link_id in link_ids for side in pending[link_id] for key in side}
        found = self._memberships.search(
            [("link_id", "in", link_ids), ("binding_id", "in", list(concerned))]
        )
        return {
            link.id: {member.binding_id.id: member for member in members}
            for link, members in found.grouped("link_id").items()
        }

    def _note_tries(
        self, joining: dict[int, dict[int, int]], known: dict[int, dict[int, Any]]
    ) -> None:
        tried, new = [], []
        for link_id, bindings in joining.items():
            members = known.get(link_id, {})
            tried += [members[key].id for key in bindings if key in members]
            new += [
                {"link_id": link_id, "binding_id": key} for key in bindings.keys() - members.keys()
            ]
        self._memberships.browse(tried).is_tried = True
        self._memberships.create([{**vals, "is_ours": True, "is_tried": True} for vals in new])


def _change(
    link: Any, pending: tuple[dict[int, int], dict[int, int]], known: dict[int, Any]
) -> MemberChange:
    joining, leaving = pending
    ended = [user_id for key, user_id in leaving.items() if known[key].is_ours]
    tried = [user_id for key, user_id in joining.items() if key in known and _is_made(known[key])]
    return MemberChange(link.external_id, tuple(joining.values()), tuple(ended), frozenset(tried))


def _is_made(member: Any) -> bool:
    """Whether it is our own, though it may be found there already.

    So it is after an unheard call, and where User.com merged a user whom Odoo had made a member
    into another one, who is a member in its place.
    """
    return bool(member.is_tried or (member.is_ours and not member.has_left))
