"""A tiny HTTP server that answers as a test tells it to, misbehaviour included."""

import json
import socket
import ssl
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    peer: int = 0
    """The port that its connection comes from."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to send: JSON, or text and bytes as they are.

    `fault` is hang, reset, half, drip, chunked (which is none), or one of ENDLESS.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def framed(self) -> tuple[dict[str, str], bytes]:
        """Return all headers, and the body as it goes over the wire."""
        body = self.encoded()
        if self.fault == "chunked":
            chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
            return self.headers | {"Transfer-Encoding": "chunked"}, chunks
        length = len(body) * (1 + (self.fault == "half"))
        return self.headers | {"Content-Length": str(length)}, body


def write(stream: IO[bytes], body: bytes, *, slowly: bool) -> None:
    size = 1 if slowly else max(len(body), 1)
    for start in range(0, len(body), size):
        stream.write(body[start : start + size])
        if slowly:
            stream.flush()
            time.sleep(0.1)


HTML = "<html><body>Be right back</body></html>"
ENDLESS = {
    "headers": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless": (b"HTTP/1.1 200 OK\r\n\r\n[]", b" "),
}
MISSING = Answer({"detail": "Not found."}, 404)


class Handler(BaseHTTPRequestHandler):
    """Serves what its stub says."""

    stub: "Stub"
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, or each answer takes 40 ms

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True

    def finish(self) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            super().finish()

    def _serve(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(url.query, keep_blank_values=True)
        request = Request(self.command, url.path, query, headers, body, self.client_address[1])
        self._send(self.stub.answer(request))

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def _send(self, answer: Answer) -> None:
        if answer.fault == "hang":
            self.stub.wait_for_end()
        if answer.fault in ("hang", "reset"):
            return self._reset()
        if answer.fault in ENDLESS:
            return self._send_without_end(*ENDLESS[answer.fault])
        headers, body = answer.framed()
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        write(self.wfile, body, slowly=answer.fault == "drip")
        self.close_connection = answer.fault == "half"

    def _send_without_end(self, beginning: bytes, part: bytes) -> None:
        self.close_connection, released = True, self.stub.released
        self.wfile.write(beginning)
        while not released.wait(0.02):
            self.wfile.write(part)
            self.wfile.flush()

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def log_message(self, *_arguments: Any) -> None:
        """Keep quiet."""


class Stub:
    """Answers each path with its script in turn, the last one again and again; else with 404.

    Scripts are keyed by "METHOD /path", without /api/public and the query.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._scripts: dict[str, list[Answer]] = {}
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("StubHandler", (Handler,), {"stub": self})
        )
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    def on(self, route: str, *answers: Answer | Any) -> None:
        """Answer so; an answer may be a function, called each time."""
        self._scripts[route] = [a if isinstance(a, Answer) else Answer(a) for a in answers]

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        path = request.path.removeprefix("/api/public")
        script = self._scripts.get(f"{request.method} {path}", [MISSING])
        answer = script.pop(0) if len(script) > 1 else script[0]
        return Answer(answer.body()) if callable(answer.body) else answer

    def forget(self) -> None:
        """Forget all scripts and requests, and let go of who hangs."""
        self._released.set()
        self._released = threading.Event()
        self._scripts = {}
        self.requests = []

    @property
    def released(self) -> threading.Event:
        """Set once nobody is to hang any longer."""
        return self._released

    def wait_for_end(self) -> None:
        self._released.wait(5)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.forget()
        self._server.shutdown()
        self._server.server_close()
