"""What User.com has answered about many contacts is stored as quickly as about one."""

from itertools import count

from odoo.addons.usercom_connector.services.account.connection import Connection
from odoo.addons.usercom_connector.services.drain.tasks import Settlement
from odoo.addons.usercom_connector.services.queue.claims import NEWEST_ID, USUAL, OutboxClaims
from odoo.addons.usercom_connector.usercom.jobs import Outcome

from .common import UsercomCase


class TestSettling(UsercomCase):
    def setUp(self):
        super().setUp()
        self.numbers = count(48600100200)
        self.known = self.env["res.partner"].union(
            *(self.contact(name=f"No {n}", email=f"no{n}@example.org") for n in range(10))
        )
        self.drain()

    def queries(self, contacts):
        """How many queries it takes to store what came of an edit of each contact."""
        for contact in contacts:
            contact.phone = str(next(self.numbers))
        self.env.cr.flush()
        rows = OutboxClaims(self.backend).claim(USUAL, NEWEST_ID)
        tasks = rows._tasks(self.backend)
        self.assertEqual(rows.partner_id, contacts)
        with Connection(self.backend).client() as client:
            outcomes = [Outcome(task, task.job.run(client)) for task in tasks]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Settlement(self.backend, client).store(outcomes)
        return self.env.cr.sql_log_count - before

    def test_ten_edits_take_hardly_more_queries_than_one(self):
        self.queries(self.known[:1])
        one = self.queries(self.known[:1])
        more = len(self.known) - 1
        self.assertLess(self.queries(self.known), one + more)
        rows = self.env["usercom.outbox"].search([("partner_id", "in", self.known.ids)])
        self.assertEqual(set(rows.mapped("state")), {"done"})
