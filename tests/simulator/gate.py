"""What every API call passes: slash, key, limit, faults, journal."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from . import auth, times
from .account import Account
from .call import Call
from .errors import ApiError, not_found
from .faults import Lost

PREFIX = "/api/public"
BODY_KEPT = 64 * 1024
KEPT_SLASH = "\0"

Handler = Callable[[Call], Awaitable[Response]]
logger = logging.getLogger(__name__)


@dataclass
class Endpoint:
    """Where a path leads: `handler` is None when the path knows no such method."""

    template: str
    handler: Handler | None
    params: dict[str, Any]


class Gate:
    """The ASGI application below /api/public; `account` gives the present account."""

    def __init__(self, account: Callable[[], Account], routes: list[Route]) -> None:
        self._account = account
        self._routes = routes
        self._late: set[asyncio.Task[None]] = set()  # asyncio itself keeps no hold of them

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        account, request = self._account(), Request(scope, receive)
        with account.traffic.call():
            try:
                raw = await request.body()
            except ClientDisconnect:
                return
            call = Call(account, request, raw)
            response = await self._journalled(call)
            response.headers["Date"] = times.http_date()
            await response(scope, receive, send)

    async def _journalled(self, call: Call) -> Response:
        started, request = time.monotonic(), call.request
        response = await self._answer(call)
        scope, path = request.scope, request.scope["path"]
        call.account.journal.request(
            f"{request.method} {scope.get('template', path.removeprefix(PREFIX))}",
            method=request.method,
            path=path,
            query=dict(request.query_params),
            body=_journal_body(request, call.raw),
            status=None if isinstance(response, Lost) else response.status_code,
            key_scope=scope.get("key_scope"),
            version=call.version,
            duration=round(time.monotonic() - started, 6),
        )
        return response

    async def _answer(self, call: Call) -> Response:
        account = call.account
        await asyncio.sleep(account.settings.latency_ms / 1000)
        if account.settings.offline:
            return Lost(0)
        try:
            return await self._admitted(call)
        except ApiError as error:
            account.traffic.throttled += error.status == 429
            return _error_response(call, error)

    async def _admitted(self, call: Call) -> Response:
        account, request = call.account, call.request
        path = _path(call)
        if not path.endswith("/"):
            if account.settings.slashless != "ok":
                return _slashless(call)
            path += "/"
        endpoint = self._endpoint(request, path)
        self._admit(call)
        fault = account.faults.pick(request.method, path)
        if fault is None:
            return await self._handled(call, endpoint)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "late":
            self._late.add(asyncio.create_task(self._handled_late(call, endpoint, fault.seconds)))
        return fault.response(await self._handled(call, endpoint) if fault.needs_answer else None)

    def _endpoint(self, request: Request, path: str) -> Endpoint:
        scope = {**request.scope, "path": path, "root_path": ""}
        found = None
        for route in self._routes:
            match, child = route.matches(scope)
            if match is not Match.NONE:
                handler = child["endpoint"] if match is Match.FULL else None
                found = Endpoint(route.path, handler, child["path_params"])
            if match is Match.FULL:
                break
        if found is None:
            raise not_found()
        params = {name: _with_slashes(value) for name, value in found.params.items()}
        request.scope |= {"template": found.template, "path_params": params}
        return found

    def _admit(self, call: Call) -> None:
        request, account = call.request, call.account
        key, scope = auth.authenticate(request, account.settings)
        request.scope["key_scope"] = scope
        auth.authorize(request.method, scope)
        account.throttle.admit(key, request.client.host if request.client else "")
        call.version = auth.version(request, account.settings)

    async def _handled(self, call: Call, endpoint: Endpoint) -> Response:
        try:
            if endpoint.handler is None:
                raise ApiError(405, f'Method "{call.request.method}" not allowed.')
            return await endpoint.handler(call)
        except ApiError as error:
            return _error_response(call, error)
        except Exception:
            logger.exception("the simulator itself failed")
            return JSONResponse({"detail": "The simulator itself failed; see its stderr."}, 500)

    async def _handled_late(self, call: Call, endpoint: Endpoint, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._handled(call, endpoint)


def _path(call: Call) -> str:
    """Return the path below the API's root, decoded."""
    scope = call.request.scope
    if call.account.settings.encoded_slash == "decoded":
        return scope["path"].removeprefix(PREFIX)
    raw = scope["raw_path"].decode().removeprefix(PREFIX)
    return unquote(raw.replace("%2F", KEPT_SLASH))


def _with_slashes(value: Any) -> Any:
    return value.replace(KEPT_SLASH, "/") if isinstance(value, str) else value


def _error_response(call: Call, error: ApiError) -> Response:
    shape = call.account.settings.error_shape
    if shape in ("html", "empty"):
        page = f"<h1>{error}</h1>" if shape == "html" else ""
        return HTMLResponse(page, error.status, error.headers)
    return JSONResponse(error.body(shape), error.status, error.headers)


def _slashless(call: Call) -> Response:
    """As Django does: a GET is redirected, a write is lost."""
    request = call.request
    if call.account.settings.slashless == "404" or request.method not in ("GET", "HEAD"):
        raise not_found()
    return RedirectResponse(f"{quote(request.scope['path'])}/?{request.url.query}", 301)


def _journal_body(request: Request, raw: bytes) -> Any:
    if not raw:
        return None
    if len(raw) > BODY_KEPT or "multipart" in request.headers.get("content-type", ""):
        return f"({len(raw)} bytes)"
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
