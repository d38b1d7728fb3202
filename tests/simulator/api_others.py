"""Handlers of attribute definitions, events and companies."""

from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .attributes import USER, attribute_view
from .call import Call
from .companies import Company
from .errors import ApiError, not_found
from .naming import company_view
from .paging import Window, listed, page
from .store import User
from .write import Changes

COMPANY = "company"
TYPE_OWNERS = {"users": USER, "companies": COMPANY}


async def list_attributes(call: Call) -> Response:
    account = call.account

    def render(attribute_id: int) -> dict[str, Any]:
        return attribute_view(account.attributes.get(attribute_id), call.version, account.settings)

    return JSONResponse(
        page(call.request, account.settings, listed(account.attributes.by_id), render)
    )


async def get_attribute(call: Call) -> Response:
    attribute = call.account.attributes.get(call.params["id"])
    return JSONResponse(attribute_view(attribute, call.version, call.account.settings))


async def create_attribute(call: Call) -> Response:
    account = call.account
    attribute = account.attributes.create(call.body)
    view = attribute_view(attribute, call.version, account.settings)
    return JSONResponse(view, account.settings.create_status)


async def delete_attribute(call: Call) -> Response:
    call.account.attributes.delete(call.params["id"])
    return call.deleted()


async def attribute_type(call: Call) -> Response:
    content_type = TYPE_OWNERS.get(call.params["owner"])
    attribute = call.account.attributes.resolve(call.params["name"], content_type or "")
    if attribute is None:
        raise not_found()
    return JSONResponse({"value_type": attribute.value_type})


async def create_event(call: Call) -> Response:
    """The body names the user: the internal id, as `user_id` in v2 and `client` in v1."""
    user_id = call.member("user_id" if call.version == "v2" else "client", int)
    return _add_event(call, call.account.users.known(user_id))


async def create_user_event(call: Call) -> Response:
    return _add_event(call, call.user())


def _add_event(call: Call, user: User) -> Response:
    name, data = call.member("name", str), call.body.get("data") or {}
    seconds = call.body.get("timestamp")
    if seconds is not None and not isinstance(seconds, int | float):
        raise ApiError(400, "timestamp: Use UNIX seconds.")
    event, first = call.account.events.add(user.id, name, seconds, data)
    return JSONResponse({"id": event.id, "created": first})


def _company(call: Call) -> Company:
    if "custom_id" in call.params:
        return call.account.companies.by_custom_id(call.params["custom_id"])
    return call.account.companies.get(call.params["id"])


def _company_changes(call: Call) -> Changes:
    body = dict(call.body)
    if call.version == "v1" and "company_id" in body:
        body["custom_id"] = body.pop("company_id")
    return call.changes(body, COMPANY)


def _company_response(call: Call, company: Company, status: int = 200) -> Response:
    return JSONResponse(company_view(call.account, company, call.version), status)


async def list_companies(call: Call) -> Response:
    account = call.account

    def render(company_id: int) -> dict[str, Any]:
        return company_view(account, account.companies.get(company_id), call.version)

    window: Window = listed(account.companies.by_id)
    return JSONResponse(page(call.request, account.settings, window, render))


async def get_company(call: Call) -> Response:
    return _company_response(call, _company(call))


async def create_company(call: Call) -> Response:
    company = call.account.companies.create(_company_changes(call))
    return _company_response(call, company, call.account.settings.create_status)


async def update_company(call: Call) -> Response:
    company = _company(call)
    call.account.companies.update(company, _company_changes(call))
    return _company_response(call, company)


async def delete_company(call: Call) -> Response:
    call.account.companies.delete(_company(call))
    return call.deleted()


async def add_member(call: Call) -> Response:
    call.account.companies.join(_company(call), _member(call))
    return JSONResponse({})


async def remove_member(call: Call) -> Response:
    call.account.companies.part(_company(call), _member(call))
    return JSONResponse({})


def _member(call: Call) -> User:
    users = call.account.users
    if "user_custom_id" in call.body:
        return users.by_custom_id(call.member("user_custom_id", str))
    return users.get(call.member("user_id", int))


def routes() -> list[Route]:
    return [
        Route("/attributes/", list_attributes, methods=["GET"]),
        Route("/attributes/", create_attribute, methods=["POST"]),
        Route("/attributes/{id:int}/", get_attribute, methods=["GET"]),
        Route("/attributes/{id:int}/", delete_attribute, methods=["DELETE"]),
        Route("/attribute-type/{name}/{owner}/", attribute_type, methods=["GET"]),
        Route("/events/", create_event, methods=["POST"]),
        Route("/users/{id:int}/events/", create_user_event, methods=["POST"]),
        Route("/users-by-id/{custom_id}/events/", create_user_event, methods=["POST"]),
        Route("/companies/", list_companies, methods=["GET"]),
        Route("/companies/", create_company, methods=["POST"]),
        *_company_family("/companies/{id:int}/"),
        *_company_family("/companies-by-id/{custom_id}/"),
    ]


def _company_family(prefix: str) -> list[Route]:
    return [
        Route(prefix, get_company, methods=["GET"]),
        Route(prefix, update_company, methods=["PUT"]),
        Route(prefix, delete_company, methods=["DELETE"]),
        Route(f"{prefix}add_member/", add_member, methods=["POST"]),
        Route(f"{prefix}remove_member/", remove_member, methods=["POST"]),
    ]
