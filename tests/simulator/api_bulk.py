"""Handlers of the mass updates and of the CSV imports."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .attributes import Attribute
from .call import Call
from .deal_rows import deal_of
from .errors import ApiError, InvalidError, not_found
from .imports import TRUE, File, TakeRow
from .store import User
from .values import read_json
from .write import Changes

NAME_LIMIT = 255
AUTOMATIONS = "trigger_automations"


async def mass_update_standard(call: Call) -> Response:
    _mass_update(call, standard=True)
    return JSONResponse({"status": "ok"})


async def mass_update_custom(call: Call) -> Response:
    allowed = call.account.settings.mass_custom_method
    if allowed not in ("both", call.request.method):
        raise ApiError(405, f'Method "{call.request.method}" not allowed.')
    _mass_update(call, standard=False)
    if call.account.settings.mass_custom_body == "empty":
        return Response()
    return JSONResponse({"status": "ok"})


def _mass_update(call: Call, standard: bool) -> None:
    name = call.member("attribute", str)
    users = _users(call, call.member("ids", list))
    if _attribute(call, name, standard) is None:
        return
    changes = call.changes({name: call.body.get("value")})
    for user in users:
        call.account.users.update(user, Changes(dict(changes.values)), call.fires)


def _attribute(call: Call, name: str, standard: bool) -> Attribute | None:
    """Find the attribute; an unknown custom one is treated as the switch says."""
    reader = call.account.reader()
    if not 1 <= len(name) <= NAME_LIMIT:
        raise InvalidError({"attribute": f"Ensure this field has 1 to {NAME_LIMIT} characters."})
    found = call.account.attributes.resolve(name)
    if found is None and not standard:
        found = reader.attribute(name, call.body.get("value"))
        if reader.errors:
            raise InvalidError(reader.errors)
        return found
    if found is None or standard == bool(found.id) or not found.writable:
        kind = "standard" if standard else "custom"
        raise InvalidError({"attribute": f"There is no {kind} attribute of this name."})
    return found


def _users(call: Call, ids: list[Any]) -> list[User]:
    """Return the users there are among the ids; unknown ids are passed over."""
    limit = call.account.settings.mass_update_limit
    if limit and len(ids) > limit:
        raise InvalidError({"ids": f"Ensure this list has no more than {limit} items."})
    by_custom_id = "users-by-id" in call.request.scope["path"]
    kind = str if by_custom_id else int
    if not ids or not all(type(each) is kind for each in ids):
        raise InvalidError({"ids": f"Expected a list of {kind.__name__} ids."})
    store = call.account.store
    if by_custom_id:
        return [user for each in ids for user in store.find("custom_id", each)]
    return [store.users[each] for each in ids if each in store.users]


async def import_users(call: Call) -> Response:
    file, options = await _uploaded(call)

    def take(row: dict[str, str]) -> None:
        call.account.imports.user_row(row, options, call.version)

    return await _imported(call, file, take)


async def import_deals(call: Call) -> Response:
    file, options = await _uploaded(call)
    fires = options[AUTOMATIONS] in TRUE

    def take(row: dict[str, str]) -> None:
        call.account.commerce.save_deal(deal_of(row, call.account.settings), fires)

    return await _imported(call, file, take)


async def _uploaded(call: Call) -> tuple[File, dict[str, str]]:
    """Return the file and the options that came with it."""
    async with call.request.form() as form:
        upload = form.get("input_file")
        if not isinstance(upload, UploadFile):
            raise InvalidError({"input_file": "No file was submitted."})
        options = {name: value for name, value in form.items() if isinstance(value, str)}
        content = await upload.read()
    mapping = _column_mapping(options.pop("column_mapping", "{}"))
    file = File(content, call.query.get("separator", "comma"), mapping)
    return file, options | _automations(call, options.pop(AUTOMATIONS, ""))


def _column_mapping(text: str) -> dict[str, str]:
    try:
        return dict(read_json(text))
    except (TypeError, ValueError):
        raise InvalidError({"column_mapping": "Not a JSON object."}) from None


async def _imported(call: Call, file: File, take: TakeRow) -> Response:
    report = await call.account.imports.start(file, take)
    if call.account.settings.import_answer == "report":
        return JSONResponse(report.view())
    return JSONResponse({"success": True, "data": {"import_id": report.id}})


def _automations(call: Call, in_form: str) -> dict[str, str]:
    """Return the option from where the switch has it read."""
    read_from = call.account.settings.import_automations
    in_query = call.request.query_params.get(AUTOMATIONS, "")
    accepted = {"query": in_query, "form": in_form, "both": in_query or in_form}
    return {AUTOMATIONS: accepted[read_from]}


async def import_status(call: Call) -> Response:
    imports, wanted = call.account.imports, call.request.query_params.get("import_id")
    if call.account.settings.import_status == "absent":
        raise not_found()
    if wanted:
        return JSONResponse(imports.get(wanted).view())
    return JSONResponse({"success": True, "data": imports.all()})


def routes() -> list[Route]:
    custom = "mass_update_custom_attributes"
    return [
        Route("/users/import/", import_users, methods=["POST"]),
        Route("/deals/import/", import_deals, methods=["POST"]),
        Route("/import/status/", import_status, methods=["GET"]),
        *(
            route
            for family in ("/users", "/users-by-id")
            for route in (
                Route(
                    f"{family}/mass_update_standard_attributes/",
                    mass_update_standard,
                    methods=["PUT"],
                ),
                Route(f"{family}/{custom}/", mass_update_custom, methods=["PUT", "POST"]),
            )
        ),
    ]
