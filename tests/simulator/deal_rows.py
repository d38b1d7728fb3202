"""A row of the deals' CSV import, as the body of a deal."""

from collections.abc import Callable
from typing import Any

from .errors import InvalidError
from .settings import Settings
from .values import read_json


def _texts(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(",") if each.strip()]


CELLS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("stage", "pipeline", "status", "user_id", "company_id", "assigned_to"), int),
    "value": float,
    "loss_reason": int,
    "products_custom_id": _texts,
    "participants": lambda cell: [int(each) for each in _texts(cell)],
    "products": lambda cell: [int(each) for each in _texts(cell)],
    "order_products": read_json,
}


def deal_of(row: dict[str, str], settings: Settings) -> dict[str, Any]:
    """Return the values of the filled cells; raise a 400 for one that cannot be read."""
    filled = {name: cell for name, cell in row.items() if cell}
    if "order_products" in filled and settings.import_order_products != "json":
        if settings.import_order_products == "reject":
            raise InvalidError({"order_products": "This field cannot be imported."})
        del filled["order_products"]
    return {name: _value(name, cell) for name, cell in filled.items()}


def _value(name: str, cell: str) -> Any:
    try:
        return CELLS[name](cell) if name in CELLS else cell
    except ValueError as error:
        raise InvalidError({name: "Not a valid value."}) from error
