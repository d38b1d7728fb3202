"""Cursor pages over a sorted list."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlencode

from sortedcontainers import SortedList
from starlette.requests import Request

from .errors import not_found
from .settings import Settings

Key = Any  # an id, or a tuple that ends in one
END = "end"


class Window:
    """The part of a sorted list from index `start` up to `stop`; costs O(log n) a page."""

    def __init__(self, keys: SortedList, start: int = 0, stop: int | None = None) -> None:
        self.keys = keys
        self.start = start
        self.stop = len(keys) if stop is None else stop

    @property
    def count(self) -> int:
        return max(0, self.stop - self.start)

    def walk(self, after: Key | None, size: int, descending: bool) -> tuple[list[Key], bool]:
        """Return up to `size` keys beyond `after` and whether more follow."""
        if descending:
            stop = self.stop if after is None else min(self.stop, self.keys.bisect_left(after))
            start = max(self.start, stop - size)
            return list(self.keys.islice(start, stop))[::-1], start > self.start
        start = self.start if after is None else max(self.start, self.keys.bisect_right(after))
        stop = min(start + size, self.stop)
        return list(self.keys.islice(start, stop)), stop < self.stop


def listed(ids: Iterable[int]) -> Window:
    """Make a window over ids in ascending order."""
    return Window(SortedList(ids))


def page(
    request: Request, settings: Settings, window: Window, render: Callable[[int], Any]
) -> dict[str, Any]:
    """Return the documented wrapper of the page that the request's cursor names."""
    backward, after = _decode(request.query_params.get("cursor"))
    descending = (settings.page_order == "descending") != backward
    try:
        keys, more = window.walk(after, settings.page_size, descending)
    except TypeError:  # a cursor of another ordering
        raise not_found() from None
    if backward:
        keys.reverse()
    following = _next(keys, backward or more, settings)
    preceding = keys and after is not None and (more or not backward)
    return {
        "count": window.count,
        "next": following and _link(request, following),
        "previous": _link(request, _encode("p", keys[0])) if preceding else None,
        "results": [render(key[-1] if isinstance(key, tuple) else key) for key in keys],
    }


def _next(keys: list[Key], more: bool, settings: Settings) -> str | None:
    if keys and more:
        return _encode("n", keys[-1])
    return _encode(END, None) if keys and settings.final_next_404 else None


def _encode(direction: str, key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps([direction, key]).encode()).decode()


def _decode(cursor: str | None) -> tuple[bool, Key | None]:
    """Return whether the cursor goes backward, and its key; raise a 404 for a bad one."""
    if cursor is None:
        return False, None
    try:
        direction, key = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError, TypeError):
        raise not_found() from None
    if direction == END:
        raise not_found()
    return direction == "p", tuple(key) if isinstance(key, list) else key


def _link(request: Request, cursor: str) -> str:
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    base = f"{request.url.scheme}://{request.url.netloc}{quote(request.scope['path'])}"
    return f"{base}?{urlencode([*kept, ('cursor', cursor)])}"
