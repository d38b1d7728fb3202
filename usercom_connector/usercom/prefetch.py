"""Read the next page of a list while the one before it is being worked on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from .client import Client
from .records import UserPage


class PagePrefetcher:
    """Pages of users; at most one is read ahead."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="usercom")
        self._ahead: tuple[str, Future[UserPage] | None] | None = None
        self.is_kept = False
        """Whether the page last asked for was named by none read here: its name was kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def page(self, url: str | None, first: Callable[[], UserPage]) -> UserPage:
        """Return the page at ``url``, without one the ``first``; raise what reading it raised.

        What was read ahead is returned once: asked for again, a page is read again.
        """
        named, known = self._ahead or (None, None)
        self._ahead = None
        self.is_kept = bool(url) and named != url
        if known and named == url:
            page = known.result()
        else:
            page = self.client.page_at(url) if url else first()
        if page.next:
            self._ahead = page.next, self._pool.submit(self.client.page_at, page.next)
        return page

    def forget(self) -> None:
        """Read the next page anew: users have been changed since it was read ahead."""
        self._ahead = self._ahead and (self._ahead[0], None)
