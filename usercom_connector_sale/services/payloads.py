"""What User.com is sent of an order: its deal, its events, and what happened to its products."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .ledger import Movement
from .order_states import ABANDONED, IN_PROGRESS, WON
from .products import Products


class Payloads:
    """Of the orders of one account; amounts are in the currency of the order."""

    def __init__(self, backend: Any, products: Products) -> None:
        self._with_taxes = backend.order_amounts == "total"
        self._with_companies = backend.sync_companies
        self._products = products
        self._all_products = backend.env["product.product"]

    def deal(self, order: Any, lines: Any, stage: Any, *, is_paid: bool) -> dict[str, Any]:
        data = {
            "value": self._amount(order),
            "currency": order.currency_id.name,
            "status": int(self._status(stage, is_paid)),
            "pipeline": stage.pipeline or None,
            "stage": stage.stage or None,
            "won_at": _iso(order.date_order) if stage.status == WON else None,
            "order_products": [self._order_product(order, line) for line in lines],
        }
        return {
            "kind": "deal",
            "partner": order.partner_id,
            **self._company(order),
            "name": order.name,
            "key": deal_key(order),
            "product_keys": sorted({self._key(line) for line in lines}),
            "data": {name: value for name, value in data.items() if value is not None},
        }

    def _company(self, order: Any) -> dict[str, Any]:
        """The company that orders, or whose contact does."""
        company = order.partner_id.commercial_partner_id
        return {"company": company} if self._with_companies and company.is_company else {}

    def event(self, order: Any, lines: Any, stage: Any) -> dict[str, Any]:
        """The event of an order that comes to be in this state."""
        is_first = stage.order_state == "confirmed"
        return {
            "kind": "event",
            "partner": order.partner_id,
            "name": stage.event_name,
            "key": f"{deal_key(order)}-{stage.order_state}",
            "data": self._order_data(order, lines),
            **({"occurred_at": order.date_order} if is_first else {}),
        }

    def product_event(self, order: Any, line: Any, movement: Movement) -> dict[str, Any]:
        """``line`` may be none: one that has been deleted since it was bought."""
        price = {"price": self._price(order, line)} if line else {}
        return {
            "kind": "product_event",
            "partner": order.partner_id,
            "name": movement.event_type,
            "product": self._products.key(self._all_products.browse(movement.product_id)),
            "key": f"odoo-sol-{movement.line_id}-{movement.number}",
            "data": {
                "custom_data": {
                    "order number": order.name,
                    "quantity": movement.quantity,
                    **price,
                    "currency": order.currency_id.name,
                }
            },
            **({"occurred_at": order.date_order} if movement.is_first else {}),
        }

    def _order_product(self, order: Any, line: Any) -> dict[str, Any]:
        return {
            "product_custom_id": self._key(line),
            "quantity": line.product_uom_qty,
            "value": self._price(order, line),
            "currency": order.currency_id.name,
        }

    def _order_data(self, order: Any, lines: Any) -> dict[str, Any]:
        """As User.com's own plugins for shops name it."""
        method = _payment_method(order)
        return {
            "order number": order.name,
            "revenue": self._amount(order),
            "tax": order.amount_tax,
            "shipping": self._delivery_amount(order),
            "currency": order.currency_id.name,
            "products": [self._key(line) for line in lines],
            "registered_user": bool(order.partner_id.user_ids),
            **({"payment_method": method} if method else {}),
        }

    def _key(self, line: Any) -> str:
        return self._products.key(line.product_id)

    def _amount(self, order: Any) -> float:
        return order.amount_total if self._with_taxes else order.amount_untaxed

    def _delivery_amount(self, order: Any) -> float:
        lines = [line for line in order.order_line if line._is_delivery()]
        return sum(line.price_total if self._with_taxes else line.price_subtotal for line in lines)

    def _price(self, order: Any, line: Any) -> float:
        """The price of one, after its discount."""
        price = line.price_reduce_taxinc if self._with_taxes else line.price_reduce_taxexcl
        return order.currency_id.round(price)

    @staticmethod
    def _status(stage: Any, is_paid: bool) -> str:
        """What is paid never looks abandoned, whatever was chosen for quotations."""
        return IN_PROGRESS if is_paid and stage.status == ABANDONED else stage.status


DEAL = "odoo-so-"


def deal_key(order: Any) -> str:
    return f"{DEAL}{order.id}"


def order_id_of(key: str) -> int:
    """The id of the order whose deal has this key; 0 if it is of none."""
    number = key.removeprefix(DEAL)
    return int(number) if key.startswith(DEAL) and number.isdecimal() else 0


def _payment_method(order: Any) -> str | None:
    paid = order.transaction_ids.filtered(lambda transaction: transaction.state == "done")
    return paid[:1].payment_method_id.name or order.preferred_payment_method_line_id.name or None


def _iso(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='seconds')}Z"
