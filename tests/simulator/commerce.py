"""Products, what users did with them, and deals."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import times
from .errors import InvalidError, not_found

if TYPE_CHECKING:
    from .account import Account

EVENT_TYPES = frozenset(
    ("click", "promo click", "view", "detail", "liking", "add to observation", "reservation")
    + ("add", "add to cart", "remove", "checkout", "checkout option", "order", "purchase")
    + ("return", "refund")
)
DEAL_FIELDS = frozenset(
    ("name", "custom_id", "value", "currency", "stage", "pipeline", "status", "user_id")
    + ("user_custom_id", "company_id", "company_custom_id", "participants", "assigned_to")
    + ("expected_close_date", "won_at", "lost_at", "loss_reason", "products")
    + ("products_custom_id", "order_products")
)


@dataclass
class Item:
    """A product or a deal; `writes` counts how often it was written.

    `fired`: how many of these writes started automations.
    """

    id: int
    custom_id: str | None
    values: dict[str, Any] = field(default_factory=dict)
    writes: int = 0
    fired: int = 0

    def view(self) -> dict[str, Any]:
        return {"id": self.id, "custom_id": self.custom_id, **self.values}


class Items:
    """Products or deals of one account, by id and by custom id."""

    def __init__(self) -> None:
        self.by_id: dict[int, Item] = {}
        self._by_custom_id: dict[str, Item] = {}

    def find(self, custom_id: str) -> Item | None:
        return self._by_custom_id.get(custom_id)

    def by_custom_id(self, custom_id: str) -> Item:
        if found := self.find(custom_id):
            return found
        raise not_found()

    def get(self, item_id: int) -> Item:
        if item_id not in self.by_id:
            raise not_found()
        return self.by_id[item_id]

    def save(self, custom_id: str | None, values: dict[str, Any]) -> tuple[Item, bool]:
        """Create the item of this custom id, or change it; return it and whether it is new."""
        item = self.find(custom_id) if custom_id else None
        is_new = item is None
        if item is None:
            item = Item(len(self.by_id) + 1, custom_id)
            self.by_id[item.id] = item
            if custom_id:
                self._by_custom_id[custom_id] = item
        item.values.update(values)
        item.writes += 1
        return item, is_new


@dataclass
class ProductEvent:
    """What a user did with a product; `timestamp` in microseconds."""

    id: int
    user_id: int
    product: Item
    event_type: str
    timestamp: int
    custom_data: dict[str, Any]

    def view(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "client": self.user_id,
            "product": self.product.custom_id,
            "event_type": self.event_type,
            "timestamp": times.iso(self.timestamp),
            "custom_data": self.custom_data,
        }


class Commerce:
    """The products, product events and deals of one account."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self.products, self.deals = Items(), Items()
        self.product_events: list[ProductEvent] = []

    def happen(self, product: Item, user_id: int, body: dict[str, Any]) -> ProductEvent:
        """Store a product event; all of its data but `custom_data` is the product's profile."""
        if body.get("event_type") not in EVENT_TYPES:
            raise InvalidError({"event_type": "Not a valid choice."})
        data = self._data(body)
        product.values.update({key: data[key] for key in data if key != "custom_data"})
        seconds = body.get("timestamp")
        event = ProductEvent(
            len(self.product_events) + 1,
            user_id,
            product,
            body["event_type"],
            times.now() if seconds is None else int(seconds * 1_000_000),
            data.get("custom_data", {}),
        )
        self.product_events.append(event)
        return event

    def _data(self, body: dict[str, Any]) -> dict[str, Any]:
        if self._account.settings.product_event_requires == "timestamp_and_data":
            for name in ("timestamp", "data"):
                if body.get(name) is None:
                    raise InvalidError({name: "This field is required."})
        return body.get("data") or {}

    def save_deal(self, body: dict[str, Any], fires: bool) -> tuple[Item, bool]:
        """Create or change the deal of the body's custom id."""
        if not body.get("name"):
            raise InvalidError({"name": "This field is required."})
        body = body | self._owner(body)
        for line in body.get("order_products") or []:
            self._check_product(line)
        self._check_company(body)
        values = {key: body[key] for key in body if key != "custom_id" and self._is_known(key)}
        if "value" in values and self._account.settings.deal_value == "string":
            values["value"] = f"{float(values['value']):.2f}"
        deal, is_new = self.deals.save(body.get("custom_id"), values)
        deal.fired += fires
        return deal, is_new

    def _owner(self, body: dict[str, Any]) -> dict[str, int]:
        """Return whose deal it is, by id; raise a 404, or a 400 where the switch says so."""
        users = self._account.users
        if "user_custom_id" in body:
            return {"user_id": users.by_custom_id(str(body["user_custom_id"])).id}
        if body.get("user_id") is None:
            return {}
        return {"user_id": users.known(body["user_id"]).id}

    def _is_known(self, name: str) -> bool:
        return name in DEAL_FIELDS or self._account.settings.unknown_deal_attribute == "create"

    def _check_company(self, body: dict[str, Any]) -> None:
        """Refuse a company that is not there; what User.com does is not documented."""
        companies = self._account.companies
        company_id, custom_id = body.get("company_id"), body.get("company_custom_id")
        if company_id and company_id not in companies.by_id:
            raise InvalidError({"company_id": "Object does not exist."})
        if custom_id and not companies.find(custom_id):
            raise InvalidError({"company_custom_id": "Object does not exist."})

    def _check_product(self, line: dict[str, Any]) -> None:
        custom_id = line.get("product_custom_id")
        if not custom_id or self.products.find(custom_id):
            return
        match self._account.settings.unknown_product:
            case "reject":
                raise InvalidError({"order_products": f"Product {custom_id} does not exist."})
            case "create":
                self.products.save(custom_id, {})

    def move(self, old_id: int, new_id: int) -> None:
        """Give what a merged user did, and its deals, to the parent."""
        for event in self.product_events:
            event.user_id = new_id if event.user_id == old_id else event.user_id
        for deal in self.deals.by_id.values():
            if deal.values.get("user_id") == old_id:
                deal.values["user_id"] = new_id

    def forget(self, user_id: int) -> None:
        """Forget what a deleted user did; its deals stay, without it."""
        self.product_events = [each for each in self.product_events if each.user_id != user_id]
        for deal in self.deals.by_id.values():
            if deal.values.get("user_id") == user_id:
                deal.values["user_id"] = None

    def as_dict(self) -> dict[str, Any]:
        """Return all that the control API shows."""
        return {
            "products": [each.view() | {"writes": each.writes} for each in _all(self.products)],
            "deals": [
                each.view() | {"writes": each.writes, "fired": each.fired}
                for each in _all(self.deals)
            ],
            "product_events": [event.view() for event in self.product_events],
        }


def _all(items: Items) -> list[Item]:
    return list(items.by_id.values())
