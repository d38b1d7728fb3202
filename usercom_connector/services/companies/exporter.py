"""From claimed rows of companies to calls of User.com, and from their answers to links."""

from typing import Any

from odoo import fields

from ...usercom.company_sync import CompanyPush
from ...usercom.jobs import Identity
from ...usercom.merge import Base
from ...usercom.push import Push
from ...usercom.verify_write import added
from ..comparison import Comparison
from ..queue.claims import Task
from ..values.exporter import email_problem
from .members import MemberTasks
from .participation import CompanyParticipation, PendingMembers
from .removals import CompanyRemovals


class CompanyExporter:
    """Brings the companies of one account, and who is a member of them, to User.com.

    A row goes round until nothing is left to do: the company is created, then its members follow a
    few at a time, then what has changed since is sent.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._links = backend.env["usercom.company"]

    def tasks(self, rows: Any) -> list[Task]:
        """What to do for the claimed ``rows``; those that need no call are settled at once.

        A row without a contact is about the company of one that was deleted or merged into another.
        """
        if not rows:
            return []
        removals, contacts = CompanyRemovals(self._backend), rows.filtered("partner_id")
        inside_ids = set(CompanyParticipation(self._backend).taking_part(contacts.partner_id).ids)
        inside = contacts.filtered(lambda row: row.partner_id.id in inside_ids)
        removals.note_return(inside)
        links = self._links._of(self._backend, contacts.partner_id)
        free = self._without_open_creations(contacts, links)
        left = removals.of_left(free - inside, links)
        return left + removals.of_deleted(rows - contacts) + self._of_inside(free & inside, links)

    def _of_inside(self, inside: Any, links: dict[int, Any]) -> list[Task]:
        pending = PendingMembers(self._backend).of(self._links.concat(*links.values()))
        changes = inside.filtered(
            lambda row: (link := links.get(row.partner_id.id)) and link.id in pending
        )
        members = MemberTasks(self._backend).of(changes, links, pending)
        return members + self._pushes(inside - changes, links)

    def _without_open_creations(self, rows: Any, links: dict[int, Any]) -> Any:
        """The ``rows`` but those whose company may be being created by an earlier call."""
        waiting, now = rows.browse(), fields.Datetime.now()
        for row in rows:
            link = links.get(row.partner_id.id)
            if link and (until := link._creation_ends()) and until > now:
                row._postpone((until - now).total_seconds())
                waiting += row
        return rows - waiting

    def _pushes(self, rows: Any, links: dict[int, Any]) -> list[Task]:
        if not rows:
            return []
        mappings = self._backend._active_company_mappings()
        comparison = Comparison(mappings, rows.partner_id)
        tasks = [self._push(row, links, comparison) for row in rows]
        self._note_sent(tasks, links)
        return tasks

    def _push(self, row: Any, links: dict[int, Any], comparison: Comparison) -> Task:
        partner = self._backend._with_account_context(row.partner_id)
        link = links.get(partner.id)
        company_id = (link and link.external_id) or None
        known = link and link.custom_id
        custom_id = known or self._backend._company_custom_id(partner)
        values, problems = comparison.export(partner)
        if problem := email_problem(comparison.mappings, partner, values):
            values.pop("email")
            problems.insert(0, problem)
        job = Push(
            Identity(user_id=company_id, custom_id=custom_id),
            comparison.rules,
            comparison.attributes,
            link._agreed_with(company_id) if link else Base(),
            values,
            custom_id if company_id and not known else None,
            link._unconfirmed_by(company_id) if link else {},
            reads_first=row.is_by_hand,
        )
        return Task(row, CompanyPush(job), problems)

    def _note_sent(self, tasks: list[Task], links: dict[int, Any]) -> None:
        """Note, before the call, what is sent, and by what custom id companies are created."""
        pushes = {task.rows.partner_id: task.job.push for task in tasks}
        for partner, push in pushes.items():
            if push.identity.user_id and (sent := push.sends()):
                links[partner.id].unconfirmed = added(push.unconfirmed, sent)
        new = [partner for partner, push in pushes.items() if not push.identity.user_id]
        partners, now = self._backend.env["res.partner"].union(*new), fields.Datetime.now()
        for link in self._links._ensure(self._backend, partners):
            push = pushes[link.partner_id]
            sent = added(push.unconfirmed, push.sends())
            vals = {"creating_since": now, "custom_id": push.identity.custom_id}
            link.write(vals | {"unconfirmed": sent})
