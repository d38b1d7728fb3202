"""Which lines of an order are products that somebody bought."""

from typing import Any


def sold_lines(order: Any) -> Any:
    """The lines that User.com is told of.

    Neither sections and notes, nor what is no product of its own: down payments, discounts, the
    delivery, expenses, and a combo, whose parts have lines with the prices.
    """
    return order.order_line.filtered(_is_sold)


def _is_sold(line: Any) -> bool:
    return bool(
        line.product_id
        and not (line.display_type or line.is_downpayment or line.is_expense)
        and line.product_uom_qty > 0
        and line.price_unit >= 0
        and line.product_id.type != "combo"
        and not (line._is_delivery() or line._is_discount_line())
    )
