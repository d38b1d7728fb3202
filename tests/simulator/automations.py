"""Automations with an "API call" action: the outgoing calls of User.com."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import httpx

from . import snippets
from .attributes import Field
from .naming import DOCUMENTED_IN_CALLS, user_view
from .options import build
from .store import User

if TYPE_CHECKING:
    from .account import Account

AT_ONCE = 8
KEPT_FOR_REPLAY = 10_000
RETRY_AFTER_SECONDS = 0.1


@cache
def _client() -> httpx.AsyncClient:
    """Return the one client of the process; making one reads all certificates."""
    return httpx.AsyncClient(trust_env=False)


@dataclass
class Automation:
    """A trigger and the API call it makes; times in seconds."""

    id: int = 0
    trigger: Literal[
        "attribute_change", "new_user", "tag_added", "tag_removed", "list_joined", "list_left"
    ] = "attribute_change"
    attributes: list[str] | None = None
    url: str = ""
    method: Literal["POST", "GET"] = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = "application/json"
    extra: dict[str, Any] = field(default_factory=dict)
    user: Literal["documented", "full", "none"] = "documented"
    booleans: Literal["python", "lower", "digits"] = "python"
    signature_key: str | None = None
    enabled: bool = True
    copies: int = 1
    drop: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    seed: int = 0
    timeout: float = 10.0
    retries: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def wait(self) -> float:
        """Return the seconds until the next call is sent; jitter reorders calls."""
        return self.delay + self.random.random() * self.jitter


@dataclass(frozen=True)
class OutgoingCall:
    """One rendered call, as often as it is sent."""

    automation: Automation
    user_id: int
    url: str
    payload: dict[str, Any] | None

    def request(self) -> dict[str, Any]:
        """Return the arguments of an httpx request."""
        automation = self.automation
        headers = dict(automation.headers)
        if self.payload is None:
            return {"method": "GET", "url": self.url, "headers": headers}
        body = json.dumps(self.payload).encode()
        if automation.content_type is not None:
            headers.setdefault("Content-Type", automation.content_type)
        if automation.signature_key is not None:
            key = automation.signature_key.encode()
            headers["X-User-Com-Signature"] = hmac.new(key, body, hashlib.sha256).hexdigest()
        return {"method": "POST", "url": self.url, "headers": headers, "content": body}


class Dispatcher:
    """Sends the calls of the automations, never in the way of an API answer."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self.automations: list[Automation] = []
        self._sent: deque[tuple[int, OutgoingCall]] = deque(maxlen=KEPT_FOR_REPLAY)
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def pending(self) -> int:
        """How many calls are still to be sent or answered."""
        return len(self._tasks)

    def configure(self, options: list[dict[str, Any]]) -> None:
        """Replace all automations, numbered from 1; raise BadOptionError."""
        built = [build(Automation, each) for each in options]
        self.automations = [replace(each, id=number) for number, each in enumerate(built, 1)]

    def as_list(self) -> list[dict[str, Any]]:
        return [asdict(each) for each in self.automations]

    def close(self) -> None:
        """Forget the calls under way."""
        for task in self._tasks:
            task.cancel()

    def fire(self, trigger: str, user: User, changed: set[Field]) -> None:
        """Send the calls of every automation that this event triggers."""
        for automation in self.automations:
            if automation.enabled and self._triggered(automation, trigger, changed):
                call = self._render(automation, user)
                for _copy in range(automation.copies):
                    self._launch(call)

    def _triggered(self, automation: Automation, trigger: str, changed: set[Field]) -> bool:
        if automation.trigger != trigger:
            return False
        if trigger != "attribute_change" or automation.attributes is None:
            return True
        watched = map(self._account.attributes.resolve, automation.attributes)
        return any(each is not None and each.field in changed for each in watched)

    def _render(self, automation: Automation, user: User) -> OutgoingCall:
        value_of = self._values(user)
        if automation.method == "GET":
            url = snippets.fill(
                automation.url,
                lambda name: quote(snippets.text(value_of(name), automation.booleans), safe=""),
                automation.booleans,
            )
            return OutgoingCall(automation, user.id, url, None)
        payload = {
            "path": automation.id,
            "timestamp": datetime.now(UTC).isoformat(),
            "extra": snippets.fill(automation.extra, value_of, automation.booleans),
        }
        if automation.user != "none":
            payload["user"] = self._user_block(automation, user)
        return OutgoingCall(automation, user.id, automation.url, payload)

    def _values(self, user: User) -> Callable[[str], Any]:
        view = user_view(self._account, user, "v1")
        view |= {name: user.values.get(name) for name in ("first_name", "last_name", "custom_id")}
        for item in view["attributes"]:
            view.setdefault(item["name_std"], item["value"])
            view.setdefault(item["name"], item["value"])
        return view.get

    def _user_block(self, automation: Automation, user: User) -> dict[str, Any]:
        view = user_view(self._account, user, "v1")
        if automation.user == "full":
            return view
        block = {name: view[name] for name in DOCUMENTED_IN_CALLS}
        if self._account.settings.emails_enabled == "yes":
            block["emails_enabled"] = not view["unsubscribed"]
        return block

    def _launch(self, call: OutgoingCall, delay: float | None = None) -> None:
        self._track(self._send(call, call.automation.wait() if delay is None else delay))

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do what an automation does besides calling, after so long."""
        self._track(self._act(seconds, action))

    async def _act(self, seconds: float, action: Callable[[], None]) -> None:
        await asyncio.sleep(seconds)
        action()

    def _track(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, call: OutgoingCall, wait: float) -> None:
        await asyncio.sleep(wait)
        if call.automation.random.random() < call.automation.drop:
            self._record(call, "dropped", None, 0)
            return
        for attempt in range(call.automation.retries + 1):
            await asyncio.sleep(RETRY_AFTER_SECONDS * bool(attempt))
            async with self._places:
                if await self._attempt(call):
                    return

    async def _attempt(self, call: OutgoingCall) -> bool:
        started = time.monotonic()
        try:
            request = call.request()
            answer = await _client().request(**request, timeout=call.automation.timeout)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            self._record(call, type(error).__name__, None, time.monotonic() - started)
            return False
        outcome = "delivered" if answer.is_success else "refused"
        self._record(call, outcome, answer.status_code, time.monotonic() - started)
        return answer.is_success

    def _record(self, call: OutgoingCall, outcome: str, status: int | None, took: float) -> None:
        seq = self._account.journal.call(
            outcome,
            automation=call.automation.id,
            trigger=call.automation.trigger,
            user_id=call.user_id,
            payload=call.payload,
            status=status,
            duration=round(took, 6),
        )
        self._sent.append((seq, call))

    def replay(
        self,
        last: int = 1,
        seqs: list[int] | None = None,
        order: Literal["original", "reversed", "shuffled"] = "original",
        copies: int = 1,
        delay: float = 0.0,
    ) -> int:
        """Send recorded calls again, one after the other; return how many."""
        calls = [call for seq, call in self._sent if seqs is None or seq in seqs]
        calls = (calls[-last:] if seqs is None else calls) * copies
        if order == "reversed":
            calls.reverse()
        if order == "shuffled":
            random.Random(0).shuffle(calls)
        task = asyncio.get_running_loop().create_task(self._send_in_turn(calls, delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return len(calls)

    async def _send_in_turn(self, calls: list[OutgoingCall], delay: float) -> None:
        await asyncio.sleep(delay)
        for call in calls:
            await self._attempt(call)
