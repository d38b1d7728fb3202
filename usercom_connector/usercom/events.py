"""Events, product events, deals and products: the calls, and what a drain does for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import (
    LostAnswerError,
    NotFoundError,
    NotNowError,
    RejectedError,
    RetryableError,
    ServerError,
    UnreachableError,
    UnservedError,
)
from .transport import Transport

if TYPE_CHECKING:
    from .client import Client

Values = dict[str, Any]

OWN_KEY = "odoo_key"  # in the data of an event: our own key, to know a doubled one by
NOT_SERVED = (404, 405)


class EventCalls:
    """The calls of `Client.events`. Each returns the answer's JSON object, {} for another answer.

    `timestamp` is in UNIX seconds. Repeating a call of an event makes a second event; repeating one
    of a deal or product does not.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, user_id: int, name: str, timestamp: int, data: Mapping[str, Any]) -> Values:
        """Tell of an event of a user."""
        body = {"user_id": user_id, "name": name, "timestamp": timestamp, "data": dict(data)}
        return _object(self._transport.write("POST", "/events/", body))

    def create_product_event(
        self, product: str, user_id: int, event_type: str, timestamp: int, data: Mapping[str, Any]
    ) -> Values:
        """Tell what a user did with the product of this custom id, created where it is unknown.

        What `data` has besides `custom_data` overwrites the product's own values.
        """
        body = {
            "user_id": user_id,
            "event_type": event_type,
            "timestamp": timestamp,
            "data": dict(data),
        }
        return _object(self._transport.write("POST", f"{_path(product)}product_event/", body))

    def save_deal(self, custom_id: str, values: Mapping[str, Any]) -> Values:
        """Create the deal of this custom id, or change the values given."""
        body = {**values, "custom_id": custom_id}
        return _object(self._transport.write("POST", "/deals/update_or_create/", body))

    def save_product(self, custom_id: str, values: Mapping[str, Any]) -> Values:
        """Create the product of this custom id, or change the values given.

        Only creation is documented. Where changing is not served, it is created once more, which
        an API with unique custom ids takes for a change, or refuses.
        """
        if self._has_product(custom_id):
            try:
                return _object(self._transport.write("PUT", _path(custom_id), dict(values)))
            except (RejectedError, UnservedError) as error:
                if error.status not in NOT_SERVED:
                    raise
        body = {**values, "custom_id": custom_id}
        return _object(self._transport.write("POST", "/products/", body))

    def _has_product(self, custom_id: str) -> bool:
        """Whether it is there; clients take an answer without an id for a no, too."""
        try:
            return "id" in _object(self._transport.get(f"{_path(custom_id)}details/"))
        except NotFoundError:
            return False


def _path(custom_id: str) -> str:
    return f"/products-by-id/{quote(custom_id, safe='')}/"


def _object(answer: Any) -> Values:
    return answer if isinstance(answer, dict) else {}


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of an `EventJob`: the answer, or that User.com has no such user."""

    answer: Values = field(default_factory=dict)
    is_user_missing: bool = False


@dataclass(frozen=True, slots=True)
class EventJob:
    """Tell User.com of one thing that happened.

    `kind` is "event", "product_event", "deal" or "product", `key` our own key of an event or the
    custom id of a deal or product. `is_repeated`: whether an event is told of again where no answer
    came, so that User.com may have it twice.
    """

    kind: str
    key: str
    name: str
    timestamp: int
    data: Values
    user_id: int | None = None
    product: str | None = None
    is_repeated: bool = True

    def run(self, client: Client) -> Delivered:
        """Make the call. Raises LostAnswerError where it may have been made and is not repeated."""
        try:
            return Delivered(self._call(client.events))
        except RejectedError:
            if self.user_id and not _is_there(client, self.user_id):
                return Delivered(is_user_missing=True)
            raise
        except RetryableError as error:
            if self._may_be_doubled() and _may_have_arrived(error):
                raise LostAnswerError from error
            raise

    def _may_be_doubled(self) -> bool:
        return self.kind in ("event", "product_event") and not self.is_repeated

    def _call(self, events: EventCalls) -> Values:
        match self.kind, self.user_id:
            case "event", int() as user_id:
                data = {**self.data, OWN_KEY: self.key}
                return events.create(user_id, self.name, self.timestamp, data)
            case "product_event", int() as user_id:
                return events.create_product_event(
                    self.product or "", user_id, self.name, self.timestamp, self._with_own_key()
                )
            case "deal", user_id:
                values = {**self.data, "name": self.name}
                return events.save_deal(
                    self.key, values | ({"user_id": user_id} if user_id else {})
                )
            case "product", _:
                return events.save_product(self.key, {**self.data, "name": self.name})
        raise ValueError(f"no user of {self.kind}")

    def _with_own_key(self) -> Values:
        """Return the data of a product event: only its `custom_data` stays with the event."""
        own = {**(self.data.get("custom_data") or {}), OWN_KEY: self.key}
        return {**self.data, "custom_data": own}


def _is_there(client: Client, user_id: int) -> bool:
    try:
        client.get_user(user_id)
    except NotFoundError:
        return False
    return True


def _may_have_arrived(error: RetryableError) -> bool:
    """Whether the call may have had its effect although it failed."""
    match error:
        case UnreachableError():
            return not error.is_unsent
        case NotNowError() | UnservedError():
            return False
        case ServerError():
            return error.status < 300 or error.status >= 500
        case _:
            return False
