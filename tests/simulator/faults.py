"""Failures on demand."""

import random
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from itertools import count
from typing import Any, Literal

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from . import connections
from .errors import InvalidError
from .options import build

HTML = "<html><body><h1>{status}</h1><p>The server could not answer.</p></body></html>"


@dataclass
class Fault:
    """Which calls fail, and how. `path` is a glob below /api/public; `count` None = for ever.

    A `late` one is carried out `seconds` after its connection was reset.
    """

    kind: Literal["status", "html", "timeout", "reset", "half_body", "delay", "late"] = "status"
    method: str | None = None
    path: str = "*"
    count: int | None = None
    skip: int = 0
    every: int = 1
    probability: float = 1.0
    seed: int = 0
    apply: bool = False
    seconds: float = 30.0
    status: int = 500
    body: Any = None
    shape: Literal["errors", "fields", "detail"] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seen = 0
        self._random = random.Random(self.seed)

    def strikes(self, method: str, path: str) -> bool:
        """Say whether this call fails; counts the calls that match."""
        if self.method not in (None, method) or not fnmatchcase(path, self.path):
            return False
        self._seen += 1
        if self._seen <= self.skip or (self._seen - self.skip) % self.every:
            return False
        if self._random.random() >= self.probability or self.count == 0:
            return False
        self.count = None if self.count is None else self.count - 1
        return True

    @property
    def needs_answer(self) -> bool:
        """Whether the call is carried out before it fails."""
        return self.apply or self.kind in ("delay", "half_body")

    def response(self, answer: Response | None) -> Response:
        """Return what the client gets; `answer` is the true one where the call was carried out."""
        if self.kind in ("timeout", "reset", "late"):
            return Lost(self.seconds if self.kind == "timeout" else 0)
        if self.kind == "html":
            return HTMLResponse(HTML.format(status=self.status), self.status, self.headers)
        if answer is not None and self.kind == "half_body":
            return Half(answer)
        if answer is not None and self.kind == "delay":
            return answer
        return self._failure()

    def _failure(self) -> Response:
        if isinstance(self.body, str):
            return Response(self.body, self.status, self.headers)
        body = self._default_body() if self.body is None else self.body
        return JSONResponse(body, self.status, self.headers)

    def _default_body(self) -> dict[str, Any]:
        if self.shape is None:
            return {"detail": f"{HTTPStatus(self.status).phrase}."}
        return InvalidError({"email": "Enter a valid email address."}).body(self.shape)


class Lost(Response):
    """No answer: the connection is reset after some seconds, or when the client goes."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await connections.reset(scope, receive, self.seconds)


class Half(Response):
    """The true answer, cut in the middle of its body."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytes(self.answer.body)
        await send(
            {
                "type": "http.response.start",
                "status": self.answer.status_code,
                "headers": self.answer.raw_headers,
            }
        )
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )
        await connections.close(scope)


class Faults:
    """The faults in force, each with an id; the first that strikes is taken."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._ids = count(1)

    def add(self, options: dict[str, Any]) -> int:
        """Put a fault in force; return its id; raise BadOptionError."""
        fault_id = next(self._ids)
        self._faults[fault_id] = build(Fault, options)
        return fault_id

    def clear(self, fault_id: int | None = None) -> None:
        """End one fault, or all."""
        if fault_id is None:
            self._faults.clear()
        else:
            self._faults.pop(fault_id, None)

    def pick(self, method: str, path: str) -> Fault | None:
        return next((each for each in self._faults.values() if each.strikes(method, path)), None)

    def as_list(self) -> list[dict[str, Any]]:
        return [{"id": fault_id, **asdict(fault)} for fault_id, fault in self._faults.items()]
