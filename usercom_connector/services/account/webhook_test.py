"""The webhook is called as User.com would call it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests

from odoo.http import db_list

SECONDS = 5
NEAR = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}


class WebhookTest:
    """Says in sentences what a call of one account's webhook meets."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def findings(self) -> Iterator[str]:
        """Yield a sentence on the call, on HTTPS, and on the choice of the database."""
        address = urlsplit(self._backend.webhook_url)
        yield self._call()
        yield self._about_scheme(address)
        yield self._about_database(address)

    def _call(self) -> str:
        """Send a call that names nobody: the answer 400 means that the token was accepted."""
        try:
            answer = requests.post(
                self._backend.webhook_url,
                json={},
                headers={"X-Usercom-Token": self._backend.webhook_token or ""},
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return self._about_failure(error)
        return self._about_answer(answer)

    def _about_failure(self, error: requests.RequestException) -> str:
        match error:
            case requests.Timeout():
                return self._env._(
                    "No answer came within %s seconds. A server with one worker cannot answer "
                    "itself while it waits: then this says nothing about User.com's calls. "
                    "Otherwise a firewall or proxy may hold the call back.",
                    SECONDS,
                )
            case requests.exceptions.SSLError():
                return self._env._(
                    "The HTTPS certificate of this address is not accepted. Renew it, or correct "
                    "the proxy that presents it."
                )
            case _:
                return self._env._(
                    "This server cannot reach the address. Check the system parameter "
                    "web.base.url, the name server and the proxy."
                )

    def _about_answer(self, answer: requests.Response) -> str:
        if answer.is_redirect:
            return self._env._(
                "The address redirects to %s. User.com may not follow: correct the system "
                "parameter web.base.url.",
                answer.headers["Location"][:200],
            )
        if answer.status_code == 400 and '"malformed"' in answer.text:
            return self._env._("The webhook answers and accepts the token.")
        if answer.status_code == 401 and '"unauthorized"' in answer.text:
            return self._env._(
                "A webhook answers but does not know the token: the address leads to another "
                "database or server."
            )
        return self._env._(
            "Something else answers at this address, with status %s. Check the system parameter "
            "web.base.url and the proxy, and that the server knows which database is meant.",
            answer.status_code,
        )

    def _about_scheme(self, address: SplitResult) -> str:
        host = address.hostname or ""
        if host in NEAR or host.endswith((".local", ".localhost")):
            return self._env._(
                "The address is known to this machine only; User.com cannot call it. Set the "
                "system parameter web.base.url to the public address."
            )
        if address.scheme != "https":
            return self._env._(
                "The address has no HTTPS: the token and personal data would be sent "
                "unencrypted. If a proxy adds HTTPS, set web.base.url to the https address and "
                "proxy_mode in Odoo's configuration."
            )
        return self._env._("The address has HTTPS.")

    def _about_database(self, address: SplitResult) -> str:
        names = db_list(force=True, host=address.netloc)
        if names == [self._env.cr.dbname]:
            return self._env._("The server knows which database is meant.")
        return self._env._(
            "This server has %(count)s databases that the address could mean, so a call from "
            "outside is not answered. Set dbfilter in Odoo's configuration, or add the header "
            "X-Odoo-Database: %(name)s to the API call in User.com.",
            count=len(names),
            name=self._env.cr.dbname,
        )
