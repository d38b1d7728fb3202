"""One HTTP request to User.com's API, its answer read whole, its failures typed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from . import strict_json
from .connections import LONGEST_CALL, Deadline, new_session
from .errors import (
    ForbiddenError,
    InvalidKeyError,
    NotFoundError,
    NotNowError,
    PaymentError,
    RejectedError,
    RetryableError,
    ServerError,
    ThrottledError,
    UnreachableError,
    UnservedError,
    UsercomError,
)
from .responses import read_body, read_json, results, retry_after
from .texts import storable
from .throttle import Throttle

API_ROOT = "/api/public"
LIST_LIMIT = 10_000  # items of all pages of attributes, or of what a search finds
PAGES_LIMIT = 200
LONGEST_LIST = 120.0  # seconds
ENDLESS = 100_000  # pages of users, from where on nobody believes in an end
DETAILS_LIMIT = 500
DETAILS_DEPTH = 5
NOT_NOW = {408, 409, 425}  # time-out, conflict, too early
OF_RECORD = re.compile(r"/(?:(?:users|companies|products)(?:/\d+|-by-id/(?!search/)[^/]+)|events)/")
HEADERS = {
    "Accept": "*/*; version=2",
    "Accept-Encoding": "identity",
    "User-Agent": "usercom_connector (Odoo)",
}
JSON_HEADERS = {**HEADERS, "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page of a list, the address of the next one, and how many items all pages have."""

    items: list[Any]
    next: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many `items` the pages of a list have shown so far, `of` how many."""

    items: int = 0
    of: int | None = None

    def after(self, page: RawPage) -> Progress:
        """Return the progress after one more page.

        While users are created or deleted the pages name different counts: 200, then 199. The
        least of them is expected, so that such a list does not look broken off.
        """
        counts = [count for count in (self.of, page.count) if count is not None]
        return Progress(self.items + len(page.items), min(counts, default=None))


class Transport:
    """Sends requests with the API key to one host, and to no other."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        throttle: Throttle,
        timeout: float,
        longest: float = LONGEST_CALL,
    ) -> None:
        if not re.fullmatch(r"[!-~]+", api_key):
            raise InvalidKeyError
        self.base_url = base_url.rstrip("/")
        self._api_key = api_key
        self._throttle = throttle
        self._session = new_session()
        self._timeout = timeout
        self._longest = longest
        self._progress: dict[str, Progress] = {}  # {address of a page: before this page}
        self._places: dict[str, int] = {}  # {address of a page: its number in the list read last}

    def is_for(self, base_url: str, api_key: str) -> bool:
        """Return whether it was made for this host and key."""
        return (self.base_url, self._api_key) == (base_url.rstrip("/"), api_key)

    def close(self) -> None:
        """Close the session's connections."""
        self._session.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """GET a path below the API's root; see `_send` for the answer."""
        return self._send("GET", self._url(path), headers=HEADERS, params=params)

    def write(self, method: str, path: str, body: Any = None) -> Any:
        """POST, PUT or DELETE with a JSON body; see `_send` for the answer."""
        data = None if body is None else strict_json.dumps(body)
        try:
            return self._send(method, self._url(path), headers=JSON_HEADERS, data=data)
        except RejectedError as error:
            error.sent = body
            raise

    def upload(
        self,
        path: str,
        files: Mapping[str, Any],
        fields: Mapping[str, str],
        params: Mapping[str, str],
    ) -> Any:
        """POST a multipart form; see `_send` for the answer."""
        form = {"files": files, "data": fields, "params": params}
        return self._send("POST", self._url(path), headers=HEADERS, **form)

    def pages(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[list[Any]]:
        """Yield the results of a list page by page.

        Raises ServerError for an answer that is no page, leads in a circle or out of the API, and
        for a list that does not end.
        """
        until = time.monotonic() + LONGEST_LIST
        page = self.page(path, params)
        read, pages = len(page.items), 1
        yield page.items
        while page.next:
            if read > LIST_LIMIT or pages >= PAGES_LIMIT or time.monotonic() > until:
                raise ServerError(200, f"answered with a list that does not end ({read} items)")
            try:
                page = self.next_page(page.next)
            except NotFoundError:  # User.com's last `next` may lead nowhere
                return
            read, pages = read + len(page.items), pages + 1
            yield page.items

    def page(self, path: str, params: Mapping[str, Any] | None = None) -> RawPage:
        """Return the first page of a list. Raises ServerError for an answer that is none."""
        url = self._url(path)
        try:
            answer = self._send("GET", url, headers=HEADERS, params=params)
        except NotFoundError:
            raise UnservedError(404, "does not serve the list asked for") from None
        return self._page(url, answer, Progress())

    def next_page(self, url: str) -> RawPage:
        """Return the page that another one names as its next.

        Raises NotFoundError where there is none: the list is at its end, or the address has
        expired. Raises ServerError where the pages read so far have fewer items than the count
        that User.com has named.
        """
        url = self._own_url(self.base_url, url)
        before = self._progress.pop(url, None)  # None: another client has begun this list
        try:
            answer = self._send("GET", url, headers=HEADERS)
        except (NotFoundError, UnservedError) as error:
            if error.status != 404:
                raise
            if before is None or before.of is None:
                self._end(error)
            if before.items < before.of:
                raise ServerError(404, "broke off a list") from None
            raise NotFoundError from None
        return self._page(url, answer, before)

    def _end(self, error: UsercomError) -> NoReturn:
        """Raise NotFoundError where the list may be at its end, the error where a proxy sent it."""
        if isinstance(error, UnservedError) and self._serves_others():
            raise NotFoundError from None
        raise error

    def _page(self, url: str, answer: Any, before: Progress | None) -> RawPage:
        items = results(answer)
        about = answer if isinstance(answer, dict) else {}
        following, count = about.get("next"), about.get("count")
        page = RawPage(
            items,
            self._own_url(url, following) if following else None,
            count if isinstance(count, int) else None,
        )
        if page.next:
            self._refuse_circle(url, page.next)
        if page.next and before:
            self._progress[page.next] = before.after(page)
        return page

    def _refuse_circle(self, url: str, following: str) -> None:
        """Raise ServerError where the page that follows was read already, or there is no end.

        The pages of a list are numbered as they are read; the number of the next is always higher.
        """
        places = self._places  # another thread may begin a list meanwhile
        if url not in places:  # the first page of a list, or of the rest of one
            places = self._places = {url: 0}
        place = places[url]
        if places.setdefault(following, place + 1) <= place:
            raise ServerError(200, "answered with pages that lead in a circle")
        if place >= ENDLESS:
            raise ServerError(200, "answered with pages without end")

    def _url(self, path: str) -> str:
        return f"{self.base_url}{API_ROOT}{path}"

    def _own_url(self, current: str, following: str) -> str:
        """Return the address of the next page below our own `base_url`.

        User.com behind a proxy names itself: "https://10.0.0.7/api/public/users/?page=2" is asked
        of `base_url`. Raises ServerError for an address outside the API.
        """
        try:
            target = urlsplit(urljoin(current, str(following)))
        except ValueError:
            raise ServerError(200, "answered with a next page that is no address") from None
        _before, root, path = target.path.partition(f"{API_ROOT}/")
        if not root or ".." in unquote(path).split("/"):
            raise ServerError(200, "answered with a next page outside its API, which is not asked")
        return urlunsplit(("", "", self._url(f"/{path}"), target.query, ""))

    def _send(self, method: str, url: str, **request: Any) -> Any:
        """Return the parsed JSON of the answer, None for an empty one.

        Raises a class of `errors` for everything else. Nothing is retried and no redirect followed.
        """
        response, body = self._exchange(method, url, **request)
        return self._parse(response, body)

    def _exchange(self, method: str, url: str, **request: Any) -> tuple[requests.Response, bytes]:
        """Return the answer, whatever it says. Raises UnreachableError where none comes in time."""
        deadline = Deadline(self._longest)
        try:
            # All is prepared before the throttle's turn, so that the call leaves at once after it.
            prepared = self._session.prepare_request(
                requests.Request(method, url, auth=self._authorize, **request)
            )
            options = self._session.merge_environment_settings(url, {}, True, None, None)
            call = self._throttle.acquire()
            with (
                deadline,
                self._session.send(
                    prepared, timeout=self._timeout, allow_redirects=False, **options
                ) as response,
            ):
                self._throttle.answered(call)
                self._throttle.remote_clock.observe(response.headers.get("Date"))
                body = read_body(response)
        except (requests.RequestException, HTTPError) as error:
            # The error's own text would name the URL, and with it a person's e-mail address.
            cause = "too slow an answer" if deadline.is_over else type(error).__name__
            raise UnreachableError(cause, is_unsent=_is_unsent(error)) from None
        if deadline.is_over:  # a body without a length just ends where the deadline cut it off
            raise UnreachableError("too slow an answer")
        return response, body

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the key as requests' auth, which keeps a .netrc from replacing it."""
        request.headers["Authorization"] = f"Token {self._api_key}"
        return request

    def _parse(self, response: requests.Response, body: bytes) -> Any:
        status = response.status_code
        if status == 401:
            raise InvalidKeyError
        if status in (402, 403):
            self._deny(response, body)
        if status == 429:
            self._refuse_for_now(response)
        if 300 <= status < 400:
            raise ServerError(status, "redirected the call; check the system name")
        if status >= 500:
            self._throttle.pause(retry_after(response.headers) or 0.0)
            raise ServerError(status)
        answer = self._read_404(response, body) if status == 404 else read_json(response, body)
        if status >= 400:
            self._reject(status, answer)
        return answer

    def _read_404(self, response: requests.Response, body: bytes) -> Any:
        """Return what the API says. How it words this is not documented, so it may be HTML.

        Where it serves others, such a page is about this record; else a proxy has sent it for all.
        """
        try:
            return read_json(response, body)
        except UnservedError:
            path = urlsplit(str(response.request.url)).path
            if not (OF_RECORD.search(path) and self._serves_others()):
                raise
        return None

    def _serves_others(self) -> bool:
        try:
            response, body = self._exchange("GET", self._url("/attributes/"), headers=HEADERS)
            return response.status_code == 200 and isinstance(
                results(read_json(response, body)), list
            )
        except RetryableError:
            return False

    def _refuse_for_now(self, response: requests.Response) -> NoReturn:
        asked = retry_after(response.headers)
        seconds = 1.0 if asked is None else asked
        self._throttle.pause(seconds)
        raise ThrottledError(seconds)

    def _deny(self, response: requests.Response, body: bytes) -> NoReturn:
        """Raise the error of a 402 or 403.

        It is about the API key (or an unpaid plan) where User.com answers so in JSON, or answers
        so to a call that concerns nobody, too. Else a firewall has refused this one call.
        """
        status = response.status_code
        is_for_key = status == 403 and isinstance(_read_json_or_none(response, body), dict)
        if is_for_key or self._denies_all(str(response.request.method), status):
            raise ForbiddenError if status == 403 else PaymentError
        raise UnservedError(status, "or a firewall before it refused this call and not others")

    def _denies_all(self, method: str, status: int) -> bool:
        """Whether a call of this method that concerns nobody gets the same status."""
        nothing = ("GET", "/attributes/", None) if method == "GET" else ("PUT", "/users/0/", "{}")
        try:
            method, path, data = nothing
            response, _body = self._exchange(
                method, self._url(path), headers=JSON_HEADERS, data=data
            )
        except RetryableError:
            return False
        return response.status_code == status

    def _reject(self, status: int, answer: Any) -> NoReturn:
        details = storable(_details(answer)).replace(self._api_key, "***")[:DETAILS_LIMIT]
        if status == 404:
            raise NotFoundError(details)
        if status in NOT_NOW:
            raise NotNowError(status, details)
        raise RejectedError(status, details, _fields_named(answer))


def _is_unsent(error: Exception) -> bool:
    """Whether there was no connection that the call could have been sent on."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    unconnected = (requests.ConnectTimeout, requests.exceptions.SSLError)
    return isinstance(error, unconnected) or isinstance(reason, NewConnectionError)


def _read_json_or_none(response: requests.Response, body: bytes) -> Any:
    try:
        return read_json(response, body)
    except ServerError:
        return None


def _fields_named(answer: Any) -> list[str]:
    """Return what the messages of an error are called by: ["email"] of {"errors": {"email": …}}."""
    messages = answer.get("errors", answer) if isinstance(answer, dict) else None
    return [str(name) for name in messages] if isinstance(messages, dict) else []


def _details(answer: Any, depth: int = DETAILS_DEPTH) -> str:
    """Return the text of an error, whose JSON has `detail`, `errors` or messages by field."""
    if depth == 0:
        return "…"
    if isinstance(answer, dict):
        for key in ("detail", "errors"):
            if key in answer:
                return _details(answer[key], depth - 1)
        return "; ".join(f"{key}: {_details(value, depth - 1)}" for key, value in answer.items())
    if isinstance(answer, list):
        return ", ".join(_details(item, depth - 1) for item in answer)
    return "no reason given" if answer in (None, "") else str(answer)
