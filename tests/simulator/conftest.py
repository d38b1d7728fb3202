"""The real server on loopback, an API client, and a receiver of outgoing calls."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from .process import Simulator


class Api:
    """A bare client of the API; `version` 2, 1 or None for no Accept header."""

    def __init__(self, simulator: Simulator, version: int | None = 2) -> None:
        self.base = f"{simulator.url}/api/public"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(simulator.headers(version))

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Return the response; `path` is below /api/public, or a whole URL."""
        url = path if path.startswith("http") else self.base + path
        options.setdefault("timeout", 10)
        return self.session.request(method, url, json=body, **options)

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a GET that must succeed."""
        answer = self("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self, **values: Any) -> dict[str, Any]:
        """Create a user and return it."""
        answer = self("POST", "/users/", values)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def server() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(server: Simulator) -> Simulator:
    """An empty account without a limit of calls."""
    server.reset(rate_limit=0)
    return server


@pytest.fixture(scope="session")
def clients(server: Simulator) -> dict[int, Api]:
    """Kept open, since connecting takes most of a short test."""
    return {version: Api(server, version) for version in (1, 2)}


@pytest.fixture
def api(simulator: Simulator, clients: dict[int, Api]) -> Api:
    return clients[2]


@pytest.fixture
def api_v1(simulator: Simulator, clients: dict[int, Api]) -> Api:
    return clients[1]


@dataclass
class Received:
    """One call that arrived; `headers` by lower-case name."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """A web server that keeps what it is sent and answers with `status`."""

    url: str = ""
    status: int = 200
    received: list[Received] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def handler(receiver) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                receiver.gate.wait(10)
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(self.command, self.path, headers, body))
                self.send_response(receiver.status)
                self.end_headers()

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.gate.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), receiver.handler())
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield receiver
    receiver.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()
