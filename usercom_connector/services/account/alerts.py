"""What managers are told of by an activity: once when it begins, gone when it is mended."""

from typing import Any

from markupsafe import escape

from ..database.transactions import committed
from .account_status import AccountStatus


class Alerts:
    """The alerts of an account. A kind is the end of an activity type's XML id."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def begin(self, kind: str, note: str = "") -> None:
        """Give an activity to each manager, in words of its type in the manager's language.

        ``note`` is plain text: it may quote User.com, as in “emptied values: <img …>”.
        """
        backend = self._backend
        managers = backend.env.ref("usercom_connector.group_usercom_manager").all_user_ids
        for user in managers.filtered(lambda user: backend.company_id in user.company_ids):
            backend.with_context(lang=user.lang).activity_schedule(
                _activity_type(kind), note=escape(note), user_id=user.id
            )

    def end(self, kind: str) -> None:
        """Take the activities back, of several accounts at once."""
        self._backend.sudo().activity_unlink([_activity_type(kind)])

    def check(self) -> None:
        """Begin and end what can be seen in numbers, in a transaction of its own."""
        committed(self._backend.env, self._check)

    def _check(self) -> None:
        status = AccountStatus(self._backend)
        self._set("is_failing", "failing", status.fails_often)
        self._set("is_webhook_silent", "webhook_silent", status.is_webhook_silent)

    def _set(self, flag: str, kind: str, is_on: bool) -> None:
        if self._backend[flag] == is_on:
            return
        self._backend[flag] = is_on
        if is_on:
            self.begin(kind)
        else:
            self.end(kind)


def _activity_type(kind: str) -> str:
    return f"usercom_connector.mail_activity_type_{kind}"
