"""Read the next page of a list in a thread while the page before it is processed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from .client import Client
from .records import UserPage


class PagePrefetcher:
    """Reads pages of users, always at most one page ahead."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="usercom")
        self._ahead: tuple[str, Future[UserPage] | None] | None = None
        self.is_kept = False
        """Whether the address last asked for came from no page read here but from the caller."""

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
        """Return the page at `url`, or what `first()` returns where there is no url.

        Raises what reading it raised, in the thread as well. A page that was read ahead is returned
        once; asked for again, it is read again.
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
        """Drop the page that was read ahead, as users have been changed since."""
        self._ahead = self._ahead and (self._ahead[0], None)
