"""One API request, as the handlers see it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .attributes import USER
from .errors import ApiError, InvalidError
from .naming import user_view
from .store import User
from .values import read_json
from .write import Changes

if TYPE_CHECKING:
    from .account import Account


@dataclass
class Call:
    """A request to an account; `version` is "v1" or "v2"."""

    account: "Account"
    request: Request
    raw: bytes
    version: str = "v1"

    @property
    def params(self) -> dict[str, Any]:
        return self.request.path_params

    @property
    def query(self) -> Any:
        return self.request.query_params

    @cached_property
    def body(self) -> dict[str, Any]:
        """The JSON object, or form, that was sent; raises a 400."""
        if self._is_form():
            return dict(parse_qsl(self.raw.decode(), keep_blank_values=True))
        try:
            body = read_json(self.raw)
        except ValueError as error:
            raise ApiError(400, f"JSON parse error - {error}") from None
        if not isinstance(body, dict):
            raise ApiError(400, "Expected a JSON object.")
        return body

    def _is_form(self) -> bool:
        kind = self.request.headers.get("content-type", "")
        is_form = kind.startswith("application/x-www-form-urlencoded")
        return is_form and self.account.settings.form_bodies

    def user(self) -> User:
        """Return the user that the path names, of either id family; raise a 404."""
        if "custom_id" in self.params:
            return self.account.users.by_custom_id(self.params["custom_id"])
        return self.account.users.get(self.params["id"])

    def changes(self, body: dict[str, Any] | None = None, content_type: str = USER) -> Changes:
        """Return what a body, by default the request's, asks to change; raise InvalidError."""
        reader = self.account.reader(content_type=content_type)
        return reader.read(self.body if body is None else body, self.version)

    @property
    def fires(self) -> bool:
        """Whether this call's changes trigger automations."""
        return self.account.settings.api_writes_trigger

    def user_response(self, user: User, status: int = 200) -> Response:
        return JSONResponse(user_view(self.account, user, self.version), status)

    def setter_response(self, user: User) -> Response:
        if self.account.settings.setter_body == "empty":
            return Response()
        return self.user_response(user)

    def deleted(self) -> Response:
        """Answer a deletion."""
        if self.account.settings.delete_status == 204:
            return Response(status_code=204)
        return JSONResponse({})

    def check_removal(self) -> None:
        """Refuse a removal by the method that the switch rules out."""
        allowed = self.account.settings.removal_method
        if allowed not in ("both", self.request.method):
            raise ApiError(405, f'Method "{self.request.method}" not allowed.')

    def member(self, name: str, kind: type) -> Any:
        """Return a member of the body; raise a 400 when it is missing or of another type."""
        value = self.body.get(name)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise InvalidError({name: "This field is required."})
        return value
