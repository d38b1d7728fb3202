"""How an account reaches User.com: its system, its key, and whether it may."""

import re
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...usercom import (
    Client,
    ForbiddenError,
    InvalidKeyError,
    NotFoundError,
    ServerError,
    UnreachableError,
    UsercomError,
)
from ..database.identity import DatabaseIdentity
from ..database.transactions import RIVALS
from ..failures.problem import explain
from ..queue.holds import SharedHold, Standing, throttle_of
from .unset_attributes import UnsetAttributes

# ---- which account is meant ----

SYSTEM_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def system_name(env: Any, text: str) -> str:
    """The system name in ``acme``, ``acme.user.com`` or a whole address of User.com."""
    typed = text.strip().lower()
    host = _host(typed)
    name = host.removesuffix(".user.com")
    if "." in name:
        raise ValidationError(
            env._(
                "“%s” is not the address of a User.com account. It ends in .user.com, such as "
                "acme.user.com.",
                text,
            )
        )
    if not SYSTEM_NAME.fullmatch(name) or (name == host and name != typed):
        raise ValidationError(
            env._(
                "“%s” is not a system name. It is the first part of your User.com address, "
                "such as “acme” in acme.user.com: letters, digits and hyphens only.",
                text,
            )
        )
    return name


def _host(typed: str) -> str:
    """The host name in an address, empty if it is none of a web page."""
    try:
        parts = urlsplit(typed if "//" in typed else f"https://{typed}")
        is_plain = parts.scheme in ("http", "https") and not parts.username and not parts.port
    except ValueError:
        return ""
    return parts.hostname or "" if is_plain else ""


# ---- the connection ----

DEFAULT_URL = "https://{subdomain}.user.com"
REFUSALS = (InvalidKeyError, ForbiddenError)  # of the API key


class Connection:
    """How an account reaches User.com, and whether it may."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def base_url(self) -> str:
        return _url_of(self._env, self._backend.subdomain)

    def client(self) -> Client:
        """A client of this account; close it after use."""
        account = self._backend.sudo().ensure_one()
        if not account.subdomain or not account.api_key:
            raise UserError(self._env._("Enter the system name and the API key first."))
        SharedHold(account).seconds()  # what another process was answered holds back this one, too
        return Client(
            self.base_url(),
            account.api_key,
            throttle=throttle_of(account),
            left_out=UnsetAttributes(account).left_out() if account.leaves_unset_out else (),
        )

    def clock(self) -> Any:
        """User.com's clock."""
        return throttle_of(self._backend).remote_clock

    # ---- whether it may ----

    def refusal(self) -> str | None:
        """Why this database must not talk to User.com, as a copy must not; None if it may."""
        return DatabaseIdentity(self._env).refusal(self._backend.sudo().database_marks)

    def check_may_send(self) -> None:
        """Raise an error for people where this database must not talk to User.com."""
        if refusal := self.refusal():
            raise UserError(refusal)

    # ---- asking for somebody who waits ----

    def ask(self, question: Callable[[Client], Any]) -> Any:
        """Return what ``question(client)`` returns; an error is raised in words for people."""
        self.check_may_send()
        return self.ask_unverified(question)

    def ask_unverified(self, question: Callable[[Client], Any]) -> Any:
        """Likewise, for an account whose database or key is only now being verified."""
        try:
            with self.client() as client:
                return question(client)
        except UsercomError as error:
            SharedHold(self._backend).seconds()
            if isinstance(error, REFUSALS):
                self._note_refused_key()
            raise UserError(self._explain(error)) from error

    def _note_refused_key(self) -> None:
        """Store it once this transaction, that of a button which failed, is rolled back.

        The settings have stored the key in a transaction before, so it is there.
        """
        account, registry = self._backend.sudo(), self._env.registry
        query = SQL(
            "UPDATE usercom_backend SET is_key_refused = true WHERE id = %s AND api_key = %s",
            account.id,
            account.api_key,
        )

        def store() -> None:
            # Whoever changes the account at this moment may be entering another key.
            with suppress(*RIVALS), registry.cursor() as cr:
                cr.execute(query, log_exceptions=False)

        self._env.cr.postrollback.add(store)

    def _explain(self, error: UsercomError) -> str:
        """Why the account could not be asked, and what to do about it."""
        url = self.base_url()
        if isinstance(error, UnreachableError) and not _is_known_host(url):
            return self._env._(
                "There is no address %s. Check the system name, and that this server can reach the "
                "internet.",
                url,
            )
        if isinstance(error, NotFoundError) or (
            isinstance(error, ServerError) and error.status < 500
        ):
            return self._env._(
                "No User.com account answers at %s. Check the system name: it is the first part of "
                "the address you see when you work in User.com.",
                url,
            )
        return explain(self._env, error)


def _url_of(env: Any, subdomain: str | None) -> str:
    template = env["ir.config_parameter"].sudo().get_param("usercom_connector.api_url")
    return (template or DEFAULT_URL).replace("{subdomain}", subdomain or "")


def _is_known_host(url: str) -> bool:
    """Whether the name in ``url`` leads to an address."""
    try:
        socket.getaddrinfo(urlsplit(url).hostname, None)
    except (OSError, UnicodeError):
        return False
    return True


# ---- a client that is still current ----
# What was asked with an old key, or of an old system, says nothing about the account any more.


def is_current(backend: Any, client: Any) -> bool:
    """Whether ``client`` has the present key and system of the account."""
    return bool(client.is_for(Connection(backend).base_url(), backend.sudo().api_key))


def may_go_on(backend: Any, client: Any) -> bool:
    """Whether the account still runs, with ``client``, and nobody waits for the run to end."""
    standing = Standing.of(backend)
    return standing is not None and allows(standing, backend, client)


def allows(standing: Standing, backend: Any, client: Any) -> bool:
    """Likewise, where the ``standing`` of the account has been read."""
    url = _url_of(backend.env, standing.subdomain)
    return (
        standing.state == "running"
        and client.is_for(url, standing.api_key)
        and not standing.is_module_operation_announced
    )
