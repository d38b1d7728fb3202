"""What has to be asked at User.com for the calls that wait."""

from dataclasses import replace
from typing import Any

from ...usercom import User
from ...usercom.jobs import Fetch, Identity, PayloadUser
from ..queue.claims import Task


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
