"""What an import of users is given to choose by, and what it says of each user."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from odoo.fields import Domain

from ...usercom.merge import Direction, Rule

if TYPE_CHECKING:
    from .merge_plan import MergePlan


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
        )

    @property
    def is_another(self) -> bool:
        """Whether the contact is another user already."""
        return self.ambiguous and bool(self.partner)
