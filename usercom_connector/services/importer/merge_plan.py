"""The plan of a merge: by what choices, what has to move where, and what is told of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from odoo.fields import Domain

from ...usercom import Merge, User
from ...usercom.merge import Base, Direction, Rule, remote_base_value
from ...usercom.values import read_user
from ...usercom.verify_write import acknowledged, still_open, with_names
from ..account.connection import Connection
from ..comparison import Comparison, Sides, Values
from ..contacts.identity import ContactIdentity, Linking

# ---- plans ----


@dataclass
class MergePlan:
    """What is to be written to one contact, sent of it, and agreed on.

    ``vals`` is for ``write`` or ``create``, ``written`` the same as {key: canonical value}.
    ``unset``: {key: canonical value} of what a contact still to be created cannot be given.
    ``kept``: {mapping: reason} of what the contact keeps from User.com; ``left_out`` tells of it.
    ``unconfirmed``: {key: [canonical values]} that were sent and may still arrive.
    ``arrived``: {key: (value before, value now)} of what was sent and is there, without an answer.
    ``overwritten``: {key: [Odoo's value, User.com's]} where one takes the place of the other.
    ``sides``: what the two had, and ``refused`` the keys of what Odoo cannot take, both of a
    contact that is there already.
    """

    partner: Any
    user: User
    agreed: Merge
    problems: list[str] = field(default_factory=list)
    vals: dict[str, Any] = field(default_factory=dict)
    written: Values = field(default_factory=dict)
    unset: Values = field(default_factory=dict)
    unconfirmed: dict[str, list[Any]] = field(default_factory=dict)
    arrived: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    to_push: bool = False
    kept: dict[Any, str] = field(default_factory=dict)
    left_out: str = ""
    overwritten: dict[str, list[Any]] = field(default_factory=dict)
    sides: Sides | None = None
    refused: set[str] = field(default_factory=set)

    def is_whole(self) -> bool:
        """Whether nothing is left that the two cannot agree on."""
        return not self.problems and not self.agreed.base.remote


class MergePlanner:
    """Plans merges of contacts with their users. Nothing is written yet."""

    def __init__(self, backend: Any, comparison: Comparison, choices: ImportChoices) -> None:
        self._backend = backend
        self._comparison = comparison
        self._choices = choices

    def plan_merge(self, partner: Any, user: User, binding: Any, edited_at: datetime) -> MergePlan:
        """Return what has to move where between ``partner``, as the account sees it, and ``user``.

        ``binding`` is the contact's link, if any; ``edited_at`` when the contact was last changed.
        """
        comparison = self._comparison
        unconfirmed = self._unconfirmed(partner, user, binding)
        base = self._base(partner, user, binding)
        base = with_names(base, unconfirmed, user) if unconfirmed else base
        sides = comparison.sides(partner, user, base)
        rules = self._rules(user, binding)
        before, left_open = base, {}
        if unconfirmed:
            left_open = still_open(base, unconfirmed, sides.usercom, rules)
            base = acknowledged(base, unconfirmed, sides.usercom, rules, comparison.attributes)
        outcome = comparison.merge(
            partner, sides, base, odoo_is_newer=self._is_newer(user, edited_at), rules=rules
        )
        agreed, refused = outcome.agreed, outcome.refused
        plan = MergePlan(
            partner,
            user,
            agreed,
            outcome.problems,
            outcome.vals | Linking(self._backend).key_vals(partner, user.id),
            {key: value for key, value in agreed.to_odoo.items() if key not in refused},
            unconfirmed=left_open,
            arrived=changed_base(before, base),
            to_push=bool(agreed.to_usercom),
            kept=outcome.kept,
            left_out=comparison.protected.explanation(partner, outcome.kept),
            overwritten=outcome.overwritten(sides, base),
            sides=sides,
            refused=refused,
        )
        agreed.base.restore(base, refused)
        # Until the values are sent, User.com has what it has.
        agreed.base.update({key: sides.usercom[key] for key in agreed.to_usercom})
        _keep_both(plan, outcome.rules, sides)
        return plan

    def _rules(self, user: User, binding: Any) -> list[Rule]:
        first_rules = self._choices.first_rules
        if first_rules is None or have_agreed(binding, user):
            return self._comparison.rules
        return list(first_rules)

    def _is_newer(self, user: User, edited_at: datetime) -> bool | None:
        """Whether Odoo was changed after ``user``; None where nobody can tell."""
        here = Connection(self._backend).clock().at(edited_at)
        return here >= user.updated_at.replace(tzinfo=None) if user.updated_at else None

    def _base(self, partner: Any, user: User, binding: Any) -> Base:
        """What ``partner`` and ``user`` last agreed on; nothing where somebody chose the user."""
        if not binding:
            return Base()
        if user.id == binding.external_id or self._is_chosen(user, partner):
            return binding._agreed_with(user.id)
        consents = {rule.key for rule in self._comparison.rules if rule.consent}
        return binding._handed_on_to(user, consents, self._memberships(user, binding))

    def _memberships(self, user: User, binding: Any) -> set[str]:
        """The keys of the paired tags and lists that ``user`` has.

        A list of users does not tell of them; then it has those of the linked one.
        """
        base, memberships = binding._last_base(), self._comparison.memberships
        usercom, _errors = read_user(user, memberships.attributes, base)
        return {key for key, is_in in usercom.items() if is_in}

    def _unconfirmed(self, partner: Any, user: User, binding: Any) -> dict[str, list[Any]]:
        """What was sent without an answer, to ``user`` or to one that was merged into it there."""
        if not binding:
            return {}
        if self._is_chosen(user, partner):
            return binding._unconfirmed_by(user.id)
        return binding.sudo().unconfirmed or {}

    def _is_chosen(self, user: User, partner: Any) -> bool:
        """Whether a person has entered the id of ``user`` on the contact."""
        return ContactIdentity(self._backend).known_id(partner) == user.id


def have_agreed(binding: Any, user: User) -> bool:
    """Whether the contact of the ``binding``, if there is one, and ``user`` were merged before."""
    return bool(binding and binding._agreed_with(user.id))


def changed_base(before: Base, base: Base) -> dict[str, tuple[Any, Any]]:
    """Return ``{key: (value before, value now)}`` of what User.com had and has."""
    return {
        key: (remote_base_value(before, key), value)
        for key, value in base.items()
        if value != remote_base_value(before, key)
    }


def _keep_both(plan: MergePlan, rules: Iterable[Rule], sides: Sides) -> None:
    """Note in the base that both sides keep their own of the values that Odoo has but may not send.

    Otherwise the contact would count as changed in each merge, if its "city", which the pair may
    not send, is not the one that was agreed on.
    """
    base, moving = plan.agreed.base, plan.agreed.to_usercom | plan.written
    for key in (r.key for r in rules if r.direction != "import" and r.key not in moving):
        differs = key not in base or (key in sides.usercom and base[key] != sides.odoo.get(key))
        if differs and sides.odoo.get(key) is not None:
            base.keep_both(key, sides.odoo[key], sides.usercom.get(key))


# ---- choices and results ----


@dataclass(frozen=True)
class ImportChoices:
    """What is decided for one import; by default all goes by the account's settings.

    ``first_rules`` are those of a contact and a user that have agreed on nothing yet. Contacts
    outside of ``domain`` are left alone. ``is_confirmed``: a person has seen how many contacts it
    changes, so no brake asks once more.
    """

    direction: Direction = "both"
    first_rules: tuple[Rule, ...] | None = None
    domain: Domain | None = None
    is_confirmed: bool = False


AS_CONFIGURED = ImportChoices()


@dataclass
class ImportResult:
    """What became of one user.

    ``partner`` is its contact, if it has one. ``left_out`` says why it was left alone, in part or
    altogether. ``is_news``: it told Odoo something new. ``stale``: it has been seen in a later
    state, so it is to be read again. ``erased``: its person was erased in Odoo. ``ambiguous``: a
    person has to choose who it is. ``is_second``: we created it ourselves, where an earlier call
    without an answer had created its contact's user. ``is_new``: its contact was created now.
    ``sends`` and ``receives``: Odoo's values go to User.com, or its values came to Odoo.
    ``overwritten``: {key: [Odoo's value, User.com's]} where one took the place of the other.
    ``written``: the keys of the values that came to Odoo.
    """

    partner: Any
    problems: list[str] = field(default_factory=list)
    stale: bool = False
    erased: bool = False
    ambiguous: bool = False
    is_news: bool = False
    left_out: str = ""
    is_second: bool = False
    is_new: bool = False
    sends: bool = False
    receives: bool = False
    overwritten: dict[str, list[Any]] = field(default_factory=dict)
    written: Collection[str] = ()

    @classmethod
    def of(cls, plan: MergePlan, is_new: bool = False) -> ImportResult:
        """What became of the user of a ``plan`` that has been carried out."""
        return cls(
            plan.partner,
            plan.problems,
            is_news=is_new or bool(plan.written),
            left_out=plan.left_out,
            is_new=is_new,
            sends=plan.to_push,
            receives=bool(plan.written) and not is_new,
            overwritten=plan.overwritten,
            written=plan.written.keys(),
        )

    @property
    def is_another(self) -> bool:
        """Whether the contact is another user already."""
        return self.ambiguous and bool(self.partner)
