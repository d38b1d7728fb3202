"""Whether contacts are synchronized with an account, and which rule leaves one out."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from odoo.fields import Domain


@dataclass(frozen=True)
class Rule:
    """One rule in words, and whether the contact meets it.

    `text` states the rule: "The contact is not archived."; `broken` what it is where it is not met:
    "The contact is archived."; `advice` what may be done then, and `step` by which button, if any:
    one of the choices of `res.partner.usercom_step`.
    """

    text: str
    is_met: bool
    broken: str
    advice: str = ""
    step: str = ""


class Participation:
    """Judges contacts by the rules of the account, one by one.

    A rule is looked up once for all of them, by a search, as the drain does: a filter in memory
    knows fewer conditions.
    """

    def __init__(self, backend: Any, partners: Any) -> None:
        self._env = partners.env
        self._backend = backend.sudo()
        self._partners = backend._with_account_context(partners).with_context(active_test=False)

    def rules(self, partner: Any = None) -> list[Rule]:
        """Return the rules for one of the contacts, by default the only one, in their order."""
        contact = self._partners.browse((partner or self._partners).id)
        rules = [*self.of_account(), *self._of_contact(contact), *self._of_filter(contact)]
        if all(rule.is_met for rule in rules[1:]) and contact.id not in self._inside_ids:
            text = self._env._("No other app leaves the contact out.")
            rules.append(Rule(text, False, self._env._("Another app leaves the contact out.")))
        return rules

    def of_account(self) -> list[Rule]:
        """Return the rules that are the same for every contact."""
        env, state = self._env, self._backend.state
        if state == "paused":
            broken = env._("The account is paused: changes wait until it runs again.")
        else:
            broken = env._("The account is not running yet.")
        advice = env._("An administrator runs it in Settings → User.com.")
        text = env._("The account is running.")
        return [Rule(text, state == "running", broken, advice, "settings")]

    def _of_contact(self, contact: Any) -> list[Rule]:
        env = self._env
        ours, theirs = self._backend.company_id, contact.company_id
        is_known = theirs.id in env.user.company_ids.ids
        other = theirs.name if is_known else env._("another company")
        return [
            Rule(
                env._("The contact is of %s or of no company.", ours.name),
                theirs.id in (False, ours.id),
                env._("The contact is of %(other)s, not of %(own)s.", other=other, own=ours.name),
                env._("Only the account of its own company synchronizes it."),
            ),
            Rule(
                env._("The contact is not archived."),
                contact.active,
                env._("The contact is archived."),
                env._("Unarchive it to synchronize it."),
            ),
            Rule(
                env._("The contact was not erased for User.com."),
                contact.id not in self._erased_ids,
                env._("The contact was erased for User.com, and is not sent again."),
            ),
        ]

    @cached_property
    def _erased_ids(self) -> set[int]:
        links = self._env["usercom.binding"].sudo()._of(self._backend, self._partners)
        return {partner_id for partner_id, link in links.items() if link.state == "erased"}

    # ---- the filter ----

    def _of_filter(self, contact: Any) -> list[Rule]:
        """A rule for each condition of the filter."""
        advice = self._env._("Change the contact, or the filter in Settings → User.com.")
        return _without_repeats(
            Rule(*self._in_words(condition, contact.id in ids), advice, "settings")
            for condition, ids in self._conditions
        )

    @cached_property
    def _conditions(self) -> list[tuple[Domain, set[int]]]:
        """Each condition of the filter, with the ids of the contacts that meet it."""
        chosen = self._backend._bound(self._backend.partner_domain)
        if chosen.is_true():
            return []
        all_of = chosen.children if getattr(chosen, "OPERATOR", "") == "&" else [chosen]
        return [(condition, self._meeting(condition)) for condition in all_of]

    @cached_property
    def _inside_ids(self) -> set[int]:
        return self._meeting(self._backend._partner_domain())

    def _meeting(self, condition: Domain) -> set[int]:
        everybody = self._backend._partners().with_context(active_test=False)
        domain = Domain("id", "in", self._partners.ids) & condition
        return set(everybody.search(domain).ids)

    def _in_words(self, condition: Domain, is_met: bool) -> tuple[str, bool, str]:
        """The rule and how it is broken: "Filter: Is a Company = no"."""
        env = self._env
        try:
            name, operator, value = next(iter(condition))
        except (TypeError, ValueError):
            text = env._("Filter: %s", repr(condition))
            return text, is_met, env._("It does not meet the filter: %s.", repr(condition))
        if operator == "not any" and name == "user_ids":
            text = env._("Filter: the contact is not an employee with a login.")
            return text, is_met, env._("The contact is an employee with a login.")
        words = self._condition_in_words(str(name), operator, value)
        text = env._("Filter: %s", words)
        return text, is_met, env._("It does not meet the filter “%s”.", words)

    def _condition_in_words(self, name: str, operator: str, value: Any) -> str:
        """The condition with the labels that the reader knows."""
        env = self._env
        field = env["res.partner"]._fields.get(name.split(".")[0])
        label = field._description_string(env) if field else name
        if field is None or isinstance(value, (list, tuple, set)) or "." in name:
            return f"{label} {operator} {value}"
        if field.type == "boolean":
            value = env._("yes") if value else env._("no")
        elif value is False:
            return env._("%s is set", label) if operator == "!=" else env._("%s is not set", label)
        elif field.type == "selection":
            value = dict(field._description_selection(env)).get(value, value)
        return f"{label} {operator} {value}"


def _without_repeats(rules: Iterable[Rule]) -> list[Rule]:
    """One rule for each text: not having a login, and none that is archived, is one to people."""
    known: dict[str, Rule] = {}
    for rule in rules:
        if rule.text not in known or not rule.is_met:
            known[rule.text] = rule
    return list(known.values())
