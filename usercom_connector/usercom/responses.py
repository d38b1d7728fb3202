"""Answers of User.com: read within limits, and turned into records."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
from urllib3.exceptions import ProtocolError

from . import strict_json
from .errors import RejectedError, ServerError, UnservedError
from .records import Attribute, User

# ---- bodies ----

BODY_LIMIT = 20 * 2**20
COMMAS_LIMIT = 10**6  # the lists of "[[],[],[],…" take many times the memory of their text
DEPTH_LIMIT = 64
CHUNK = 2**16
PAGE_LIMIT = 10_000  # items


def read_body(response: requests.Response) -> bytes:
    """Return the body as it was sent: 3 kB of gzip could be decoded to gigabytes.

    Raises ServerError for one of more than BODY_LIMIT bytes, ProtocolError for half a body.
    """
    body = bytearray()
    while chunk := response.raw.read(CHUNK, decode_content=False):
        body += chunk
        if len(body) > BODY_LIMIT:
            raise ServerError(response.status_code, "sent an answer that is too large")
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and len(body) < int(announced):
        raise ProtocolError("half an answer")  # urllib3 2 raises it itself, urllib3 1 does not
    return bytes(body)


def read_json(response: requests.Response, body: bytes) -> Any:
    """Return the parsed JSON of the body, None for an empty one.

    Raises ServerError for anything else; for a 4xx UnservedError, since the API itself answers
    those in JSON.
    """
    if not body.strip():
        return None
    status = response.status_code
    error = UnservedError if 400 <= status < 500 else ServerError
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise error(status, "sent an encoded answer, which was not asked for")
    if body.count(b",") > COMMAS_LIMIT:
        raise error(status, "sent an answer of too many values")
    try:
        answer = strict_json.loads_with_odd_numbers(body)
    except ValueError:
        raise error(status, "sent an answer that is no JSON") from None
    if strict_json.is_deeper_than(DEPTH_LIMIT, answer):
        raise error(status, "sent an answer that is nested too deep")
    return answer


def results(answer: Any) -> list[Any]:
    """Return the items of a results page or of a plain array. Raises ServerError for neither."""
    items = answer.get("results") if isinstance(answer, dict) else answer
    if not isinstance(items, list):
        raise ServerError(200, "answered without the list asked for")
    if len(items) > PAGE_LIMIT:
        raise ServerError(200, f"answered with a page of {len(items)} items")
    return items


# ---- when to try again ----

LONGEST_RETRY_AFTER = 3600.0  # seconds


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait, at most LONGEST_RETRY_AFTER; None without a valid header.

    The header has seconds or a date. A date is compared with the server's own clock (the header
    `Date`), if it is there, since ours may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return min(float(text), LONGEST_RETRY_AFTER)
    until = _moment(text)
    if until is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# ---- records ----

Item = TypeVar("Item")

_logger = logging.getLogger(__name__)


def user_of(data: Any) -> User:
    """Return the user of a response."""
    try:
        return User.from_json(data)
    except ValueError:
        raise ServerError(200, "answered without the user asked for") from None


def users_of(items: Iterable[Any]) -> list[User]:
    """Return the users, each once."""
    return list({user.id: user for user in map(user_of, items)}.values())


def found_users(answer: Any) -> list[User]:
    """Return the users of a search's response: null, a user, a list or a page of users."""
    if answer is None:
        return []
    is_one = isinstance(answer, dict) and "results" not in answer
    return users_of([answer] if is_one else results(answer))


def listed_users(items: Iterable[Any]) -> list[User]:
    """Return the users, each once. Items that are no users are left out."""
    return list({user.id: user for user in readable(items, User.from_json)}.values())


def readable(items: Iterable[Any], read: Callable[[Any], Item]) -> list[Item]:
    """Return the items of a list, read. Those that cannot be read are left out.

    Raises ServerError where none of them can be read.
    """
    found, odd = [], 0
    for item in items:
        try:
            found.append(read(item))
        except ValueError:
            odd += 1
    if odd and not found:
        raise ServerError(200, "answered with a list of something else")
    if odd:
        _logger.info("user.com listed %s items that cannot be read", odd)
    return found


def attribute_of(data: Any) -> Attribute:
    """Return the attribute of a response."""
    try:
        return Attribute.from_json(data)
    except ValueError:
        raise ServerError(200, "answered without the attribute asked for") from None


def check_success(answer: Any) -> None:
    """Raise RejectedError for a response with `"success": false`."""
    if isinstance(answer, dict) and answer.get("success") is False:
        raise RejectedError(200, "User.com reports no success and gives no reason.")
