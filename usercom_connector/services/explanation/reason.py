"""Why a contact is not in User.com, in a sentence, with the next step."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..contacts.contact_states import ABSENT, PENDING, ContactStates, Standing
from ..contacts.texts import with_names
from .participation import Participation, Rule


@dataclass(frozen=True)
class Reason:
    """Why a contact is not synchronized: what is the matter, what may be done, and by which button.

    `step`: one of the choices of `res.partner.usercom_step`, empty where no button helps.
    """

    text: str = ""
    step: str = ""


class Reasons:
    """Tells of ``partners`` how they stand with the account of the current company.

    Of contacts that are in order no more is read than their links.
    """

    def __init__(self, partners: Any) -> None:
        self._env = partners.env
        self._backend = self._env["usercom.backend"].sudo()
        self._standings = ContactStates(self._env).of(partners.ids)
        self._unlinked = partners.browse(
            partner_id for partner_id, each in self._standings.items() if not each.is_linked
        )

    @cached_property
    def _participation(self) -> Participation:
        return Participation(self._backend._of_company(self._env.company), self._unlinked)

    @cached_property
    def _companies(self) -> dict[int, Any]:
        """{contact id: its link as a company} of those without a user, for them that have one."""
        if not (companies := self._unlinked.filtered("is_company")):
            return {}
        backend = self._backend._of_company(self._env.company)
        if not backend.sync_companies:
            return {}
        found: dict[int, Any] = self._env["usercom.company"].sudo()._of(backend, companies)
        return {key: link for key, link in found.items() if not link.left_at}

    def of(self, partner: Any) -> Reason:
        """Return the reason; it has no text where the contact is in order."""
        if not partner.id:
            return Reason(self._env._("The contact is not saved yet."))
        standing = self._standings.get(partner.id)
        if not standing:
            return self._without_account()
        if standing.state == "gone":
            return Reason()
        if link := self._companies.get(partner.id):
            return self._of_company(link)
        broken = [rule for rule in self._rules(partner, standing) if not rule.is_met]
        return self._of_rules(broken) if broken else self._of_standing(standing)

    def _of_company(self, link: Any) -> Reason:
        env = self._env
        if link.state == "gone":
            return Reason(env._("Its company was deleted in User.com: push it."), "push")
        if link.state == "failed":
            failed = with_names(link.last_error, env)
            return Reason(env._("Sending it to User.com as a company failed: %s", failed), "push")
        if not link.external_id:
            return Reason(env._("It waits to be sent to User.com as a company."))
        return Reason(env._("Sent to User.com as a company, not as a contact."))

    def _rules(self, partner: Any, standing: Standing) -> list[Rule]:
        """The rules to be looked at; none for a contact that is linked, while its account runs."""
        if not standing.is_linked:
            return self._participation.rules(partner)
        return [] if standing.account_state == "running" else self._participation.of_account()

    def _without_account(self) -> Reason:
        env = self._env
        text = env._("%s has no User.com account yet.", env.company.display_name)
        advice = env._("An administrator connects it in Settings → User.com.")
        return Reason(f"{text} {advice}", "settings")

    def _of_rules(self, broken: list[Rule]) -> Reason:
        advice = dict.fromkeys(rule.advice for rule in broken)
        texts = [*(rule.broken for rule in broken), *advice]
        return Reason(" ".join(filter(None, texts)), next((r.step for r in broken if r.step), ""))

    def _of_standing(self, standing: Standing) -> Reason:
        env = self._env
        if standing.state == PENDING and not standing.is_linked:
            return Reason(env._("The contact waits to be sent to User.com."))
        if standing.state == ABSENT:
            return Reason(env._("The contact was never sent to User.com: push it."), "push")
        return Reason()
