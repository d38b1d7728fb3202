"""The webhook as docs/operations.md sets servers up: workers, several databases, a proxy."""

import os
import socket
from collections.abc import Iterator

import pytest
import requests

from tests.e2e.conftest import Pair, connect
from tests.server import OdooServer, create_database, drop_database, free_port, until
from tests.simulator.process import Simulator

TEMPLATE = os.environ.get("USERCOM_TEMPLATE", "")
DATABASE, NEIGHBOUR = f"{TEMPLATE}_hooked", f"{TEMPLATE}_neighbour"
HOST = f"{DATABASE}.example.org"


def options(workers: int) -> list[str]:
    """A preforking server that serves two databases."""
    others = [f"--gevent-port={free_port()}", "--log-handler=werkzeug:INFO"]
    return [f"--workers={workers}", "--max-cron-threads=1", f"-d{DATABASE},{NEIGHBOUR}", *others]


def forwarded(host: str) -> dict[str, str]:
    """What the proxy of docs/operations.md adds."""
    forwarded = {
        "X-Forwarded-Host": host,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.1",
    }
    return {"Host": host, **forwarded}


@pytest.fixture(scope="module", autouse=True)
def neighbour() -> Iterator[None]:
    create_database(NEIGHBOUR, TEMPLATE)
    yield
    drop_database(NEIGHBOUR)


def running(odoo: OdooServer) -> Iterator[Pair]:
    with odoo, Simulator() as simulator:
        simulator.attribute("email_consent", "boolean")
        connect(odoo, simulator)
        simulator.automations()
        yield Pair(odoo, simulator)


def call(pair: Pair, email: str, **headers: str) -> requests.Response:
    """Tell of a new user of this e-mail, as User.com does."""
    pair.simulator.seed({"email": email, "first_name": "Ewa"})
    [account] = pair.odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
    headers["X-Usercom-Token"] = account["webhook_token"]
    where, body = f"{pair.odoo.url}/usercom/webhook", {"extra": {"email": email}}
    return requests.post(where, json=body, headers=headers, timeout=60)


def plainly(pair: Pair, path: str) -> int:
    """The status of a call whose path goes out as it is written."""
    with socket.create_connection(("127.0.0.1", pair.odoo.port), timeout=60) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Odoo-Database: {DATABASE}\r\n"
        connection.sendall(f"{head}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
        return int(connection.makefile().readline().split()[1])


def self_test(pair: Pair) -> str:
    backend = pair.odoo.call("usercom.backend", "search", [])
    pair.odoo.call("usercom.backend", "action_test_webhook", backend)
    [account] = pair.odoo.call("usercom.backend", "read", backend, ["webhook_test_result"])
    return account["webhook_test_result"]


class TestOneWorkerBehindAProxy:
    """The database is chosen by the host that the proxy was called under."""

    @pytest.fixture(scope="class")
    def pair(self) -> Iterator[Pair]:
        how = ["--proxy-mode", "--db-filter=^%d$", *options(workers=1)]
        yield from running(OdooServer("hooked", *how, proxy=forwarded(HOST)))

    def test_a_call_is_accepted_and_drained(self, pair: Pair) -> None:
        assert call(pair, "ewa@example.org", **forwarded(HOST)).status_code == 200
        assert until(lambda: pair.find("ewa@example.org"), 20)

    def test_a_host_of_no_database_is_not_found(self, pair: Pair) -> None:
        for host in ("unknown.example.org", "127.0.0.1"):
            assert call(pair, "lost@example.org", **forwarded(host)).status_code == 404

    def test_a_host_of_another_database_does_not_know_the_token(self, pair: Pair) -> None:
        host = f"{NEIGHBOUR}.example.org"
        assert call(pair, "lost@example.org", **forwarded(host)).status_code == 401

    def test_the_header_overrules_no_filter(self, pair: Pair) -> None:
        for database, status in ((DATABASE, 200), (NEIGHBOUR, 404)):
            headers = {**forwarded(HOST), "X-Odoo-Database": database}
            assert call(pair, "eva@example.org", **headers).status_code == status

    def test_the_address_shown_is_that_of_the_proxy(self, pair: Pair) -> None:
        [account] = pair.odoo.call("usercom.backend", "search_read", [], ["webhook_url"])
        assert account["webhook_url"] == f"https://{HOST}/usercom/webhook"

    def test_the_self_test_ends_though_nobody_else_can_answer(self, pair: Pair) -> None:
        pair.odoo.call("ir.config_parameter", "set_param", "web.base.url", pair.odoo.url)
        assert "A server with one worker cannot answer itself" in self_test(pair)
        assert call(pair, "zofia@example.org", **forwarded(HOST)).status_code == 200

    def test_odoo_logs_no_failure(self, pair: Pair) -> None:
        assert "Traceback" not in pair.odoo.complaints()


class TestTwoWorkers:
    """The database is named by a header."""

    @pytest.fixture(scope="class")
    def pair(self) -> Iterator[Pair]:
        yield from running(OdooServer("hooked", *options(workers=2)))

    def test_a_call_with_the_header_is_accepted_and_drained(self, pair: Pair) -> None:
        header = {"X-Odoo-Database": DATABASE}
        assert call(pair, "ewa@example.org", **header).status_code == 200
        assert until(lambda: pair.find("ewa@example.org"), 20)

    def test_without_it_nothing_is_found(self, pair: Pair) -> None:
        assert call(pair, "lost@example.org").status_code == 404
        assert call(pair, "lost@example.org", **{"X-Odoo-Database": "none"}).status_code == 404

    def test_the_header_of_another_database_does_not_know_the_token(self, pair: Pair) -> None:
        header = {"X-Odoo-Database": NEIGHBOUR}
        assert call(pair, "lost@example.org", **header).status_code == 401

    def test_no_spelling_brings_the_token_into_the_access_log(self, pair: Pair) -> None:
        [account] = pair.odoo.call("usercom.backend", "search_read", [], ["webhook_token"])
        token = account["webhook_token"]
        for path in (
            f"/usercom/webhook/{token}",
            f"//usercom//webhook//{token}",
            f"/usercom/%77ebhook/{token}",
            f"/usercom/%2577ebhook/{token}",
            f"/USERCOM/Webhook/{token}",
            f"/usercom/./webhook/{token}",
            f"/usercom%2Fwebhook%2F{token}",
            f"/usercom/webhook?token={token}",
            f"{pair.odoo.url}/usercom/webhook/{token}",
            f"/usercom/webhook/{token} of User.com",  # no HTTP
        ):
            assert plainly(pair, path) < 500, path
        log = pair.odoo.log.read_text()
        assert "POST /usercom/webhook/***" in log
        assert token not in log

    def test_the_self_test_says_that_the_header_is_needed(self, pair: Pair) -> None:
        pair.odoo.call("ir.config_parameter", "set_param", "web.base.url", pair.odoo.url)
        said = self_test(pair)
        assert "with status 404" in said
        assert f"X-Odoo-Database: {DATABASE}" in said
