"""A push and a read of one contact do not overlap, whatever the call names the person by."""

from odoo.addons.usercom_connector.services.importer import Importer
from odoo.addons.usercom_connector.services.queue.claims import (
    NEWEST_ID,
    InboxClaims,
    OutboxClaims,
    Task,
)
from odoo.addons.usercom_connector.usercom import User
from odoo.addons.usercom_connector.usercom.pushed import Pushed

from .common_consents import ConsentCase


class TestOverlap(ConsentCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")
        self.binding(self.jan).custom_id = "shop-7"
        self.names = (
            {"id": self.binding(self.jan).external_id},
            {"custom_id": "shop-7"},
            {"email": "JAN@example.org"},
        )

    def pushed(self):
        """The contact's row, waiting to be sent."""
        self.jan.phone = f"+48 {self.env['usercom.outbox'].search_count([])}"
        self.env.cr.flush()
        return self.waiting(self.jan)

    def claim(self, queue):
        if queue == "usercom.inbox":
            return InboxClaims(self.backend).claim(0)
        return OutboxClaims(self.backend).claim(0, NEWEST_ID)

    def test_a_push_waits_for_the_call_about_its_contact(self):
        row = self.pushed()
        for names in self.names:
            with self.subTest(names):
                call = self.put(**names)
                self.assertFalse(self.claim("usercom.outbox"))
                call.unlink()
        self.put(email="ewa@example.org", custom_id="shop-8")
        self.assertEqual(self.claim("usercom.outbox"), row)

    def test_a_call_waits_for_the_push_of_its_contact(self):
        self.pushed()
        row = self.claim("usercom.outbox")
        calls = [self.put(**names) for names in self.names]
        other = self.put(email="ewa@example.org", custom_id="shop-8")
        self.assertEqual(self.claim("usercom.inbox"), other)
        row._finish()
        self.env.flush_all()
        self.assertEqual(self.claim("usercom.inbox"), other.concat(*calls) - other)

    def test_a_withdrawal_hurries_the_call_however_it_names_its_contact(self):
        calls = [self.put(**names) for names in self.names]
        other = self.put(email="ewa@example.org")
        self.env["usercom.outbox"]._prioritize(self.jan.ids)
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual([call.priority for call in calls], [1, 1, 1])
        self.assertEqual(other.priority, 0)

    def test_what_was_agreed_on_during_a_push_stays_agreed_on(self):
        row = self.pushed()
        [task] = row._tasks(self.backend)
        user_id = self.binding(self.jan).external_id
        self.simulator.patch_user(user_id, email_consent=False)
        user = User.from_json(self.simulator.user(user_id) | {"email_consent": False})
        Importer(self.backend).merge_contact(self.jan, user)
        merged = task.job.changes() and task.job.sent().merge
        row._settle(Task(row, task.job), Pushed(merged, user))
        base = self.binding(self.jan).base
        self.assertIs(base["email_consent"], False)
        self.assertEqual(base["phone_number"], self.jan.phone)
