"""A tiny HTTP server that answers as a test tells it to, misbehaviour included."""

import json
import socket
import struct
import threading
import time
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

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to send: JSON, or text as it is; `fault` is hang, reset, half or drip."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


def write(stream: IO[bytes], body: bytes, *, slowly: bool) -> None:
    size = 1 if slowly else max(len(body), 1)
    for start in range(0, len(body), size):
        stream.write(body[start : start + size])
        if slowly:
            stream.flush()
            time.sleep(0.1)


HTML = "<html><body>Be right back</body></html>"
MISSING = Answer({"detail": "Not found."}, 404)


class Stub:
    """Answers each path with its script in turn, the last one again and again; else with 404.

    Scripts are keyed by "METHOD /path", without /api/public and the query.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._scripts: dict[str, list[Answer]] = {}
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"

    def on(self, route: str, *answers: Answer | Any) -> None:
        self._scripts[route] = [a if isinstance(a, Answer) else Answer(a) for a in answers]

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        path = request.path.removeprefix("/api/public")
        script = self._scripts.get(f"{request.method} {path}", [MISSING])
        return script.pop(0) if len(script) > 1 else script[0]

    def forget(self) -> None:
        """Forget all scripts and requests, and let go of who hangs."""
        self._released.set()
        self._released = threading.Event()
        self._scripts = {}
        self.requests = []

    def wait_for_end(self) -> None:
        self._released.wait(5)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.forget()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # headers and body in one packet, or each answer takes 40 ms

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def _serve(self) -> None:
                url = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = parse_qs(url.query, keep_blank_values=True)
                self._send(stub.answer(Request(self.command, url.path, query, headers, body)))

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

            def _send(self, answer: Answer) -> None:
                if answer.fault == "hang":
                    stub.wait_for_end()
                if answer.fault in ("hang", "reset"):
                    return self._reset()
                body = answer.encoded()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body) * (1 + (answer.fault == "half"))))
                self.end_headers()
                write(self.wfile, body, slowly=answer.fault == "drip")
                self.close_connection = answer.fault == "half"

            def _reset(self) -> None:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.close_connection = True

            def log_message(self, *_arguments: Any) -> None:
                """Keep quiet."""

        return Handler
