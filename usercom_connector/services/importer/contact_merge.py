"""Users are merged into contacts that are known."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from ...usercom import User
from ..comparison import Comparison
from ..own_context import with_own_context
from ..queue.brake import Brake, import_effects
from .merge_plan import MergePlan, MergePlanner
from .results import ImportChoices
from .settlement import Settlement
from .written import agree_on_written, note_consents


class ContactMerge:
    """Merges users into their contacts, a page of them at a time: planned, written, settled."""

    def __init__(self, backend: Any, choices: ImportChoices) -> None:
        self._backend = backend
        self._env = backend.env
        self._choices = choices

    def merge(
        self, pairs: list[tuple[Any, User]], edited: dict[int, datetime]
    ) -> dict[int, MergePlan]:
        """Return ``{user id: the plan carried out}``; ``edited``: when a contact was changed."""
        partners = self._env["res.partner"].union(*(partner for partner, _user in pairs))
        seen = self._backend._with_account_context(partners)
        bindings = self._env["usercom.binding"]._of(self._backend, seen)
        by_id = {partner.id: partner for partner in seen}
        comparison = Comparison(self._backend._active_mappings(), seen)
        planner = MergePlanner(self._backend, comparison, self._choices)
        plans = [
            planner.plan_merge(
                by_id[partner.id], user, bindings.get(partner.id), edited[partner.id]
            )
            for partner, user in pairs
        ]
        if not self._choices.is_confirmed:
            Brake(self._backend).count(import_effects(plans, comparison.rules))
        self._write(plans)
        Settlement(self._backend, self._choices).settle(plans, bindings)
        return {plan.user.id: plan for plan in plans}

    def _write(self, plans: list[MergePlan]) -> None:
        """Write the contacts, those that get the same values at once."""
        changed = [plan for plan in plans if plan.vals]
        merged = self._env["res.partner"].union(*(plan.partner for plan in changed))
        # One context and one prefetch for them all: what Odoo looks up for one it has for each.
        seen = with_own_context(self._backend._with_account_context(merged), merged_ids=merged._ids)
        alike = defaultdict(list)
        for plan in changed:
            alike[repr(plan.vals)].append(plan)
        for group in alike.values():
            ids = [plan.partner.id for plan in group]
            seen.browse(ids).with_prefetch(seen._ids).write(group[0].vals)
        note_consents(self._backend, plans)
        agree_on_written(self._backend, changed)
