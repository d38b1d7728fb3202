"""The webhook is called as User.com would call it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests

from odoo.http import db_list

SECONDS = 5
NEAR = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}
# {code: "success", "warning" or "danger"}; a code keeps its meaning, since results are stored.
LEVELS = {
    "accepted": "success",
    "timeout": "warning",
    "certificate": "danger",
    "unreachable": "danger",
    "redirect": "danger",
    "token": "danger",
    "other_answer": "danger",
    "https": "success",
    "no_https": "warning",
    "near": "danger",
    "database": "success",
    "databases": "danger",
}


@dataclass(frozen=True)
class Finding:
    """What the test found, as it is stored: ``values`` are those that its sentence has."""

    code: str
    values: dict[str, Any]

    @property
    def level(self) -> str:
        return LEVELS.get(self.code, "warning")


class WebhookTest:
    """Finds out what a call of one account's webhook meets."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._env = backend.env

    def findings(self) -> Iterator[Finding]:
        """Yield what is found on the call, on HTTPS, and on the choice of the database."""
        address = urlsplit(self._backend.webhook_url)
        yield self._call()
        yield Finding(_scheme(address), {})
        yield self._about_database(address)

    def _call(self) -> Finding:
        """Send a call that names nobody: the answer 400 means that the token was accepted."""
        try:
            answer = requests.post(
                self._backend.webhook_url,
                json={},
                headers={"X-Usercom-Token": self._backend.webhook_token or ""},
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.Timeout:
            return Finding("timeout", {"seconds": SECONDS})
        except requests.exceptions.SSLError:
            return Finding("certificate", {})
        except requests.RequestException:
            return Finding("unreachable", {})
        return _about_answer(answer)

    def _about_database(self, address: SplitResult) -> Finding:
        names = db_list(force=True, host=address.netloc)
        if names == [self._env.cr.dbname]:
            return Finding("database", {})
        return Finding("databases", {"count": len(names), "name": self._env.cr.dbname})


def _about_answer(answer: requests.Response) -> Finding:
    if answer.is_redirect:
        return Finding("redirect", {"address": answer.headers["Location"][:200]})
    if answer.status_code == 400 and '"malformed"' in answer.text:
        return Finding("accepted", {})
    if answer.status_code == 401 and '"unauthorized"' in answer.text:
        return Finding("token", {})
    return Finding("other_answer", {"status": answer.status_code})


def _scheme(address: SplitResult) -> str:
    host = address.hostname or ""
    if host in NEAR or host.endswith((".local", ".localhost")):
        return "near"
    return "https" if address.scheme == "https" else "no_https"


def sentence(env: Any, finding: Finding) -> str:
    """The finding in the reader's language, with what to do about it."""
    values = {"address": "", "count": "", "name": "", "seconds": "", "status": ""}
    values.update(finding.values)
    return (_about_the_call(env, values) | _about_the_address(env, values)).get(finding.code, "")


def _about_the_call(env: Any, values: dict[str, Any]) -> dict[str, str]:
    return {
        "accepted": env._("The webhook answers and accepts the token."),
        "timeout": env._(
            "No answer came within %s seconds. A server with one worker cannot answer itself "
            "while it waits: then this says nothing about User.com's calls. Otherwise a firewall "
            "or proxy may hold the call back.",
            values["seconds"],
        ),
        "certificate": env._(
            "The HTTPS certificate of this address is not accepted. Renew it, or correct the "
            "proxy that presents it."
        ),
        "unreachable": env._(
            "This server cannot reach the address. Check the system parameter web.base.url, the "
            "name server and the proxy."
        ),
        "redirect": env._(
            "The address redirects to %s. User.com may not follow: correct the system parameter "
            "web.base.url.",
            values["address"],
        ),
        "token": env._(
            "A webhook answers but does not know the token: the address leads to another database "
            "or server."
        ),
        "other_answer": env._(
            "Something else answers at this address, with status %s. Check the system parameter "
            "web.base.url and the proxy, and that the server knows which database is meant.",
            values["status"],
        ),
    }


def _about_the_address(env: Any, values: dict[str, Any]) -> dict[str, str]:
    return {
        "https": env._("The address has HTTPS."),
        "no_https": env._(
            "The address has no HTTPS: the token and personal data would be sent unencrypted. If "
            "a proxy adds HTTPS, set web.base.url to the https address and proxy_mode in Odoo's "
            "configuration."
        ),
        "near": env._(
            "The address is known to this machine only; User.com cannot call it. Set the system "
            "parameter web.base.url to the public address."
        ),
        "database": env._("The server knows which database is meant."),
        "databases": env._(
            "This server has %(count)s databases that the address could mean, so a call from "
            "outside is not answered. Set dbfilter in Odoo's configuration, or add the header "
            "X-Odoo-Database: %(name)s to the API call in User.com.",
            count=values["count"],
            name=values["name"],
        ),
    }
