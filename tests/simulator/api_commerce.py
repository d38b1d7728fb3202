"""Handlers of products, product events and deals."""

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .call import Call
from .commerce import Item
from .errors import ApiError


def _answer(item: Item, status: int = 200) -> Response:
    return JSONResponse(item.view(), status)


def _product(call: Call) -> Item:
    products = call.account.commerce.products
    if "custom_id" in call.params:
        return products.by_custom_id(call.params["custom_id"])
    return products.get(call.params["id"])


async def create_product(call: Call) -> Response:
    values = dict(call.body)
    custom_id = values.pop("custom_id", None)
    products, settings = call.account.commerce.products, call.account.settings
    if settings.existing_product == "reject" and custom_id and products.find(custom_id):
        raise ApiError(400, "custom_id: product with this custom id already exists.")
    item, _is_new = products.save(custom_id, values)
    return _answer(item, settings.create_status)


async def update_product(call: Call) -> Response:
    if call.account.settings.product_update == "absent":
        raise ApiError(405, 'Method "PUT" not allowed.')
    values = {key: value for key, value in call.body.items() if key != "custom_id"}
    item = _product(call)
    call.account.commerce.products.save(item.custom_id, values)
    return _answer(item)


async def product_details(call: Call) -> Response:
    return _answer(_product(call))


async def product_event(call: Call) -> Response:
    """The user is `user_id` (internal) or `user_custom_id`; an unknown custom id is a product."""
    account, body = call.account, call.body
    if "user_custom_id" in body:
        user = account.users.by_custom_id(call.member("user_custom_id", str))
    else:
        user_id = call.member("user_id" if call.version == "v2" else "client", int)
        user = account.users.known(user_id)
    if "custom_id" in call.params:
        custom_id = call.params["custom_id"]
        product = account.commerce.products.find(custom_id) or Item(0, custom_id)
    else:
        product = account.commerce.products.get(call.params["id"])
    event = account.commerce.happen(product, user.id, body)
    if not product.id:
        event.product, _is_new = account.commerce.products.save(product.custom_id, product.values)
    return JSONResponse({"id": event.id})


def _deal_body(call: Call) -> dict[str, object]:
    if call.body.get("user_id") is not None:
        call.member("user_id", int)
    return dict(call.body)


async def save_deal(call: Call) -> Response:
    deal, is_new = call.account.commerce.save_deal(_deal_body(call), call.fires)
    return _answer(deal, call.account.settings.create_status if is_new else 200)


async def update_deal(call: Call) -> Response:
    deal = call.account.commerce.deals.by_custom_id(call.params["custom_id"])
    name = {"name": deal.values.get("name")}
    body = name | _deal_body(call) | {"custom_id": deal.custom_id}
    call.account.commerce.save_deal(body, call.fires)
    return _answer(deal)


def routes() -> list[Route]:
    return [
        Route("/products/", create_product, methods=["POST"]),
        Route("/products-by-id/{custom_id}/details/", product_details, methods=["GET"]),
        Route("/products-by-id/{custom_id}/product_event/", product_event, methods=["POST"]),
        Route("/products-by-id/{custom_id}/", update_product, methods=["PUT"]),
        Route("/products/{id:int}/product_event/", product_event, methods=["POST"]),
        Route("/deals/", save_deal, methods=["POST"]),
        Route("/deals/update_or_create/", save_deal, methods=["POST"]),
        Route("/deals-by-id/{custom_id}/", update_deal, methods=["PUT"]),
    ]
