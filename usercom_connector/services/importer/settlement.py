"""What follows a merge, or the creation of contacts: links, conflicts, what is to be sent."""

from typing import Any

from odoo.fields import Domain

from ...usercom.merge import Conflict
from ..comparison import Comparison
from .merge_plan import MergePlan, have_agreed
from .results import ImportChoices

Bindings = dict[int, Any]
"""``{contact id: its link}``"""


class Settlement:
    """Settles plans that were carried out."""

    def __init__(self, backend: Any, choices: ImportChoices) -> None:
        self._backend = backend
        self._env = backend.env
        self._choices = choices

    def settle(self, plans: list[MergePlan], bindings: Bindings) -> None:
        """Link the contacts, record the conflicts, queue what Odoo knows better."""
        if self._choices.direction == "import":
            self._send_withdrawals_only(plans, bindings)
        self._link(plans, bindings)
        self._give_custom_ids(plans, bindings)
        about = Domain("external_id", "in", [plan.user.id for plan in plans if plan.is_whole()])
        self._env["usercom.inbox"]._supersede_failures(self._backend, about)
        self._env["usercom.conflict"]._record(self._backend, plans)
        outbox = self._env["usercom.outbox"]
        if to_push := [plan.partner.id for plan in plans if plan.to_push]:
            outbox._enqueue(to_push, self._backend)
        if pulled := [plan.partner.id for plan in plans if plan.written]:
            outbox._enqueue_elsewhere(self._backend, pulled)
            contacts = self._env["res.partner"].browse(pulled)
            self._backend._after_pull(self._backend._with_account_context(contacts))

    # ---- links ----

    def _link(self, plans: list[MergePlan], bindings: Bindings) -> None:
        Binding = self._env["usercom.binding"]
        outside, missing = self._newly_linked_outside(plans, bindings), []
        for plan in plans:
            values = Binding._agreement(
                plan.user.id,
                plan.user,
                plan.agreed.base,
                "\n".join(plan.problems),
                plan.unconfirmed,
            )
            if plan.partner in outside:
                values["left_at"] = values["synced_at"]
            if binding := bindings.get(plan.partner.id):
                if orphans := binding._orphans():
                    values["created_with"] = dict(orphans.sent)
                binding.write(values)
            else:
                missing.append({"partner_id": plan.partner.id, "left_at": None, **values})
        if missing:
            Binding._insert(self._backend, missing)

    def _newly_linked_outside(self, plans: list[MergePlan], bindings: Bindings) -> Any:
        """The contacts linked now that take no part: they never did, so they cannot leave."""
        known = {key for key, binding in bindings.items() if binding._is_live()}
        new = [plan.partner.id for plan in plans if plan.partner.id not in known]
        partners = self._backend._partners().browse(new)
        domain = self._backend._partner_domain()
        inside = partners.filtered("active").filtered_domain(domain)
        # Archived logins, too: in memory they are seen only if asked for.
        return partners - inside.with_context(active_test=False).filtered_domain(domain)

    def _give_custom_ids(self, plans: list[MergePlan], bindings: Bindings) -> None:
        """Have those newly linked who lack a custom id get theirs, if the policy gives any."""
        known = {key for key, link in bindings.items() if link.external_id}
        new = [
            plan.partner.id
            for plan in plans
            if plan.partner.id not in known and not plan.user.custom_id
        ]
        if new and self._backend._gives_custom_ids():
            self._env["usercom.outbox"]._enqueue_without_custom_id(self._backend, new)

    # ---- an initial sync that only imports ----

    def _send_withdrawals_only(self, plans: list[MergePlan], bindings: Bindings) -> None:
        """Have nothing be sent but withdrawn consents, and with these nothing else."""
        for plan in plans:
            plan.to_push = bool(plan.agreed.to_usercom)
        first = [
            plan
            for plan in plans
            if plan.to_push and not have_agreed(bindings.get(plan.partner.id), plan.user)
        ]
        if first:
            self._leave_as_conflicts(first)

    def _leave_as_conflicts(self, plans: list[MergePlan]) -> None:
        """What else differs stays as it is on both sides, as conflicts to be settled by hand."""
        partners = self._env["res.partner"].union(*(plan.partner for plan in plans))
        comparison = Comparison(self._backend._active_mappings(), partners)
        sent = [rule.key for rule in comparison.rules if rule.direction != "import"]
        for plan in plans:
            agreed = plan.agreed
            sides = comparison.sides(plan.partner, plan.user, agreed.base)
            for key in sent:
                odoo, usercom = sides.odoo.get(key), sides.usercom.get(key)
                if key in agreed.to_usercom or odoo in (None, agreed.base.get(key)):
                    continue
                if odoo == usercom:  # of a pair that this sync has left out of the merge
                    agreed.base.agree(key, odoo)
                else:
                    agreed.base.keep_both(key, odoo, usercom)
                    agreed.conflicts.append(Conflict(key, None, odoo, usercom, None))
