"""Whether a contact is synchronized with an account, and which rule leaves it out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from odoo.fields import Domain


@dataclass(frozen=True)
class Rule:
    """One rule in words, and whether the contact meets it."""

    text: str
    is_met: bool


class Participation:
    """Judges one contact by the rules of the account, one by one."""

    def __init__(self, backend: Any, partner: Any) -> None:
        self._env = partner.env
        self._backend = backend.sudo()
        self._partner = backend._with_account_context(partner).with_context(active_test=False)

    def rules(self) -> list[Rule]:
        """Return the rules, in the order in which they are looked at."""
        env = self._env
        company = self._backend.company_id
        return [
            Rule(env._("The account is running."), self._backend.state == "running"),
            Rule(
                env._("The contact is of %s or of no company.", company.name),
                self._partner.company_id.id in (False, company.id),
            ),
            Rule(env._("The contact is not archived."), self._partner.active),
            Rule(env._("The contact was not erased for User.com."), not self._is_erased()),
            *self._of_filter(),
        ]

    def _is_erased(self) -> bool:
        binding = self._env["usercom.binding"].sudo()._of(self._backend, self._partner)
        return any(link.state == "erased" for link in binding.values())

    def _of_filter(self) -> list[Rule]:
        """A rule for each condition of the filter, and one for what other apps add to it."""
        chosen = self._backend._bound(self._backend.partner_domain)
        conditions = chosen.children if getattr(chosen, "OPERATOR", "") == "&" else [chosen]
        rules = _without_repeats(Rule(self._in_words(e), self._meets(e)) for e in conditions)
        is_left_out = all(rule.is_met for rule in rules) and not self._meets(
            self._backend._partner_domain()
        )
        if is_left_out and self._partner.company_id.id in (False, self._backend.company_id.id):
            rules.append(Rule(self._env._("No other app leaves the contact out."), False))
        return rules

    def _meets(self, condition: Domain) -> bool:
        # By a search, as the account does: a filter in memory knows fewer conditions.
        everybody = self._backend._partners().with_context(active_test=False)
        domain = Domain("id", "=", self._partner.id) & condition
        return bool(everybody.search_count(domain, limit=1))

    def _in_words(self, condition: Domain) -> str:
        """The condition with the field's label: "Filter: Is a Company = False"."""
        try:
            name, operator, value = next(iter(condition))
        except (TypeError, ValueError):
            return self._env._("Filter: %s", repr(condition))
        field = self._env["res.partner"]._fields.get(str(name).split(".")[0])
        label = field._description_string(self._env) if field else name
        if operator == "not any" and name == "user_ids":
            return self._env._("Filter: the contact is not an employee with a login.")
        return self._env._(
            "Filter: %(field)s %(operator)s %(value)s", field=label, operator=operator, value=value
        )


def _without_repeats(rules: Iterable[Rule]) -> list[Rule]:
    """One rule for each text: not having a login, and none that is archived, is one to people."""
    texts: dict[str, bool] = {}
    for rule in rules:
        texts[rule.text] = texts.get(rule.text, True) and rule.is_met
    return [Rule(text, is_met) for text, is_met in texts.items()]
