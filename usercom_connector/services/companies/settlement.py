"""What comes of a company's push, and of a change of its members."""

from collections.abc import Iterable
from typing import Any

from ...usercom import User
from ...usercom.company_sync import (
    CompanyPush,
    CompanyRemoval,
    CompanySearch,
    MemberChange,
    MembersChanged,
)
from ...usercom.push import Push
from ...usercom.pushed import Pushed
from ...usercom.records import COMPANIES
from ...usercom.texts import excerpt
from ..contacts.texts import by_id
from ..contacts.value_changes import ValueChanges
from ..failures.problem import Problem
from ..importer.merge_plan import MergePlan
from ..queue.brake import OF_COMPANIES, Brake
from ..queue.claims import Task
from ..values.problems import pushed_problems
from .merge import CompanyPlanner
from .participation import CompanyParticipation, PendingMembers
from .removals import CompanyRemovals


class CompanySettlement:
    """Stores the results of one account's work on companies, in the transaction of the drain."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._links = backend.env["usercom.company"]

    def settle(self, task: Task, result: Any) -> None:
        """Store what came of a task's job."""
        if isinstance(task.job, CompanyRemoval):
            CompanyRemovals(self._backend).settle(task.rows)
        elif isinstance(task.job, CompanySearch):
            CompanyRemovals(self._backend).settle_search(task.rows, result)
        else:
            self._settle_inside(task, result)

    def _settle_inside(self, task: Task, result: Any) -> None:
        link = self._links._ensure(self._backend, task.rows.partner_id)
        if _is_another_by_now(link, task.job, result):
            task.rows._put_back()
        elif isinstance(result, MembersChanged):
            self._settle_members(task, link, result)
        elif result.missing:
            link._settle_missing(task.rows)
        elif result.found:
            link._forget_unsent(_push(task))
            self._settle_found(task.rows, link, result.found)
        else:
            self._settle_sent(task, link, result)

    def _settle_sent(self, task: Task, link: Any, pushed: Pushed) -> None:
        push, row, company = _push(task), task.rows, pushed.user
        company_id = company.id if company else push.identity.user_id
        mappings = self._backend._active_company_mappings()
        problems = task.problems + pushed_problems(mappings, row.partner_id, pushed)
        link._agree(company_id, company, pushed.base, "\n".join(problems))
        if company and any(mapping.direction != "export" for mapping in mappings):
            self._bring_answered(row.partner_id, link, company)
        if PendingMembers(self._backend).of(link):
            row._put_back()
            return
        answer = dict(company.values) if company else None
        outcome = "sent" if pushed.wrote else "equal"
        row._close(problems, outcome=outcome, sent=excerpt(pushed.sent), answer=excerpt(answer))

    def _bring_answered(self, partner: Any, link: Any, company: User) -> None:
        """Bring what the answer to a push shows besides: the list will count it as seen."""
        error = link.last_error
        plan = CompanyPlanner(self._backend, partner).plan(partner, company, link)
        self._carry_out([plan], [link])
        link.last_error = error or "\n".join(plan.problems)
        link.state = "failed" if link.last_error else "synced"

    def _settle_found(self, row: Any, link: Any, company: Any) -> None:
        """Merge with a company that was read; what Odoo knows better is sent next."""
        other = self._links._of_user(self._backend, company.id) - link
        if other:
            row._fail(self._same_company(row.partner_id, other.partner_id), is_ambiguous=True)
            return
        plan = CompanyPlanner(self._backend, link.partner_id).plan(row.partner_id, company, link)
        self._carry_out([plan], [link])
        is_left = plan.to_push or not company.custom_id
        row._close(plan.problems, outcome="compared")
        if is_left or PendingMembers(self._backend).of(link):
            self._env["usercom.outbox"]._enqueue_companies(row.partner_id.ids)

    def _carry_out(self, plans: list[MergePlan], links: Iterable[Any]) -> None:
        """Bring to the contacts of the ``links`` what User.com knows better."""
        emptied = sum(None in plan.written.values() for plan in plans)
        Brake(self._backend).count({OF_COMPANIES + "emptied_here": emptied})
        for plan, link in zip(plans, links, strict=True):
            if plan.vals:
                plan.partner.write(plan.vals)
            problems = "\n".join(plan.problems)
            link._agree(plan.user.id, plan.user, plan.agreed.base, problems, plan.unconfirmed)
        if self._backend.history_days:
            ValueChanges(self._backend).note_merged(plans, COMPANIES)

    def bring(self, companies: list[User]) -> None:
        """Bring to linked companies what User.com now says of them; of the rest nothing.

        What waits to be sent is merged once it is: a blind push would overwrite what is new there.
        """
        known = {company.id: company for company in companies}
        changed = self.linked(companies).filtered(
            lambda link: not link._has_seen(known[link.external_id])
        )
        planner = CompanyPlanner(self._backend, changed.partner_id)
        plans = [planner.plan(link.partner_id, known[link.external_id], link) for link in changed]
        self._carry_out(plans, changed)
        if again := [plan.partner.id for plan in plans if plan.to_push or not plan.user.custom_id]:
            self._env["usercom.outbox"]._enqueue_companies(again)

    def linked(self, companies: list[User]) -> Any:
        """The links of these companies, as far as Odoo's are synchronized and wait for nothing."""
        links = self._links.search(
            [
                ("backend_id", "=", self._backend.id),
                ("external_id", "in", [company.id for company in companies]),
                ("state", "in", ("synced", "failed")),
                ("left_at", "=", False),
            ]
        )
        inside = CompanyParticipation(self._backend).taking_part(links.partner_id)
        return links.filtered(lambda link: link.partner_id in inside)

    def _same_company(self, partner: Any, other: Any) -> Problem:
        text = self._env._(
            "%(contact)s is the same User.com company as %(other)s. Merge the two contacts, or "
            "give one of them another custom ID.",
            contact=by_id(partner),
            other=by_id(other),
        )
        return Problem(text, "same_user")

    # ---- members ----

    def _settle_members(self, task: Task, link: Any, done: MembersChanged) -> None:
        """Note who is a member now, and go on with the others."""
        row = task.rows
        if done.is_missing:
            link._settle_missing(row)
            return
        self._note_members(link, done)
        if self._backend.history_days:
            ValueChanges(self._backend).note_members(row, link.partner_id, done)
        self._note_left(link, done.left)
        row._put_back()

    def _note_left(self, link: Any, left: set[int]) -> None:
        """Note of contacts that belong to the company no more that they have left it.

        ``left``: the users who were made no members. What is not ours to end is only noted.
        """
        _joining, leaving = PendingMembers(self._backend).of(link).get(link.id, ({}, {}))
        for member in link._memberships(list(leaving)):
            user_id = leaving[member.binding_id.id]
            if user_id in left or not member.is_ours:
                member.write({"has_left": True, "external_id": user_id})

    def _note_members(self, link: Any, done: MembersChanged) -> None:
        settled = done.joined | done.present | done.unknown
        bindings = self._env["usercom.binding"].search(
            [("backend_id", "=", self._backend.id), ("external_id", "in", list(settled))]
        )
        known = {member.binding_id: member for member in link._memberships(bindings.ids)}
        missing = []
        for binding in bindings:
            vals = {
                "external_id": binding.external_id,
                "is_ours": binding.external_id in done.joined,
                "is_tried": False,
                "has_left": False,
            }
            if member := known.get(binding):
                member.write(vals)
            else:
                missing.append({"link_id": link.id, "binding_id": binding.id, **vals})
        self._env["usercom.membership"].create(missing)


def _is_another_by_now(link: Any, job: Any, result: Any) -> bool:
    """Whether the contact is another company since the call began: two contacts were merged."""
    if isinstance(job, MemberChange):
        met = {job.company_id}
    else:
        companies = (each for each in (result.user, result.found) if each)
        met = {job.push.identity.user_id, *(company.id for company in companies)}
    return bool(link.external_id) and link.external_id not in met


def _push(task: Task) -> Push:
    job: CompanyPush = task.job
    return job.push
