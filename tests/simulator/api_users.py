"""Handlers of /users/ and /users-by-id/."""

from dataclasses import asdict
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import search
from .attributes import USER
from .call import Call
from .errors import InvalidError, not_found
from .naming import user_view
from .paging import Window, listed, page
from .store import User
from .times import iso
from .write import CUSTOM_ID_KEYS, Changes

BOTH_FAMILIES = ("/users/{id:int}/", "/users-by-id/{custom_id}/")


def user_page(call: Call, window: Window) -> Response:
    """Answer with a page of users."""
    account = call.account
    return JSONResponse(
        page(
            call.request,
            account.settings,
            window,
            lambda user_id: user_view(account, account.store.users[user_id], call.version),
        )
    )


async def list_users(call: Call) -> Response:
    account, query = call.account, call.query
    if "search" in query and search.date_range_served(account, "users"):
        return user_page(call, search.in_range(account, query))
    suffixed = [(k, v) for k, v in query.multi_items() if k.rpartition("__")[2] in search.SUFFIXES]
    return user_page(call, search.matching(account, search.filters(account, suffixed)))


async def search_users_by_id(call: Call) -> Response:
    if call.version == "v2" and call.account.settings.custom_id_search == "v1":
        return call.user_response(call.account.users.by_custom_id("search"))
    return await search_users(call)


async def search_users(call: Call) -> Response:
    account, query = call.account, call.query
    if "search" in query:
        if not search.date_range_served(account, "search"):
            raise not_found()
        return user_page(call, search.in_range(account, query))
    found = search.single(account, query)
    if found is not None:
        return _single(call, search.indexed(account, found))
    conditions = search.filters(account, query.multi_items())
    if not conditions:
        raise search.no_lookup()
    return user_page(call, search.all_indexed(account, search.matching(account, conditions)))


def _single(call: Call, found: list[User]) -> Response:
    settings, query = call.account.settings, call.query
    if query.get("many") == "true":
        return JSONResponse([user_view(call.account, user, call.version) for user in found])
    paged_phone = call.version == "v2" and settings.phone_search == "results"
    if "phone_number" in query and paged_phone:
        return user_page(call, listed(user.id for user in found))
    if found:
        return call.user_response(found[0])
    if settings.missed_search == "empty_body":
        return Response()
    raise not_found()


async def get_user(call: Call) -> Response:
    return call.user_response(call.user())


async def create_user(call: Call) -> Response:
    _require_names(call)
    user = call.account.users.create(call.changes(), call.fires)
    return call.user_response(user, call.account.settings.create_status)


def _require_names(call: Call) -> None:
    if call.account.settings.create_requires_names and call.version == "v1":
        names = ("email", "first_name", "last_name")
        missing = {name: "This field is required." for name in names if not call.body.get(name)}
        if missing:
            raise InvalidError(missing)


async def update_user(call: Call) -> Response:
    user = call.user()
    changes = call.changes()
    if call.account.settings.put == "replace":
        changes = _replacing(user, changes)
    call.account.users.update(user, changes, call.fires)
    return call.user_response(user)


def _replacing(user: User, changes: Changes) -> Changes:
    """Clear what is not sent, but for the id that names the user."""
    omitted = {field: None for field in user.values if field != "custom_id"}
    return Changes(omitted | changes.values, changes.tags, changes.company)


async def update_or_create(call: Call) -> Response:
    account, changes = call.account, call.changes()
    custom_id = changes.values.get("custom_id")
    if not custom_id and account.settings.missing_custom_id == "reject":
        raise InvalidError({CUSTOM_ID_KEYS[call.version]: "This field is required."})
    known = account.store.find("custom_id", custom_id) if custom_id else []
    if known:
        account.users.update(known[0], changes, call.fires)
        return JSONResponse({"created": False, "id": known[0].id})
    before = len(account.store.users)
    user = account.users.create(changes, call.fires)
    return JSONResponse({"created": len(account.store.users) > before, "id": user.id})


async def delete_user(call: Call) -> Response:
    call.account.users.delete(call.user())
    return call.deleted()


async def merge_users(call: Call) -> Response:
    users = call.account.users
    parent = users.get(call.member("parent", int))
    others = users.several(_merge_list(call))
    users.merge(parent, [user for user in others if user is not parent], call.fires)
    return JSONResponse({"success": True})


def _merge_list(call: Call) -> Any:
    accepted = call.account.settings.merge_key
    for name in ("users_list", "user_list"):
        if accepted in (name, "either") and name in call.body:
            return call.body[name]
    raise InvalidError({"users_list": "This field is required."})


async def set_attribute(call: Call) -> Response:
    user, name = call.user(), call.member("attribute", str)
    changes = call.changes({name: call.body.get("value")})
    call.account.users.update(user, changes, call.fires)
    return call.setter_response(user)


async def set_multiple_attributes(call: Call) -> Response:
    user = call.user()
    call.account.users.update(user, call.changes(), call.fires)
    return call.setter_response(user)


async def remove_attribute(call: Call) -> Response:
    call.check_removal()
    user, name = call.user(), call.member("attribute", str)
    attribute = call.account.attributes.resolve(name, USER)
    if attribute is None:
        raise not_found()
    call.account.users.update(user, Changes({attribute.field: None}), call.fires)
    return call.setter_response(user)


async def user_events(call: Call) -> Response:
    events = {event.id: event for event in call.account.events.of(call.user().id)}

    def render(event_id: int) -> dict[str, Any]:
        event = events[event_id]
        return asdict(event) | {"timestamp": iso(event.timestamp)}

    return JSONResponse(page(call.request, call.account.settings, listed(events), render))


def routes() -> list[Route]:
    return [
        Route("/users/", list_users, methods=["GET"]),
        Route("/users/", create_user, methods=["POST"]),
        Route("/users/search/", search_users, methods=["GET"]),
        Route("/users-by-id/search/", search_users_by_id, methods=["GET"]),
        Route("/users/update_or_create/", update_or_create, methods=["POST"]),
        Route("/users/merge/", merge_users, methods=["POST"]),
        *(route for family in BOTH_FAMILIES for route in _family(family)),
    ]


def _family(prefix: str) -> list[Route]:
    return [
        Route(prefix, get_user, methods=["GET"]),
        Route(prefix, update_user, methods=["PUT"]),
        Route(prefix, delete_user, methods=["DELETE"]),
        Route(f"{prefix}set_attribute/", set_attribute, methods=["POST"]),
        Route(f"{prefix}set_multiple_attributes/", set_multiple_attributes, methods=["POST"]),
        Route(f"{prefix}remove_attribute/", remove_attribute, methods=["POST", "DELETE"]),
        Route(f"{prefix}events/", user_events, methods=["GET"]),
    ]
