"""Bodies of webhook calls that nobody would send: odd, huge, nested, cut off, of wrong types."""

import json
import random

TEXTS = (
    "",
    "a@b.c",
    "None",
    "{{ email }}",
    "ż" * 300,
    "x" * 10_000,
    "\0",
    "\ud800",
    "7" * 20,
    "id",
)
NUMBERS = (0, -1, 7, 2**31, 2**63, 10**300, 1e308, -0.0, True, False, None)
NAMES = (
    *("id", "custom_id", "user_id", "email", "phone_number", "email_consent", "timestamp"),
    *("attributes", "updated_at", "name", "first_name", "\u0000", "x" * 500),
    *("tags", "segments", "lists", "company", "companies", "events", "deals", "products"),
)
RAW = (
    b" ",
    b"{",
    b"NaN",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"user": {"id": 7, "id": 8}, "user": {"id": 9}}',
    b'{"user": {"id": 7}, "n": 1e999}',
    b'{"user": {"id": 7, "email_consent": ' + b"9" * 4_000 + b"}}",
    b'{"user": {"id": 7, "name": ' + b"[" * 900 + b"]" * 900 + b"}}",
    b'{"user": {"id": 7, "phone_number": "' + b"x" * 1_000_000 + b'"}}',
)
KINDS = ("application/json", "text/plain", "application/x-www-form-urlencoded", "a;;b", "")


class Junk:
    """Makes bodies up, the same ones of the same seed."""

    def __init__(self, seed: int = 16) -> None:
        self._random = random.Random(seed)

    def body(self) -> bytes:
        if self._random.random() < 0.1:
            return self._random.choice(RAW)
        payload = {name: self._block() for name in ("user", "extra")}
        payload["timestamp"] = self._random.choice(("2026-02-01T07:27:44+00:00", self._value(2)))
        return json.dumps(payload).encode()

    def kind(self) -> str:
        """A Content-Type."""
        return self._random.choice(KINDS)

    def _block(self) -> object:
        if self._random.random() < 0.1:
            return self._value(3)
        names = self._random.sample(NAMES, self._random.randrange(6))
        named = {"id": self._random.randrange(1, 500)} if self._random.random() < 0.5 else {}
        return {name: self._value(3) for name in names} | named

    def _value(self, levels: int) -> object:
        pick = self._random.random()
        if levels and pick < 0.15:
            return [self._value(levels - 1) for _n in range(self._random.randrange(4))]
        if levels and pick < 0.3:
            return {name: self._value(levels - 1) for name in self._random.sample(NAMES, 2)}
        return self._random.choice(TEXTS if pick < 0.7 else NUMBERS)
