"""Read User.com's responses. Raises ServerError for one that is not what was asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from .errors import RejectedError, ServerError
from .records import Attribute, ImportReport, User
from .transport import results

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


def import_report(answer: Any) -> ImportReport:
    """Return the report of an import, not `finished` where the response has only its id."""
    try:
        data = answer["data"]
        if "import_id" in data and "total_count" not in data:
            return ImportReport(str(data["import_id"]), 0, 0, 0, finished=False)
        is_finished = data.get("finished_at", data.get("status") in (None, "finished"))
        return ImportReport(
            id=str(data.get("import_id") or data["id"]),
            total=int(data["total_count"] or 0),
            succeeded=int(data["succeeded"] or 0),
            failed=int(data["failed"] or 0),
            errors=tuple(data.get("rows_with_errors") or ()),
            finished=bool(is_finished),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ServerError(200, "answered without the import's report") from None


def import_status(answer: Any, import_id: str) -> ImportReport:
    """Return the report of this import, from a response with one report or a list of them."""
    data = answer.get("data") if isinstance(answer, dict) else None
    reports = data if isinstance(data, list) else [data]
    for each in reports:
        if isinstance(each, dict) and str(each.get("id", each.get("import_id"))) == import_id:
            return import_report({"data": each})
    raise ServerError(200, "answered without the import's report")


def check_success(answer: Any) -> None:
    """Raise RejectedError for a response with `"success": false`."""
    if isinstance(answer, dict) and answer.get("success") is False:
        raise RejectedError(200, "User.com reports no success and gives no reason.")
