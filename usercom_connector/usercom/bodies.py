"""Read the body of an answer and parse its JSON, both within limits."""

from __future__ import annotations

from typing import Any

import requests
from urllib3.exceptions import ProtocolError

from . import strict_json
from .errors import ServerError, UnservedError

BODY_LIMIT = 20 * 2**20
COMMAS_LIMIT = 10**6  # the lists of "[[],[],[],…" take many times the memory of their text
DEPTH_LIMIT = 64
CHUNK = 2**16


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
