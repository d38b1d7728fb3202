"""Users are imported: matched to contacts, planned, written, linked."""

import logging
from collections.abc import Callable, Iterable, Iterator, Set
from typing import Any

from ...usercom import User
from ..consents.received import ReceivedWithdrawals, consent_origin
from ..contacts.identity import ContactIdentity, Contacts, Linking, Matcher
from ..contacts.texts import by_id
from ..database.transactions import attempted, described
from ..failures.problem import Problem
from ..own_context import Origin, with_own_context
from ..queue.brake import BrakeError
from .contact_merge import ContactMerge
from .merge_plan import AS_CONFIGURED, ImportChoices, ImportResult
from .new_users import NewUsers

# ---- the front door ----

_logger = logging.getLogger(__name__)

ALIKE = ("email", "phone")  # what a contact and a user may share though nobody has linked them
Results = dict[int, ImportResult]
"""``{user id: ImportResult}``"""


class Importer:
    """Brings what User.com says of users to the contacts of an account.

    Webhook, pull, lists of users and initial sync all come this way. ``origin`` is what the consent
    log names as the source of consents that are brought.
    """

    def __init__(
        self,
        backend: Any,
        choices: ImportChoices = AS_CONFIGURED,
        origin: Origin | None = None,
    ) -> None:
        # Consents are noted where contacts are written, whose arguments are Odoo's.
        self._backend = with_own_context(backend, origin=origin) if origin else backend
        self._env = self._backend.env
        self._choices = choices

    # ---- users, whoever they are ----

    def import_page(self, users: list[User], **how: Any) -> Results:
        """As ``import_users``; where one user is in the way of the others, each by itself.

        As with an import of Odoo, no message on each contact tells that it was created.
        """
        if not users:
            return {}
        # Foreign keys are checked by plans that PostgreSQL keeps. Those made while there were few
        # contacts read all of them for each link, however many there are by now.
        self._env.cr.execute("DISCARD PLANS")
        page = Importer(self._backend.with_context(mail_create_nolog=True), self._choices)
        results, error = attempted(self._env, page.import_users, users, **how)
        if error is None:
            return results
        if isinstance(error, BrakeError):
            raise error  # for the page as a whole: it is read again
        if len(users) == 1:
            _logger.info("user.com user %s could not be stored: %s", users[0].id, described(error))
            problem = Problem(str(error), "refused_here")
            return {users[0].id: ImportResult(self._env["res.partner"], [problem])}
        return {
            key: result for user in users for key, result in self.import_page([user], **how).items()
        }

    def import_users(
        self,
        users: list[User],
        chosen: Contacts | None = None,
        prompts: dict[int, Any] | None = None,
        only_linked: bool = False,
    ) -> Results:
        """Bring what User.com now says of ``users`` to their contacts.

        ``chosen``: {user id: contact} where a person has chosen the contact. ``prompts``: {user id:
        inbox rows} that ask for them. ``only_linked``: leave alone who is not linked yet, and out
        of the results.
        """
        results: Results = {}
        matcher = Matcher(self._backend)
        for lot in _apart(users, matcher.alike):
            found = matcher.linked(lot) if only_linked else {}
            outsiders: Contacts = {}
            if not only_linked:
                recognized, outsiders = matcher.recognize(lot)
                found = self._without_ignored(recognized)
            found |= self._free(chosen) if chosen else {}
            results |= self._import_found(lot, found, prompts or {})
            new = [user for user in lot if user.id not in found]
            if new and not only_linked:
                new_users = NewUsers(self._backend, self._choices)
                results |= new_users.import_new_users(new, outsiders)
        return results

    def count_news(self, results: Iterable[ImportResult]) -> None:
        """Count those that nobody asked for and that told Odoo something."""
        if news := sum(result.is_news for result in results):
            self._env["usercom.statistic"]._count(self._backend, "received", news)

    def _without_ignored(self, recognized: dict[int, tuple[str, Any]]) -> Contacts:
        """Return ``{user id: contacts}`` of those ``recognized`` whom the account does not ignore.

        It ignores who only has the address or number of a contact that nobody has linked yet. In
        an initial sync a person has seen who is linked.
        """
        contacts = {user_id: partners for user_id, (_how, partners) in recognized.items()}
        if self._backend.new_user_policy != "ignore" or self._choices.is_confirmed:
            return contacts
        partners = self._env["res.partner"].union(*contacts.values())
        bindings = self._env["usercom.binding"]._of(self._backend, partners)
        linked = {key for key, link in bindings.items() if link.external_id or link._orphans()}
        return {
            user_id: contacts[user_id]
            for user_id, (how, partners) in recognized.items()
            if how not in ALIKE or linked.intersection(partners.ids)
        }

    def _free(self, chosen: Contacts) -> Contacts:
        """The ``chosen`` contacts but those whose user is another contact's."""
        linking = Linking(self._backend)
        return {
            user_id: partner
            for user_id, partner in chosen.items()
            if not linking.other_contact(partner, user_id)
        }

    def _import_found(self, lot: list[User], found: Contacts, prompts: dict[int, Any]) -> Results:
        """Import those whose contacts were found; of two who are the same one the surest first."""

        def contacts(user: User) -> set[int]:
            return set(found[user.id].ids)

        results: Results = {}
        by_id = {user.id: user for user in lot}
        known = [by_id[user_id] for user_id in found if user_id in by_id]
        for one_each in _apart(known, contacts):
            results |= self._import_known(one_each, found, prompts)
        return results

    def _import_known(self, users: list[User], found: Contacts, prompts: dict[int, Any]) -> Results:
        """Merge the ``users`` into the contacts ``found``, but for those where that is refused."""
        partners = self._env["res.partner"].union(*found.values())
        bindings = self._env["usercom.binding"]._of(self._backend, partners)
        refusals = Refusals(self._backend, self._choices)
        refused = {
            user.id: refusal
            for user in users
            if (refusal := refusals.of(user, found[user.id], bindings))
        }
        pairs = [(found[user.id], user) for user in users if user.id not in refused]
        edited = {partner.id: partner.write_date for partner, _user in pairs}
        self._apply_withdrawals(pairs, prompts)
        self._merge_second_users(refused, bindings)
        merge = ContactMerge(self._backend, self._choices)
        plans = merge.merge(pairs, edited, bindings) if pairs else {}
        return refused | {key: ImportResult.of(plan) for key, plan in plans.items()}

    def _apply_withdrawals(self, pairs: list[tuple[Any, User]], prompts: dict[int, Any]) -> None:
        """Withdraw first what the calls of User.com show as withdrawn."""
        for partner, user in pairs:
            if rows := prompts.get(user.id):
                backend = with_own_context(self._backend, origin=consent_origin(rows, user))
                ReceivedWithdrawals(backend, rows).apply(partner, user)

    def _merge_second_users(self, refused: Results, bindings: dict[int, Any]) -> None:
        """Have User.com merge the second users of contacts into the first ones."""
        for user_id, refusal in refused.items():
            if refusal.is_second:
                link = bindings[refusal.partner.id]
                link._was_linked([user_id])
                outbox, known = self._env["usercom.outbox"], {user_id: link._known_of_second()}
                outbox._enqueue_merge(self._backend, link.external_id, [user_id], known)

    # ---- users whose contact is known ----

    def merge_contact(self, partner: Any, user: User) -> list[str]:
        """Merge ``user`` into ``partner``, who is or becomes its contact; returns the problems.

        Values that Odoo knows better are queued.
        """
        merge, edited = ContactMerge(self._backend, self._choices), partner.write_date
        bindings = self._env["usercom.binding"]._of(self._backend, partner)
        return merge.merge([(partner, user)], {partner.id: edited}, bindings)[user.id].problems


def _apart(users: list[User], traits: Callable[[User], Set[Any]]) -> Iterator[list[User]]:
    """The users in lots in which no two have one of their ``traits`` in common.

    Who is in a later lot meets what the former ones have left: a new contact, or a new link.
    """
    while users:
        lot: list[User] = []
        later: list[User] = []
        seen: set[Any] = set()
        for user in users:
            own = traits(user)
            (later if own & seen else lot).append(user)
            seen |= own
        yield lot
        users = later


# ---- users who are not merged ----


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
