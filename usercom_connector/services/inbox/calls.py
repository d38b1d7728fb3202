"""Calls are worked off: what is to be read for them, and what comes of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from odoo import fields

from ...usercom import User
from ...usercom.jobs import Fetch, Identity, PayloadUser
from ..consents.received import ReceivedWithdrawals, consent_origin
from ..contacts.identity import ContactIdentity, normalized
from ..contacts.texts import by_id
from ..failures.problem import Problem, columns, joined
from ..importer import Importer, ImportResult
from ..memberships import Memberships
from ..own_context import with_own_context
from ..queue.claims import Task
from ..queue.cron_trigger import request_drain
from .prompts import Keys, Prompts, keys_in


class CallTasks:
    """Makes the tasks of claimed calls: one read per user, however many calls came about it."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def of(self, rows: Any) -> list[Task]:
        """Return one task for each user that the ``rows`` name."""
        return [Task(calls, self._job(calls)) for calls in rows.grouped("user_ref").values()]

    def _job(self, calls: Any) -> Fetch | PayloadUser:
        newest = calls[-1]
        identity = Identity(newest.external_id or None, newest.custom_id, newest.email)
        user = self._payload_user(calls) if self._backend.use_webhook_values else None
        return PayloadUser(identity, user) if user else Fetch(identity)

    def _payload_user(self, calls: Any) -> User | None:
        """The newest user that the payloads hold whole, None where User.com has to be asked."""
        users = [user for call in calls if (user := _user_in(call))]
        newest = max(users, key=_updated_at, default=None)
        if newest is None or len(users) < len(calls):
            return None
        mappings = self._backend._active_mappings()
        imported = mappings.filtered(lambda mapping: mapping.direction != "export")
        if not all(_is_in_payload(mapping, newest) for mapping in imported):
            return None
        if Memberships(self._backend).is_imported():
            return None  # of which a payload says nothing
        binding = calls.env["usercom.binding"]._of_user(self._backend, newest.id)
        return None if binding._knows_newer(newest) else newest


def _user_in(call: Any) -> User | None:
    """The user in a call's payload as of the moment it was sent, None if there is none."""
    payload = call.payload or {}
    try:
        block = payload["user"] | {"id": call.external_id, "updated_at": payload["timestamp"]}
        user = replace(User.from_json(block), is_from_payload=True)
    except (KeyError, TypeError, ValueError):
        return None
    return user if user.id and user.updated_at else None


def _updated_at(user: User) -> Any:
    return user.updated_at


def _is_in_payload(mapping: Any, user: User) -> bool:
    """Whether ``user`` says anything, be it nothing, of the pair's attribute."""
    is_in_name = mapping._is_name_part() and "name" in user.values
    return mapping._key() in user.values or is_in_name


# ---- reads that a person asks for ----


def queue_pulls(backend: Any, partners: Any) -> Any:
    """Queue a read of ``partners``, by whatever User.com may know them; returns those queued."""
    bindings = backend.env["usercom.binding"]._of(backend, partners)
    rows = []
    for partner in partners:
        if keys := keys_of_contact(backend, partner, bindings.get(partner.id)):
            rows.append({"backend_id": backend.id, "partner_id": partner.id, **keys})
        else:
            _refuse(backend, partner)
    request_drain(backend)
    return backend.env["usercom.inbox"].create(rows).partner_id


def keys_of_contact(backend: Any, partner: Any, binding: Any) -> Keys:
    """Return the keys by which User.com may know a contact; empty if there is none."""
    identity = ContactIdentity(backend).of(backend._with_account_context(partner), binding)
    return keys_in(identity.as_keys())


def _refuse(backend: Any, partner: Any) -> None:
    message = backend.env._(
        "%s has neither a User.com id nor an e-mail address to be looked for by.", by_id(partner)
    )
    binding = backend.env["usercom.binding"]._ensure(backend, partner)
    binding.write({"state": "failed", "last_error": message})


# ---- a second look ----
# User.com sends no call about a user who was merged away. So the linked user is read before a
# person is asked to merge the two: once a minute at most, however many calls come.

