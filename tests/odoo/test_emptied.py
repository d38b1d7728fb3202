"""Where a change empties all that it does not name, it is the last one, and Odoo loses nothing."""

from .common import UsercomCase


class TestEmptied(UsercomCase):
    def setUp(self):
        super().setUp()
        values = {"phone": "1", "x_email_consent": True}
        self.customer = self.synced(name="Jan Kowalski", email="jan@example.org", **values)
        self.other = self.synced(name="Anna Nowak", email="anna@example.org", **values)
        self.simulator.settings(put="replace")

    def test_the_account_pauses_and_tells_why(self):
        self.customer.phone = "2"
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        for part in (str(self.binding(self.customer).external_id), "email", "support"):
            self.assertIn(part, self.backend.pause_reason)
        self.other.phone = "3"
        self.drain()
        self.assertEqual(len(self.calls("PUT")), 1)
        self.assertEqual(len(self.waiting(self.customer)), 1)
        self.assertEqual(self.remote(self.other)["phone_number"], "1")

    def test_what_was_emptied_is_not_emptied_in_odoo(self):
        self.customer.phone = "2"
        self.drain()
        self.simulator.settings(put="partial")
        self.backend.action_authenticate()
        self.receive(id=self.binding(self.customer).external_id)
        self.drain()
        self.assertEqual(self.backend.state, "running")
        self.assertEqual(
            (
                self.customer.name,
                self.customer.email,
                self.customer.phone,
                self.customer.x_email_consent,
            ),
            ("Jan Kowalski", "jan@example.org", "2", True),
        )
        self.assertFalse(self.waiting(self.customer))

    def test_what_a_person_emptied_meanwhile_is_taken_in(self):
        self.simulator.settings(put="partial")
        self.simulator.patch_user(self.binding(self.customer).external_id, phone_number=None)
        self.customer.name = "Jan Nowak"
        self.drain()
        self.assertEqual(self.backend.state, "running")
        self.receive(id=self.binding(self.customer).external_id)
        self.assertFalse(self.customer.phone)
