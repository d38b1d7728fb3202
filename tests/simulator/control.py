"""The control API: how tests and the demo set the simulator up and look into it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from .account import Account
from .attributes import attribute_view
from .commerce import Items
from .companies import Company
from .control_users import People
from .errors import ApiError
from .journal import Selection
from .naming import company_view
from .options import checked
from .settings import Settings

PAGE = Path(__file__).with_name("page.html")
QUIET_SECONDS = 0.5
QUIET_TIMEOUT = 30.0
POLL_SECONDS = 0.005

Action = Callable[[Request], Awaitable[Any]]


class Control:
    """Holds the present account and the actions on it; each returns a JSON value."""

    def __init__(self, options: dict[str, Any], automations: list[dict[str, Any]]) -> None:
        self._options = options
        self._automations = automations
        self.account = self._new_account()

    def _new_account(self) -> Account:
        account = Account(self._options)
        account.dispatcher.configure(self._automations)
        return account

    @property
    def people(self) -> People:
        return People(self.account)

    async def reset(self, request: Request) -> Any:
        """Start afresh, with the switches of the body set."""
        switches = checked(Settings, await request.json())
        self.account.dispatcher.close()
        self.account = self._new_account()
        self.account.settings.change(switches)
        return self.account.settings.as_dict()

    async def settings(self, request: Request) -> Any:
        if request.method == "PATCH":
            self.account.settings.change(await request.json())
        return self.account.settings.as_dict()

    async def faults(self, request: Request) -> Any:
        if request.method == "POST":
            return {"id": self.account.faults.add(await request.json())}
        if request.method == "DELETE":
            self.account.faults.clear(request.path_params.get("id"))
        return self.account.faults.as_list()

    async def journal(self, request: Request) -> Any:
        if request.method == "DELETE":
            self.account.journal.clear()
        query = dict(request.query_params)
        limit = int(query.pop("limit", 0))
        since = int(query.pop("since", 0))
        return self.account.journal.select(Selection(since, **query), limit)

    async def counts(self, _request: Request) -> Any:
        return self.account.journal.counts()

    async def stats(self, _request: Request) -> Any:
        return self.account.traffic.as_dict()

    async def automations(self, request: Request) -> Any:
        if request.method == "PUT":
            self.account.dispatcher.configure(await request.json())
        return self.account.dispatcher.as_list()

    async def replay(self, request: Request) -> Any:
        return {"sent": self.account.dispatcher.replay(**await request.json())}

    async def attributes(self, request: Request) -> Any:
        account = self.account
        if request.method == "POST":
            definition = {"content_type": "clientuser"} | await request.json()
            return attribute_view(account.attributes.create(definition), "v2", account.settings)
        every = account.attributes.by_id.values()
        return [attribute_view(each, "v2", account.settings) for each in every]

    async def users(self, request: Request) -> Any:
        if request.method == "POST":
            return self.people.seed(await request.json())
        return self.people.found(dict(request.query_params))

    async def user(self, request: Request) -> Any:
        user_id = request.path_params["id"]
        if request.method == "PATCH":
            return self.people.change(user_id, await request.json())
        if request.method == "DELETE":
            return self.people.delete(user_id)
        return self.people.view(user_id)

    async def companies(self, _request: Request) -> Any:
        every = self.account.companies.by_id.values()
        return [self._company_view(each) for each in every]

    async def company(self, request: Request) -> Any:
        """Change a company, its `member` and who is `leaving`, as a person in User.com does."""
        companies = self.account.companies
        company = companies.get(request.path_params["id"])
        if request.method == "DELETE":
            companies.delete(company)
            return {"deleted": company.id}
        body = await request.json()
        if member := body.pop("member", None):
            companies.join(company, self.account.users.get(member))
        if leaving := body.pop("leaving", None):
            companies.part(company, self.account.users.get(leaving))
        companies.update(company, self.account.reader(content_type="company").read(body, "v2"))
        return self._company_view(company)

    def _company_view(self, company: Company) -> dict[str, Any]:
        members = self.account.companies.members(company)
        return company_view(self.account, company, "v2") | {"members": members}

    async def unsubscribe(self, request: Request) -> Any:
        return self.people.change(request.path_params["id"], {"unsubscribed": True})

    async def events(self, request: Request) -> Any:
        return [vars(event) for event in self.account.events.of(request.path_params["id"])]

    async def commerce(self, request: Request) -> Any:
        if request.method == "DELETE":
            self.account.commerce.products = Items()
        return self.account.commerce.as_dict()

    async def visit(self, request: Request) -> Any:
        return self.people.visit(await request.json())

    async def deduplicate(self, _request: Request) -> Any:
        return self.people.deduplicate()

    async def quiet(self, request: Request) -> Any:
        """Wait until nothing has happened for a while, at most until the timeout."""
        seconds = float(request.query_params.get("for", QUIET_SECONDS))
        timeout = float(request.query_params.get("timeout", QUIET_TIMEOUT))
        deadline = time.monotonic() + timeout
        while not (quiet := self._quiet_for(seconds)) and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        return {"quiet": quiet} | self.account.journal.counts()

    def _quiet_for(self, seconds: float) -> bool:
        account = self.account
        busy = account.traffic.in_flight or account.dispatcher.pending
        return not busy and time.monotonic() - account.journal.last_activity >= seconds

    async def page(self, _request: Request) -> Response:
        return FileResponse(PAGE, media_type="text/html")

    def routes(self) -> list[Route]:
        table: dict[str, tuple[Action, list[str]]] = {
            "settings": (self.settings, ["GET", "PATCH"]),
            "reset": (self.reset, ["POST"]),
            "faults": (self.faults, ["GET", "POST", "DELETE"]),
            "faults/{id:int}": (self.faults, ["DELETE"]),
            "journal": (self.journal, ["GET", "DELETE"]),
            "journal/counts": (self.counts, ["GET"]),
            "stats": (self.stats, ["GET"]),
            "automations": (self.automations, ["GET", "PUT"]),
            "automations/replay": (self.replay, ["POST"]),
            "attributes": (self.attributes, ["GET", "POST"]),
            "users": (self.users, ["GET", "POST"]),
            "users/{id:int}": (self.user, ["GET", "PATCH", "DELETE"]),
            "companies": (self.companies, ["GET"]),
            "companies/{id:int}": (self.company, ["PATCH", "DELETE"]),
            "users/{id:int}/unsubscribe": (self.unsubscribe, ["POST"]),
            "users/{id:int}/events": (self.events, ["GET"]),
            "commerce": (self.commerce, ["GET", "DELETE"]),
            "visit": (self.visit, ["POST"]),
            "deduplicate": (self.deduplicate, ["POST"]),
            "quiet": (self.quiet, ["GET"]),
        }
        return [
            Route("/", self.page),
            *(
                Route(f"/control/{path}", _answered(action), methods=methods)
                for path, (action, methods) in table.items()
            ),
        ]


def _answered(action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await action(request))
        except ApiError as error:
            return JSONResponse({"error": str(error)}, error.status)
        except (ValueError, TypeError, KeyError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)

    return endpoint
