"""Handlers of tags, lists and segments."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .api_users import BOTH_FAMILIES, user_page
from .call import Call
from .errors import InvalidError, not_found
from .labels import Label, Labels
from .paging import Window, listed, page

Kind = str  # "tags", "lists" or "segments"


def _labels(call: Call, kind: Kind) -> Labels:
    return getattr(call.account, kind)


def _view(kind: Kind, label: Label) -> dict[str, Any]:
    view = {"id": label.id, "name": label.name}
    return view | {"description": label.description} if kind == "lists" else view


async def list_labels(kind: Kind, call: Call) -> Response:
    labels = _labels(call, kind)

    def render(label_id: int) -> dict[str, Any]:
        return _view(kind, labels.get(label_id))

    return JSONResponse(page(call.request, call.account.settings, listed(labels.by_id), render))


async def create_label(kind: Kind, call: Call) -> Response:
    label = _labels(call, kind).create(call.body.get("name"), call.body.get("description"))
    return JSONResponse(_view(kind, label), call.account.settings.create_status)


async def update_label(kind: Kind, call: Call) -> Response:
    labels = _labels(call, kind)
    label = labels.get(call.params["id"])
    body = {"name": label.name, "description": label.description} | call.body
    labels.change(label, body["name"], body["description"])
    return JSONResponse(_view(kind, label))


async def delete_label(kind: Kind, call: Call) -> Response:
    labels = _labels(call, kind)
    label = labels.get(call.params["id"])
    call.account.store.drop_label(kind, label.id)
    if kind == "tags":
        call.account.companies.drop_tag(label.id)
    labels.delete(label)
    return call.deleted()


async def labelled_users(kind: Kind, call: Call) -> Response:
    label = _labels(call, kind).get(call.params["id"])
    return user_page(call, Window(call.account.store.labelled(kind, label.id)))


async def add_tag(call: Call) -> Response:
    user, name = call.user(), call.member("name", str)
    tag = call.account.tags.named(name)
    created = call.account.users.label(user, "tags", tag.id, call.fires)
    return JSONResponse({"created": created, "tag": {"name": name}})


async def add_many_tags(call: Call) -> Response:
    user, names = call.user(), call.member("tag_names", list)
    if not all(isinstance(name, str) for name in names):
        raise InvalidError({"tag_names": "Expected a list of tag names."})
    for name in names:
        call.account.users.label(user, "tags", call.account.tags.named(name).id, call.fires)
    return call.setter_response(user)


async def remove_tag(call: Call) -> Response:
    call.check_removal()
    user = call.user()
    tag = call.account.tags.find(call.member("name", str))
    if tag is None or not call.account.users.unlabel(user, "tags", tag.id, call.fires):
        raise not_found()
    return call.setter_response(user)


async def add_to_list(call: Call) -> Response:
    user = call.user()
    label = call.account.lists.get(call.member("list", int))
    call.account.users.label(user, "lists", label.id, call.fires)
    return JSONResponse({"id": label.id})


async def remove_from_list(call: Call) -> Response:
    call.check_removal()
    user = call.user()
    label = call.account.lists.get(call.member("list", int))
    if not call.account.users.unlabel(user, "lists", label.id, call.fires):
        raise not_found()
    return call.setter_response(user)


async def segments_of_user(call: Call) -> Response:
    user, labels = call.user(), call.account.segments

    def render(label_id: int) -> dict[str, Any]:
        return _view("segments", labels.get(label_id))

    return JSONResponse(page(call.request, call.account.settings, listed(user.segments), render))


def _of(
    kind: Kind, handler: Callable[[Kind, Call], Awaitable[Response]]
) -> Callable[[Call], Awaitable[Response]]:
    return partial(handler, kind)


def routes() -> list[Route]:
    return [
        *(route for kind in ("tags", "lists") for route in _kind_routes(kind)),
        Route("/segments/", _of("segments", list_labels), methods=["GET"]),
        *(
            Route(f"/{kind}/{{id:int}}/users/", _of(kind, labelled_users), methods=["GET"])
            for kind in ("tags", "segments")
        ),
        Route("/users/{id:int}/segments/", segments_of_user, methods=["GET"]),
        *(route for family in BOTH_FAMILIES for route in _family(family)),
    ]


def _kind_routes(kind: Kind) -> list[Route]:
    return [
        Route(f"/{kind}/", _of(kind, list_labels), methods=["GET"]),
        Route(f"/{kind}/", _of(kind, create_label), methods=["POST"]),
        Route(f"/{kind}/{{id:int}}/", _of(kind, update_label), methods=["PUT"]),
        Route(f"/{kind}/{{id:int}}/", _of(kind, delete_label), methods=["DELETE"]),
    ]


def _family(prefix: str) -> list[Route]:
    both = ["POST", "DELETE"]
    return [
        Route(f"{prefix}add_tag/", add_tag, methods=["POST"]),
        Route(f"{prefix}add_many_tags/", add_many_tags, methods=["POST"]),
        Route(f"{prefix}remove_tag/", remove_tag, methods=both),
        Route(f"{prefix}add_to_list/", add_to_list, methods=["POST"]),
        Route(f"{prefix}remove_from_list/", remove_from_list, methods=both),
    ]
