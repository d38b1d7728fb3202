"""The ASGI application: the API below /api/public, the control API and the page."""

from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from . import api_bulk, api_commerce, api_labels, api_others, api_users
from .control import Control
from .gate import PREFIX, Gate


def build_app(options: dict[str, Any], automations: list[dict[str, Any]]) -> Starlette:
    """Make the application; `options` are switches, `automations` the first ones."""
    control = Control(options, automations)
    # The literal paths of the bulk calls come before /users-by-id/{custom_id}/.
    modules = (api_bulk, api_users, api_labels, api_others, api_commerce)
    gate = Gate(lambda: control.account, [route for each in modules for route in each.routes()])
    return Starlette(routes=[Mount(PREFIX, app=gate), *control.routes()])