LOOK_EVERY = timedelta(minutes=1)
SOON = timedelta(seconds=2)


class SecondLook:
    """Queues a read of the linked user, and makes the ``calls`` about the new one wait for it."""

    def __init__(self, calls: Any) -> None:
        self._calls = calls
        self._inbox = calls.browse()
        self._backend = calls.backend_id
        self._bindings = calls.env["usercom.binding"]

    def at_holder(self, user: User) -> datetime | None:
        """When to try again, where another user's contact has the address of ``user``."""
        holder = self._holder(user)
        return self.at(holder) if holder else None

    def at(self, partner: Any) -> datetime | None:
        """When to try again, the user of ``partner`` being read first; None once it has been."""
        look, now = self._look_at(partner), fields.Datetime.now()
        if look.state == "pending":
            return (look.next_attempt_at or now) + SOON
        newest = max(max(call.id, call.serial) for call in self._calls)  # both of one sequence
        is_later = look.id > newest or look.write_date >= max(self._calls.mapped("create_date"))
        return None if is_later else look.write_date + LOOK_EVERY

    def _holder(self, user: User) -> Any:
        """The contact that has the address of ``user``, whom nobody has, and is another user."""
        email = normalized(user.email)
        if not email or self._bindings._of_user(self._backend, user.id):
            return None
        ours = [("backend_id", "=", self._backend.id), ("external_id", ">", 0)]
        same = [("state", "!=", "gone"), ("partner_id.email_normalized", "=", email)]
        link = self._bindings.search([*ours, *same], limit=1)
        return None if link and link._is_second(user) else link.partner_id

    def _look_at(self, partner: Any) -> Any:
        """The read of the user of ``partner``: one that waits, or the last, or a new one."""
        binding = self._bindings._of(self._backend, partner)[partner.id]
        keys = keys_of_contact(self._backend, partner, binding)
        about = [("backend_id", "=", self._backend.id), ("user_ref", "=", keys["user_ref"])]
        last = self._inbox.search(about, limit=1)
        earliest = fields.Datetime.now() - LOOK_EVERY
        if last and (last.state == "pending" or last.write_date > earliest):
            return last
        row = {"backend_id": self._backend.id, "partner_id": partner.id, **keys}
        return self._inbox.create(row)


# ---- settling ----


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
        if result.problems:
            bindings = self._env["usercom.binding"]._of(self._backend, result.partner)
            for link in bindings.values():
                link.last_error = "\n".join(result.problems)

    # ---- users that are gone ----

    def _note_merged_away(self, identity: Identity, user: User) -> None:
        """The user asked for was not there, and the person is ``user`` now."""
        if identity.user_id not in (None, user.id):
            link = self._env["usercom.binding"]._of_user(self._backend, identity.user_id)
            link.state = "gone"

    def _settle_missing(self, identity: Identity) -> None:
        """User.com has no such user (any more), and what its contact said last has been said."""
        Binding, partners = self._env["usercom.binding"], self._calls.partner_id
        link = Binding._of_user(self._backend, identity.user_id)
        message = self._env._("User.com has no such user.")
        owners = (link or Binding._of_former_user(self._backend, identity.user_id)).partner_id
        backend = with_own_context(self._backend, origin=consent_origin(self._calls))
        for partner in owners:
            ReceivedWithdrawals(backend, self._calls).apply(partner, None)
        link.write({"state": "gone", "last_error": message})
        for partner in partners - link.partner_id:
            failed = {"state": "failed", "last_error": message}
            Binding._ensure(self._backend, partner).write(failed)
        self._calls._finish(error=message, partner_id=(owners or partners)[:1].id)


def settle_listed(backend: Any, user: User, result: ImportResult, calls: Any) -> None:
    """Close the ``calls`` about a user of a list; without any, tell what went wrong."""
    if calls:
        CallSettlement(calls).close(user, result)
    elif result.is_another:
        Prompts(backend).read_single(user)
    elif result.problems:
        Prompts(backend).report(user, joined(result.problems), is_ambiguous=result.ambiguous)
