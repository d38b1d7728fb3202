import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ...usercom import User
from ..consents.received import ReceivedWithdrawals, consent_origin
from ..contacts.identity import Contacts, Linking, Matcher, normalized
from ..database.transactions import attempted, described
from ..failures.problem import Problem
from ..own_context import Origin, with_own_context
from ..queue.brake import BrakeError
from .contact_merge import ContactMerge
from .merge_plan import MergePlan
from .new_users import NewUsers
from .refusals import Refusals
from .results import AS_CONFIGURED, ImportChoices, ImportResult

_logger = logging.getLogger(__name__)

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
        matcher, new_users = Matcher(self._backend), NewUsers(self._backend, self._choices)
        for lot in _lots(users, matcher):
            found = matcher.linked(lot) if only_linked else {}
            outsiders: Contacts = {}
            if not only_linked:
                recognized, outsiders = matcher.recognize(lot)
                found = new_users.without_ignored(recognized)
            found |= self._free(chosen or {})
            known = [user for user in lot if user.id in found]
            results |= self._import_known(known, found, prompts or {})
            if not only_linked:
                new = [user for user in lot if user.id not in found]
                results |= new_users.import_new_users(new, outsiders)
        return results

    def count_news(self, results: Iterable[ImportResult]) -> None:
        """Count those that nobody asked for and that told Odoo something."""
        if news := sum(result.is_news for result in results):
            self._env["usercom.statistic"]._count(self._backend, "received", news)

    def _free(self, chosen: Contacts) -> Contacts:
        """The ``chosen`` contacts but those whose user is another contact's."""
        linking = Linking(self._backend)
        return {
            user_id: partner
            for user_id, partner in chosen.items()
            if not linking.other_contact(partner, user_id)
        }

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
        plans = self.merge_contacts(pairs, edited) if pairs else {}
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
                first = bindings[refusal.partner.id].external_id
                self._env["usercom.outbox"]._enqueue_merge(self._backend, first, [user_id])

    # ---- users whose contact is known ----

    def merge_contact(self, partner: Any, user: User) -> list[str]:
        """Merge ``user`` into ``partner``, who is or becomes its contact; returns the problems.

        Values that Odoo knows better are queued.
        """
        return self.merge_contacts([(partner, user)])[user.id].problems

    def merge_contacts(
        self, pairs: list[tuple[Any, User]], edited: dict[int, datetime] | None = None
    ) -> dict[int, MergePlan]:
        """As ``merge_contact`` for many pairs; ``{user id: the plan carried out}``.

        ``edited``: {contact id: when it was changed} where it has been written to since.
        """
        edited = edited or {partner.id: partner.write_date for partner, _user in pairs}
        return ContactMerge(self._backend, self._choices).merge(pairs, edited)


def _lots(users: list[User], matcher: Matcher) -> Iterator[list[User]]:
    """The users in lots in which no two may be the same person."""
    while users:
        lot: list[User] = []
        later: list[User] = []
        seen: set[str] = set()
        for user in users:
            keys = {key for key in (normalized(user.email), matcher.phone(user)) if key}
            (later if keys & seen else lot).append(user)
            seen |= keys
        yield lot
        users = later
