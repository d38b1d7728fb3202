"""Whatever the webhook is sent, no answer is a 5xx and the queue is empty in the end.

USERCOM_FUZZ_BODIES=20000 sends so many bodies.
"""

import json
import os
import random

from odoo.tests import HttpCase
from odoo.tools import mute_logger

from .common import UsercomCase

BODIES = int(os.environ.get("USERCOM_FUZZ_BODIES", "400"))
RUNS = 5  # of the drain, each of which ends after 45 s
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
)
RAW = (
    b"",
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
    """Makes bodies up, the same ones each time."""

    def __init__(self):
        self._random = random.Random(16)

    def body(self):
        if self._random.random() < 0.1:
            return self._random.choice(RAW)
        payload = {name: self._block() for name in ("user", "extra")}
        payload["timestamp"] = self._random.choice(("2026-02-01T07:27:44+00:00", self._value(2)))
        return json.dumps(payload).encode()

    def kind(self):
        return self._random.choice(KINDS)

    def _block(self):
        if self._random.random() < 0.1:
            return self._value(3)
        names = self._random.sample(NAMES, self._random.randrange(6))
        named = {"id": self._random.randrange(1, 500)} if self._random.random() < 0.5 else {}
        return {name: self._value(3) for name in names} | named

    def _value(self, levels):
        pick = self._random.random()
        if levels and pick < 0.15:
            return [self._value(levels - 1) for _n in range(self._random.randrange(4))]
        if levels and pick < 0.3:
            return {name: self._value(levels - 1) for name in self._random.sample(NAMES, 2)}
        return self._random.choice(TEXTS if pick < 0.7 else NUMBERS)


class TestFuzz(UsercomCase, HttpCase):
    def test_whatever_comes_the_queue_is_empty_in_the_end(self):
        self.backend.webhook_rate_limit = 0
        junk, statuses = Junk(), set()
        for believed in (True, False):
            self.backend.use_webhook_values = believed
            statuses |= {self.send(junk) for _time in range(BODIES // 2)}
            self.work_off()
            self.assertNotIn("pending", self.left())
        self.assertEqual(statuses, {200, 400})

    def send(self, junk):
        """The status of the answer to a further body."""
        token = {"X-Usercom-Token": self.backend.webhook_token, "Content-Type": junk.kind()}
        body = junk.body() or b" "
        return self.url_open("/usercom/webhook", data=body, headers=token).status_code

    def work_off(self):
        """Drain as the cron does, which comes back as long as something waits."""
        with mute_logger("odoo.sql_db"):
            for _run in range(RUNS):
                self.drain()
                if "pending" not in self.left():
                    return

    def left(self):
        """The states of all rows that the calls have left."""
        rows = self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)])
        return set(rows.mapped("state"))
