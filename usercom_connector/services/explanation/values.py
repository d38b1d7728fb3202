"""What would happen to each paired value of a contact and its user, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...usercom import User
from ...usercom.merge import Base, remote_base_value
from ..companies.merge import CompanyPlanner
from ..comparison import Comparison, Sides
from ..contacts.texts import ValueTexts, with_names
from ..importer.merge_plan import AS_CONFIGURED, MergePlan, MergePlanner
from ..memberships import Memberships
from ..values.exporter import email_problem


@dataclass(frozen=True)
class ValueExplanation:
    """One pair: the texts of its values, what happens (`verdict`) and why (`reason`).

    `verdict` is one of the choices of `usercom.explanation.line.verdict`.
    """

    mapping: Any
    odoo: str
    usercom: str
    agreed: str
    verdict: str
    reason: str


class ValueExplanations:
    """Explains a contact's values by the plan that a drain would carry out. Nothing is written."""

    def __init__(self, backend: Any, partner: Any, binding: Any) -> None:
        self._env = partner.env
        self._backend = backend.sudo()
        self._binding = binding
        self._partner = self._backend._with_account_context(partner)
        self._comparison = self._compared()
        self._base: Base = binding._last_base() if binding else Base()
        self._texts = ValueTexts(partner.env)

    def _compared(self) -> Comparison:
        return Comparison(
            self._backend._active_mappings(), self._partner, Memberships(self._backend)
        )

    def before_reading(self) -> Iterator[ValueExplanation]:
        """Explain what is known without asking User.com: what an edit would send."""
        odoo, _problems = self._comparison.export(self._partner)
        for mapping in self._pairs():
            key = mapping._key()
            is_sent = key in odoo and odoo[key] != self._base.get(key)
            verdict = "send" if is_sent and mapping.direction != "import" else "unread"
            reason = str(self._env._("User.com was not asked yet."))
            if verdict == "send" and (problem := self._unsendable(key, odoo)):
                verdict, reason = "problem", problem
            yield replace(
                self._explained(mapping, odoo.get(key), None, verdict, reason), usercom=""
            )
        yield from self._at_rest()

    def of(self, user: User) -> Iterator[ValueExplanation]:
        """Explain every pair, now that ``user`` was read."""
        plan = self._plan(user)
        sides = plan.sides or Sides({}, {}, [])
        for mapping in self._pairs():
            key = mapping._key()
            verdict, reason = self._judged(mapping, plan, sides)
            odoo, usercom = sides.odoo.get(key), sides.usercom.get(key)
            yield self._explained(mapping, odoo, usercom, verdict, reason)
        yield from self._at_rest()

    def _at_rest(self) -> Iterator[ValueExplanation]:
        """Explain the pairs of tags and lists that nobody gets or loses now, and why."""
        for pair in self._comparison.memberships.resting:
            joined, _unsaid = pair._groups_of(self._partner)
            odoo = "" if pair.is_archived else self._texts.value(pair, pair._group().id in joined)
            verdict = "problem" if pair.is_gone else "leave"
            yield ValueExplanation(pair, odoo, "", "", verdict, pair.problem)

    def _plan(self, user: User) -> MergePlan:
        planner = MergePlanner(self._backend, self._comparison, AS_CONFIGURED)
        edited_at = self._partner.write_date
        return planner.plan_merge(self._partner, user, self._binding or None, edited_at)

    def _pairs(self) -> list[Any]:
        return [*self._backend.mapping_ids, *self._comparison.memberships.pairs]

    def _explained(
        self, mapping: Any, odoo: Any, usercom: Any, verdict: str, reason: str
    ) -> ValueExplanation:
        key, text = mapping._key(), self._texts.value
        agreed = text(mapping, self._base.get(key))
        sides = text(mapping, odoo), text(mapping, usercom)
        return ValueExplanation(mapping, sides[0], sides[1], agreed, verdict, reason)

    # ---- with the user ----

    def _judged(self, mapping: Any, plan: MergePlan, sides: Sides) -> tuple[str, str]:
        key = mapping._key()
        if mapping.is_broken:
            return "problem", mapping.problem
        if mapping in plan.kept:
            return "leave", plan.kept[mapping]
        if key not in sides.odoo and key in self._comparison.memberships.by_key:
            return "leave", mapping._why_kept_out(self._partner, {})
        if key in plan.refused or not (key in sides.odoo and key in sides.usercom):
            return "problem", "\n".join(plan.problems)
        if key in plan.agreed.to_usercom:
            if problem := self._unsendable(key, sides.odoo):
                return "problem", problem
            return "send", self._why_moved(mapping, plan)
        if key in plan.written:
            return "write", self._why_moved(mapping, plan)
        return self._judged_at_rest(mapping, sides)

    def _unsendable(self, key: str, odoo: Mapping[str, Any]) -> str | None:
        """Why the value of this key is not sent although it should be."""
        problem = email_problem(self._comparison.mappings, self._partner, {key: odoo.get(key)})
        return problem and with_names(problem, self._env)

    def _why_moved(self, mapping: Any, plan: MergePlan) -> str:
        env = self._env
        key, sent = mapping._key(), mapping._key() in plan.agreed.to_usercom
        if any(conflict.key == key for conflict in plan.agreed.conflicts):
            if mapping.is_consent:
                return str(env._("Both changed it. A withdrawn consent wins."))
            policies = self._policies()
            return str(env._("Both changed it. %s.", policies[mapping.conflict_policy]))
        if key not in self._base and key not in self._comparison.memberships.by_key:
            return str(env._("Both sides have not agreed on it yet."))
        return str(env._("Changed in Odoo.") if sent else env._("Changed in User.com."))

    def _policies(self) -> dict[str, str]:
        field = self._env["usercom.field.mapping"]._fields["conflict_policy"]
        return dict(field._description_selection(self._env))

    def _judged_at_rest(self, mapping: Any, sides: Sides) -> tuple[str, str]:
        """Nothing moves: the values are equal, or each side keeps its own."""
        env, key = self._env, mapping._key()
        odoo, usercom = sides.odoo[key], sides.usercom[key]
        if odoo == usercom:
            return "equal", ""
        if mapping.direction == "export" and usercom != remote_base_value(self._base, key):
            return "leave", str(
                env._("The pair only sends: a change in User.com is not taken over.")
            )
        if mapping.direction == "import":
            return "leave", str(env._("The pair only reads: what Odoo has is not sent."))
        return "leave", str(env._("Each side keeps its own until one of them changes it."))


class CompanyValueExplanations(ValueExplanations):
    """Likewise, of a contact that is a company in User.com; ``binding`` is its link as such."""

    def _compared(self) -> Comparison:
        self._planner = CompanyPlanner(self._backend, self._partner)
        return self._planner.comparison

    def _plan(self, user: User) -> MergePlan:
        return self._planner.plan(self._partner, user, self._binding)

    def _pairs(self) -> list[Any]:
        return [*self._backend.company_mapping_ids]
