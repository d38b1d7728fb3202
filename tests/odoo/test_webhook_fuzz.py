"""Whatever the webhook is sent, no answer is a 5xx and the queue is empty in the end.

Thousands are sent to a real server by `make chaos ARGS=bodies=20000` (tests/chaos/test_bodies.py).
"""

from odoo.tests import HttpCase
from odoo.tools import mute_logger

from tests.junk import Junk

from .common import UsercomCase

BODIES = 400
RUNS = 5  # of the drain, each of which ends after 45 s


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
        return self.url_open("/usercom/webhook", data=junk.body(), headers=token).status_code

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
