"""Users are merged into contacts that are known."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from odoo.fields import Domain

from ...usercom import User, to_consent
from ...usercom.merge import Conflict
from ..companies.user_companies import UserCompanies
from ..comparison import Comparison
from ..consents.answers import ConsentField, ConsentNotes
from ..contacts.value_changes import ValueChanges
from ..mapping.all_groups import learn_labels
from ..memberships import Memberships
from ..own_context import with_own_context
from ..queue.brake import Brake, import_effects
from ..values.exporter import ValueExporter
from .merge_plan import ImportChoices, MergePlan, MergePlanner, have_agreed

# ---- the merge ----

Bindings = dict[int, Any]
"""``{contact id: its link}``"""


class ContactMerge:
    """Merges users into their contacts, a page of them at a time: planned, written, settled."""

    def __init__(self, backend: Any, choices: ImportChoices) -> None:
        self._backend = backend
        self._env = backend.env
        self._choices = choices

    def merge(
        self, pairs: list[tuple[Any, User]], edited: dict[int, datetime], bindings: Bindings
    ) -> dict[int, MergePlan]:
        """Return ``{user id: the plan carried out}``.

        ``edited``: {contact id: when it was changed}, before anything was written to it;
        ``bindings`` are the links of the contacts.
        """
        learn_labels(self._backend, (user for _partner, user in pairs))
        partners = self._env["res.partner"].union(*(partner for partner, _user in pairs))
        seen = self._backend._with_account_context(partners)
        by_id = {partner.id: partner for partner in seen}
        comparison = Comparison(self._backend._active_mappings(), seen, Memberships(self._backend))
        planner = MergePlanner(self._backend, comparison, self._choices)
        plans = [
            planner.plan_merge(
                by_id[partner.id], user, bindings.get(partner.id), edited[partner.id]
            )
            for partner, user in pairs
        ]
        if not self._choices.is_confirmed:
            Brake(self._backend).count(import_effects(plans, comparison.rules))
        self._write(plans, comparison)
        Settlement(self._backend, self._choices).settle(plans, bindings)
        return {plan.user.id: plan for plan in plans}

    def _write(self, plans: list[MergePlan], comparison: Comparison) -> None:
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
        # Who only gets the id of the user has the values that were just compared.
        if written := [plan for plan in changed if plan.written]:
            # A new one: the other has looked up which columns were NULL before.
            export = ValueExporter(comparison.mappings, comparison.memberships)
            agree_on_written(export, written)


# ---- what was written ----


def note_consents(backend: Any, plans: list[MergePlan]) -> None:
    """Note the consents that User.com said.

    Their fields may show them already: an empty checkbox looks like a "no". A "yes" that they do
    not show any more has met a "no" that was said with it.
    """
    for mapping in backend.mapping_ids.filtered("is_consent"):
        for consent in (True, False):
            said = [
                plan.partner.id
                for plan in plans
                if to_consent(plan.written.get(mapping._key()), mapping._withdrawn()) is consent
            ]
            if not said:
                continue
            seen = backend._with_account_context(backend.env["res.partner"].browse(said))
            shown = seen.filtered(ConsentField(mapping).shown) if consent else seen
            ConsentNotes(mapping).note(consent, shown)


def agree_on_written(export: ValueExporter, plans: list[MergePlan]) -> None:
    """Agree on what Odoo made of the written values; what else it changed has to be sent.

    Of "600 100 200 " Odoo may make "+48 600 100 200": that is no edit, and is not sent.
    """
    rules = export.rules()
    exported = {rule.key for rule in rules if rule.direction != "import"}
    respelled = {pair.key for pair in export.pairs if pair.may_be_spelled_otherwise}
    plain = {rule.key for rule in rules if not rule.consent} - respelled
    for plan in plans:
        base = plan.agreed.base
        odoo, _problems = export(plan.partner, base)
        written = odoo.keys() & plan.written.keys()
        base.update({key: odoo[key] for key in respelled & written})
        for key in plain & written:
            if odoo[key] != plan.written[key]:
                base.keep_both(key, odoo[key], plan.written[key])
        for key, value in plan.unset.items():
            if odoo.get(key) is not None:  # a default, which says nothing
                base.keep_both(key, odoo[key], value)
        plan.to_push |= any(odoo[key] != base.get(key) for key in exported & odoo.keys())


# ---- what a merge leaves behind ----


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
        left = self._left_before_linked(plans, bindings)
        self._link(plans, bindings)
        self._give_custom_ids(plans, bindings)
        about = Domain("external_id", "in", [plan.user.id for plan in plans if plan.is_whole()])
        self._env["usercom.inbox"]._supersede_failures(self._backend, about)
        self._env["usercom.conflict"]._record(self._backend, plans)
        if self._backend.history_days:
            ValueChanges(self._backend).note_merged(plans)
        outbox = self._env["usercom.outbox"]
        if queued := [plan.partner.id for plan in plans if plan.to_push or plan.partner in left]:
            outbox._enqueue(queued, self._backend)
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
                    values |= {"created_with": dict(orphans.sent), "left_at": None}
                binding.write(values)
            else:
                missing.append({"partner_id": plan.partner.id, "left_at": None, **values})
        if missing:
            Binding._insert(self._backend, missing)
        if self._backend.sync_companies and self._choices.direction != "export":
            UserCompanies(self._backend).bring([(plan.partner, plan.user) for plan in plans])
        if self._choices.direction != "import":
            partner_ids = [plan.partner.id for plan in plans]
            self._env["usercom.outbox"]._enqueue_companies_later(partner_ids)

    def _left_before_linked(self, plans: list[MergePlan], bindings: Bindings) -> Any:
        """The contacts that had left before an answer told that they have a user.

        What the policy says is done with it now.
        """
        links = [bindings.get(plan.partner.id) for plan in plans]
        left = [link.partner_id.id for link in links if link and link.left_at and link._orphans()]
        return self._env["res.partner"].browse(left)

    def _newly_linked_outside(self, plans: list[MergePlan], bindings: Bindings) -> Any:
        """The contacts linked now that take no part: they never did, so they cannot leave."""
        known = {key for key, link in bindings.items() if link._is_live()}
        new = [plan.partner.id for plan in plans if plan.partner.id not in known]
        if not new:
            return self._env["res.partner"]
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
        comparison = Comparison(
            self._backend._active_mappings(), partners, Memberships(self._backend)
        )
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
