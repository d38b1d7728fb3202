"""Users who are not merged into the contacts that they were matched to."""

from typing import Any

from ...usercom import User
from ..contacts.identity import ContactIdentity
from ..contacts.texts import by_id
from ..failures.problem import Problem
from .results import AS_CONFIGURED, ImportChoices, ImportResult


class Refusals:
    """Tells why users are not merged into the contacts that they were matched to."""

    def __init__(self, backend: Any, choices: ImportChoices = AS_CONFIGURED) -> None:
        self._backend = backend
        self._env = backend.env
        self._choices = choices

    def of(self, user: User, partners: Any, bindings: dict[int, Any]) -> ImportResult | None:
        """Why ``user`` is not merged into ``partners``; None if nothing is in the way.

        ``bindings``: {contact id: its link}.
        """
        nobody = self._env["res.partner"]
        if len(partners) > 1:
            return ImportResult(nobody, [self._several_match(user, partners)], ambiguous=True)
        if partners.company_id and partners.company_id != self._backend.company_id:
            return ImportResult(
                nobody
            )  # it has moved to a company that this account does not serve
        binding = bindings.get(partners.id)
        if binding and (refusal := self._of_link(user, partners, binding)):
            return refusal
        domain = self._choices.domain
        is_outside = domain is not None and not partners.filtered_domain(domain)
        return ImportResult(nobody) if is_outside else None

    def _of_link(self, user: User, partner: Any, binding: Any) -> ImportResult | None:
        """Why the ``binding`` of ``partner`` does not allow the merge; None if it does."""
        if binding.state == "erased":
            return ImportResult(self._env["res.partner"], erased=True)
        is_another = binding._is_live() and binding.external_id != user.id
        if is_another and binding._is_second(user):
            return ImportResult(partner, is_second=True)
        if is_another and not self._is_chosen(user, partner):
            return ImportResult(partner, [self._is_another_user(user, binding)], ambiguous=True)
        return ImportResult(partner, stale=True) if binding._knows_newer(user) else None

    def _is_chosen(self, user: User, partner: Any) -> bool:
        """Whether a person has entered the id of ``user`` on the contact."""
        known_id = ContactIdentity(self._backend).known_id(
            self._backend._with_account_context(partner)
        )
        return known_id == user.id

    def _several_match(self, user: User, partners: Any) -> Problem:
        text = self._env._(
            "Several contacts match User.com user %(user)s: %(contacts)s. "
            "Enter the id %(id)s in the User.com ID of the right one.",
            user=user.email or user.id,
            id=user.id,
            contacts=by_id(partners),
        )
        return Problem(text, "several_contacts")

    def _is_another_user(self, user: User, binding: Any) -> Problem:
        text = self._env._(
            "User.com user %(user)s is the same person as %(contact)s, who is User.com user "
            "%(other)s already. Merge the two users in User.com.",
            user=user.id,
            contact=by_id(binding.partner_id),
            other=binding.external_id,
        )
        return Problem(text, "another_user")
