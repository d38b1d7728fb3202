"""What has to move where between a company of Odoo and its counterpart in User.com."""

from __future__ import annotations

from typing import Any

from ...usercom import User
from ...usercom.merge import Base
from ...usercom.verify_write import acknowledged, still_open
from ..comparison import Comparison
from ..importer.merge_plan import MergePlan, changed_base


class CompanyPlanner:
    """Plans merges of the companies of one account. Nothing is written yet.

    What that takes is looked up once for ``partners``, who may be compared with one company each.
    """

    def __init__(self, backend: Any, partners: Any) -> None:
        self._backend = backend
        self._seen = {each.id: each for each in backend._with_account_context(partners)}
        mappings = backend._active_company_mappings()
        self.comparison = Comparison(mappings, backend._with_account_context(partners))

    def plan(self, partner: Any, company: User, link: Any) -> MergePlan:
        """Return the plan for ``partner``; ``link``: what is known of the two, if anything."""
        comparison, seen = self.comparison, self._seen[partner.id]
        before = link._agreed_with(company.id) if link else Base()
        unconfirmed = link._unconfirmed_by(company.id) if link else {}
        sides, rules = comparison.sides(seen, company, before), comparison.rules
        base = acknowledged(before, unconfirmed, sides.usercom, rules, comparison.attributes)
        outcome = comparison.merge(seen, sides, base, odoo_is_newer=None)
        agreed, refused = outcome.agreed, outcome.refused
        agreed.base.restore(base, refused)
        # Until the values are sent, User.com has what it has.
        agreed.base.update({key: sides.usercom[key] for key in agreed.to_usercom})
        return MergePlan(
            seen,
            company,
            agreed,
            outcome.problems,
            outcome.vals,
            {key: value for key, value in agreed.to_odoo.items() if key not in refused},
            unconfirmed=still_open(before, unconfirmed, sides.usercom, rules),
            arrived=changed_base(before, base),
            to_push=bool(agreed.to_usercom),
            kept=outcome.kept,
            left_out=comparison.protected.explanation(seen, outcome.kept),
            overwritten=outcome.overwritten(sides, base),
            sides=sides,
            refused=refused,
        )
