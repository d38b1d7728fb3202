"""The API key of an account is verified, and an account that was paused runs again."""

from typing import Any

from odoo.exceptions import UserError

from ...usercom import Client, UsercomError
from ...usercom.records import prevailing_kind
from ..consents.answers import EmailConsent
from ..database.identity import DatabaseIdentity
from ..queue.cron_trigger import request_drain
from .connection import Connection
from .system_change import SystemChange

CREDENTIALS = ("subdomain", "api_key")


class Authentication:
    """Authenticates one account, which is given as superuser."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def run(self) -> Any:
        """Verify the key, take a paused account up again and return the attributes found."""
        attributes = Connection(self._backend).ask_unverified(self._verify_key)
        SystemChange(self._backend).adopt()
        is_new = self._backend.state == "draft"
        self._resume()
        self._backend.database_marks = DatabaseIdentity(self._env).remember()
        self._env["usercom.attribute"]._store(self._backend, attributes)
        if is_new:
            EmailConsent(self._backend).pair_unsubscribed()
        request_drain(self._backend)
        return attributes

    def fetch_attributes(self) -> Any:
        """Store the attributes as they now are in User.com, and return them."""
        attributes = Connection(self._backend).ask(self._read_attributes)
        self._env["usercom.attribute"]._store(self._backend, attributes)
        return attributes

    def _verify_key(self, client: Client) -> Any:
        """The attributes, once the key has proven to open all that is needed."""
        account = client.probe()
        if not account.can_write:
            raise UserError(
                self._env._(
                    "The API key may read but not write. Give it write access too in User.com: "
                    "Settings → App settings → Advanced → Public API."
                )
            )
        if not account.can_read:
            raise UserError(
                self._env._(
                    "The API key may write but not read. Give it read access too in User.com: "
                    "Settings → App settings → Advanced → Public API."
                )
            )
        self._look_at_custom_ids(client)
        return self._read_attributes(client)

    def _look_at_custom_ids(self, client: Client) -> None:
        """Note what the custom ids of one page of users are; no account fails for it."""
        try:
            users = client.changed_page(None, None).users
        except UsercomError:
            return
        self._backend.custom_ids_seen = prevailing_kind(users)

    def _read_attributes(self, client: Client) -> Any:
        return client.attributes(self._env["usercom.field.mapping"]._type_table())

    def _resume(self) -> None:
        states = {"draft": "authenticated", "paused": "running"}
        state = states.get(self._backend.state, self._backend.state)
        self._backend.write({"state": state, "pause_reason": False, "is_key_refused": False})


def with_other_credentials(backends: Any, vals: dict[str, Any]) -> Any:
    """The accounts that ``vals`` give another system name or key."""
    new = {name: vals[name] for name in CREDENTIALS if name in vals}
    return backends.filtered(lambda backend: any(backend.sudo()[n] != new[n] for n in new))


def require_reauthentication(backends: Any) -> None:
    """Have the accounts stand still until their new credentials are verified.

    The queues of those that have run go on to fill meanwhile.
    """
    backends.filtered("is_key_refused").sudo().is_key_refused = False
    known = backends.filtered(lambda backend: backend.state in ("running", "paused"))
    if known:
        known.sudo().write(
            {
                "state": "paused",
                "pause_reason": DatabaseIdentity(backends.env).not_proven(),
                "database_marks": False,
                "leaves_unset_out": False,
            }
        )
    others = (backends - known).filtered(lambda backend: backend.state != "draft")
    others.sudo().state = "draft"
