"""The API key of an account is verified, and an account that was paused runs again."""

from contextlib import suppress
from typing import Any

from odoo.exceptions import UserError
from odoo.tools import SQL

from ...usercom import Client, UsercomError
from ...usercom.records import prevailing_kind
from ..consents.answers import EmailConsent
from ..database.identity import DatabaseIdentity
from ..own_context import with_own_context
from ..queue.cron_trigger import request_drain
from .connection import Connection

# ---- another system ----

UNDER_WAY = ("previewing", "ready", "running", "paused")


class SystemChange:
    """Forgets, past the ORM as there may be hundreds of thousands, the ids of another system.

    Here they are other people's. The contacts are matched anew as they are edited or pushed;
    consents and logs stay. Events that wait or failed are not told here: they happened before.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._ours = [("backend_id", "=", backend.id)]

    def adopt(self) -> None:
        """Note for which system the account was authenticated, and forget users of another."""
        linked = self._backend.linked_subdomain
        if linked and linked != self._backend.subdomain:
            self._forget_users()
        self._backend.linked_subdomain = self._backend.subdomain

    def _forget_users(self) -> None:
        waiting = [*self._ours, ("state", "in", ("pending", "failed", "dismissed"))]
        self._delete_all("usercom.outbox", [*waiting, ("operation", "!=", "sync")])
        self._delete_all("usercom.inbox", waiting)
        self._delete_all("usercom.event", waiting)
        self._delete_all("usercom.sweep", self._ours)
        self._delete_all("usercom.drift", self._ours)
        self._env["usercom.label"].search(self._ours).external_id = 0
        self._env["usercom.segment"]._forget(self._backend)
        for sync in self._env["usercom.sync"].search([*self._ours, ("state", "in", UNDER_WAY)]):
            sync.action_cancel()
        self._env["usercom.tombstone"].search(self._ours).external_id = False
        self._clear_keys()
        self._delete_all("usercom.company", self._ours)
        self._delete_all("usercom.binding", self._ours)

    def _delete_all(self, model: str, domain: list[Any]) -> None:
        self._env.flush_all()
        records = self._env[model]
        query = records._search(domain)
        table = SQL.identifier(records._table)
        self._env.cr.execute(SQL("DELETE FROM %s WHERE id IN %s", table, query.subselect()))
        self._env.invalidate_all()

    def _clear_keys(self) -> None:
        """Empty the key field of the linked contacts, in this account's company."""
        name = self._backend._key_field()
        seen = with_own_context(
            self._backend._with_account_context(self._env["res.partner"]), linking=name
        )
        field = seen._fields[name]
        column, company = SQL.identifier(field.name), str(self._backend.company_id.id)
        emptied = SQL("%s - %s", column, company) if field.company_dependent else SQL("NULL")
        self._env.flush_all()
        rows = self._env.execute_query(
            SQL(
                """UPDATE res_partner SET %s = %s
                    WHERE id IN (SELECT partner_id FROM usercom_binding WHERE backend_id = %s)
                      AND %s IS NOT NULL
                   RETURNING id""",
                column,
                emptied,
                self._backend.id,
                column,
            )
        )
        partners = seen.browse(row_id for (row_id,) in rows)
        partners.invalidate_recordset(flush=False)
        partners.modified([field.name])  # other apps may compute from it


# ---- authentication ----

CREDENTIALS = ("subdomain", "api_key")


class Authentication:
    """Authenticates one account, which is given as superuser."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env
        self._labels: dict[str, Any] = {}

    def run(self) -> Any:
        """Verify the key, take a paused account up again and return the attributes found."""
        attributes = Connection(self._backend).ask_unverified(self._verify_key)
        SystemChange(self._backend).adopt()
        is_new = self._backend.state == "draft"
        self._resume()
        self._backend.database_marks = DatabaseIdentity(self._env).remember()
        self._store(attributes)
        if is_new:
            EmailConsent(self._backend).pair_unsubscribed()
        request_drain(self._backend)
        return attributes

    def fetch_attributes(self) -> Any:
        """Store the attributes as they now are in User.com, and return them."""
        attributes = Connection(self._backend).ask(self._read_attributes)
        self._store(attributes)
        return attributes

    def _store(self, attributes: Any) -> None:
        resources = self._backend._resources()
        self._env["usercom.attribute"]._store(self._backend, attributes, resources)
        self._store_labels()

    def fetch_labels(self) -> dict[str, int]:
        """Store the tags, and what else is paired, as they now are in User.com: how many each."""
        return self._fetch_kinds([pairs._kind for pairs in self._backend._memberships()])

    def fetch_segments(self) -> int:
        """Store the segments as they now are in User.com; returns how many."""
        return self._fetch_kinds(["segments"])["segments"]

    def _fetch_kinds(self, kinds: list[Any]) -> dict[str, int]:
        self._labels = Connection(self._backend).ask(
            lambda client: {kind: client.memberships.labels(kind) for kind in kinds}
        )
        self._store_labels()
        return {kind: len(labels) for kind, labels in self._labels.items()}

    def _store_labels(self) -> None:
        for kind, labels in self._labels.items():
            self._env["usercom.label"]._store(self._backend, kind, labels)

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
        """The attributes; the tags are read along, and no account fails for them."""
        for pairs in self._backend._memberships():
            with suppress(UsercomError):
                self._labels[pairs._kind] = client.memberships.labels(pairs._kind)
        table = self._env["usercom.field.mapping"]._type_table()
        return client.attributes(table, self._backend._resources())

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
