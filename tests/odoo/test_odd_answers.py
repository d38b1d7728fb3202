"""Answers that are none: edits outlast them, and one contact's firewall stops no account."""

from .common import UsercomCase

HTML = "<html><body>Forbidden</body></html>"


class TestOddAnswers(UsercomCase):
    def answered(self, **fault):
        self.simulator.fault(**{"kind": "status", "method": "PUT", **fault})

    def assert_sent_twice(self, contact):
        """The first time in vain; the same drain waits for the second."""
        user_id = self.binding(contact).external_id
        self.assertEqual(self.calls("PUT").count(f"PUT /users/{user_id}/"), 2)
        self.assertEqual(self.remote(contact)["phone_number"], "600100200")
        self.assertFalse(self.waiting(contact))

    def assert_each_sent_twice(self, *faults):
        """A contact for each fault, all in one drain, so that it waits but once."""
        contacts = [self.synced(email=f"jan{number}@example.org") for number in range(len(faults))]
        self.simulator.clear_journal()
        for contact, fault in zip(contacts, faults, strict=True):
            contact.phone = "600100200"
            self.answered(**fault, path=f"/users/{self.binding(contact).external_id}/", count=1)
        self.drain()
        for contact, fault in zip(contacts, faults, strict=True):
            with self.subTest(**fault):
                self.assert_sent_twice(contact)

    def test_an_edit_that_is_answered_with_nothing_and_not_made_is_sent_again(self):
        self.assert_each_sent_twice(*({"status": 200, "body": body} for body in ({}, [], "")))

    def test_a_firewall_that_dislikes_one_contact_stops_nobody_else(self):
        one, other = self.synced(email="one@example.org"), self.synced(email="other@example.org")
        one.phone, other.phone = "600100200", "600100201"
        user_id = self.binding(one).external_id
        self.answered(status=403, body=HTML, path=f"/users/{user_id}/", count=1)
        self.drain()
        self.assertEqual(self.backend.state, "running")
        self.assertEqual(self.remote(other)["phone_number"], "600100201")
        self.assert_sent_twice(one)

    def test_an_edit_that_is_never_made_fails_and_says_why(self):
        contact = self.synced(email="jan@example.org")
        contact.phone = "600100200"
        row = self.waiting(contact)
        row.retries = 9
        self.answered(status=200, body={}, path="/users/*")
        self.drain()
        self.assertEqual(row.state, "failed")
        self.assertIn("has not made it", row.error)

    def test_a_firewall_that_dislikes_every_call_pauses_the_account(self):
        contact = self.synced(email="jan@example.org")
        contact.phone = "600100200"
        self.answered(status=403, body=HTML)
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.assertTrue(self.waiting(contact))

    def test_payment_that_every_call_requires_pauses_the_account_and_says_so(self):
        contact = self.synced(email="jan@example.org")
        contact.phone = "600100200"
        self.answered(status=402)
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.assertIn("payment", self.backend.pause_reason)
        self.assertTrue(self.waiting(contact))

    def test_what_user_com_refuses_for_now_is_sent_again(self):
        self.assert_each_sent_twice(*({"status": status} for status in (408, 409, 425)))

    def test_a_mass_update_that_is_not_served_is_tried_once_and_each_goes_singly(self):
        self.pair(self.backend, "city", "city")
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(30)]
        )
        self.drain()
        for fault in ({"status": 502}, {"kind": "html", "status": 403}, {"kind": "html"}):
            with self.subTest(fault=fault):
                self.simulator.clear_journal()
                self.answered(**fault, path="/users/mass_update*")
                contacts.city = str(fault)
                self.drain()
                self.assertEqual({self.remote(one)["city"] for one in contacts}, {str(fault)})
                calls = self.calls("PUT /users/mass_update")
                self.assertEqual(len(calls), 1)
                self.simulator.clear_faults()
