"""Calls are settled: what was read of their user is imported, and the rows say what came of it."""

from datetime import datetime
from typing import Any

from ...usercom import User
from ...usercom.jobs import Identity
from ..consents.origin import consent_origin
from ..consents.received import ReceivedWithdrawals
from ..contacts.identity import normalized
from ..failures.problem import Problem, columns, joined
from ..importer import Importer, ImportResult
from ..own_context import with_own_context
from .prompts import Prompts
from .second_look import SecondLook


class CallSettlement:
    """Settles ``calls`` about one user, the rows of ``usercom.inbox``."""

    def __init__(self, calls: Any) -> None:
        self._calls = calls
        self._backend = calls.backend_id
        self._env = calls.env

    def settle(self, identity: Identity, user: User | None) -> None:
        """Bring what User.com now says of the user to the contact.

        ``identity`` is what User.com was asked for; ``user`` is None where there is none.
        """
        if user is None:
            self._settle_missing(identity)
            return
        if later := self._after_second_look(identity, user):
            self._calls._put_back(next_attempt_at=later)
            return
        self._note_merged_away(identity, user)
        chosen = {user.id: self._calls.partner_id[0]} if self._calls.partner_id else {}
        importer = Importer(self._backend, origin=consent_origin(self._calls, user))
        results = importer.import_users([user], chosen, {user.id: self._calls})
        self.close(user, results[user.id])

    def _after_second_look(self, identity: Identity, user: User) -> datetime | None:
        """When to try again, if the contact with the address of ``user`` is still another user."""
        is_itself = identity.user_id in (None, user.id)
        if is_itself and not self._calls.partner_id:
            return SecondLook(self._calls).at_holder(user)
        return None

    def close(self, user: User, result: ImportResult) -> None:
        """Close the rows as the ``result`` of the import says."""
        calls = self._calls
        if result.is_another and (later := SecondLook(calls).at(result.partner)):
            calls._put_back(**columns(joined(result.problems)), next_attempt_at=later)
        elif result.stale:
            message = self._env._("User.com answered with an older state than is known.")
            calls._retry_later(Problem(message, "outdated"))
        elif result.erased:
            forget = {"payload": False, "email": False, "custom_id": False}
            calls._finish(user_ref=f"external_id:{user.id}", **forget)
        elif result.left_out and not result.problems:
            # The address has the row found when its person is erased.
            address = {} if result.partner else {"email": normalized(user.email)}
            calls._finish(error=result.left_out, partner_id=result.partner.id, **address)
        else:
            partner_id = result.partner.id
            calls._close(result.problems, partner_id=partner_id, is_ambiguous=result.ambiguous)
            self._show_problems(result)

    def _show_problems(self, result: ImportResult) -> None:
        """Show on the contact, too, why another user could not be merged into it."""
        bindings = self._env["usercom.binding"]._of(self._backend, result.partner)
        for link in bindings.values() if result.problems else ():
            link.last_error = "\n".join(result.problems)

    # ---- users that are gone ----

    def _note_merged_away(self, identity: Identity, user: User) -> None:
        """The user asked for was not there, and the person is ``user`` now."""
        if identity.user_id not in (None, user.id):
            link = self._env["usercom.binding"]._of_user(self._backend, identity.user_id)
            link.state = "gone"

    def _settle_missing(self, identity: Identity) -> None:
        """User.com has no such user (any more)."""
        Binding, partners = self._env["usercom.binding"], self._calls.partner_id
        link = Binding._of_user(self._backend, identity.user_id)
        message = self._env._("User.com has no such user.")
        if link.partner_id:
            backend = with_own_context(self._backend, origin=consent_origin(self._calls))
            ReceivedWithdrawals(backend, self._calls).apply(link.partner_id, None)
        link.write({"state": "gone", "last_error": message})
        for partner in partners - link.partner_id:
            failed = {"state": "failed", "last_error": message}
            Binding._ensure(self._backend, partner).write(failed)
        self._calls._finish(error=message, partner_id=(link.partner_id or partners)[:1].id)


def settle_listed(backend: Any, user: User, result: ImportResult, calls: Any) -> None:
    """Close the ``calls`` about a user of a list; without any, tell what went wrong."""
    if calls:
        CallSettlement(calls).close(user, result)
    elif result.is_another:
        Prompts(backend).read_single(user)
    elif result.problems:
        Prompts(backend).report(user, joined(result.problems), is_ambiguous=result.ambiguous)
