"""Who is calling, in which version of the API."""

import re

from starlette.requests import Request

from .errors import ApiError
from .settings import Settings

READING = ("GET", "HEAD", "OPTIONS")
VERSION = re.compile(r";\s*version=([^;,\s]+)")


def authenticate(request: Request, settings: Settings) -> tuple[str, str]:
    """Return the API key and its scope; raise 401."""
    word, _, key = request.headers.get("authorization", "").partition(" ")
    if word != "Token":
        raise ApiError(401, "Authentication credentials were not provided.")
    scope = settings.keys.get(key.strip())
    if scope is None:
        raise ApiError(401, "Invalid token.")
    return key.strip(), scope


def authorize(method: str, scope: str) -> None:
    """Raise 403 when a read only or write only key does the other."""
    allowed = scope in ("read_write", "read" if method in READING else "write")
    if not allowed:
        raise ApiError(403, "You do not have permission to perform this action.")


def version(request: Request, settings: Settings) -> str:
    """Return "v1" or "v2"; raise 406."""
    asked = VERSION.search(request.headers.get("accept", ""))
    found = f"v{asked[1]}" if asked else settings.default_version
    if found not in ("v1", "v2"):
        raise ApiError(406, 'Invalid version in "Accept" header.')
    return found
