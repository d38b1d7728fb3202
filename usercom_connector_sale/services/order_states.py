"""The states of an order that User.com is told of, and which of them an order has reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ENDS = {"cancelled", "refunded"}  # told of orders that User.com knows already


@dataclass(frozen=True)
class Default:
    """What a state is at User.com until somebody chooses otherwise."""

    status: str
    is_sent: bool = True
    event_name: str | None = None


IN_PROGRESS, WON, LOST, ABANDONED = "1", "2", "3", "0"
DEFAULTS = {
    "quotation": Default(IN_PROGRESS, is_sent=False),
    "sent": Default(IN_PROGRESS, is_sent=False),
    "confirmed": Default(WON, event_name="order_completed"),
    "delivered": Default(WON),
    "invoiced": Default(WON),
    "paid": Default(WON),
    "cancelled": Default(LOST),
    "refunded": Default(LOST),
}


def reached(order: Any, facts: Any) -> set[str]:
    """The states that the order has reached; one that ended in nothing is in that state alone."""
    if facts.is_refunded(order):
        return {"refunded"}
    if order.state == "cancel":
        return {"cancelled"}
    states = {
        "quotation": True,
        "sent": order.state != "draft",
        "confirmed": order.state == "sale",
        "delivered": order.state == "sale" and facts.is_delivered(order),
        "invoiced": order.state == "sale" and order.invoice_status in ("invoiced", "upselling"),
        "paid": facts.is_paid(order),
    }
    return {state for state, is_reached in states.items() if is_reached}
