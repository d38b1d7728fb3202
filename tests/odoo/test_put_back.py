"""A row that waits again and one that an edit has queued since become one."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from odoo.addons.usercom_connector.services.drain import drain as drain_module

from .common import UsercomCase


class TestQueue(UsercomCase):
    def under_way(self, contact):
        """The contact's row, claimed by a drain; the contact is edited once more meanwhile."""
        row = self.waiting(contact)
        row.claimed_at = "2026-01-01"
        contact.phone = "222"
        self.assertEqual(len(self.waiting(contact)), 2)
        return row

    def sent_once(self, contact):
        self.drain()
        self.assertFalse(self.waiting(contact))
        self.assertEqual([user["phone_number"] for user in self.simulator.users()], ["222"])
        self.assertEqual(len(self.calls("POST")), 1)

    def test_what_a_killed_worker_had_claimed(self):
        contact = self.contact(email="jan@example.org", phone="111")
        self.under_way(contact)
        self.sent_once(contact)

    def test_what_has_to_be_tried_again(self):
        contact = self.contact(email="jan@example.org", phone="111")
        self.under_way(contact)._retry_later("User.com has a problem.")
        self.sent_once(contact)

    def test_what_was_pushed_by_hand_stays_so(self):
        contact = self.synced(email="jan@example.org", phone="111")
        self.simulator.delete_user(self.binding(contact).external_id)
        contact.action_usercom_push()
        self.under_way(contact)
        self.sent_once(contact)
        self.assertEqual(contact.usercom_state, "synced")

    def test_what_user_com_wants_later(self):
        contact = self.contact(email="jan@example.org", phone="111")
        self.under_way(contact)._postpone(60)
        self.sent_once(contact)

    def test_what_a_person_retries(self):
        contact = self.contact(email="jan@example.org", phone="111")
        row = self.under_way(contact)
        row._fail("No luck.")
        row.action_retry()
        self.sent_once(contact)

    def test_several_failures_of_one_contact_are_retried_as_one(self):
        contact = self.contact(email="jan@example.org", phone="111")
        self.under_way(contact)
        rows = self.waiting(contact)
        rows._fail("No luck.")
        rows.action_retry()
        self.assertEqual(len(self.waiting(contact)), 1)
        self.sent_once(contact)

    def test_a_broken_connection_is_no_contacts_fault(self):
        contact = self.contact(email="jan@example.org", phone="222")
        row = self.waiting(contact)
        row.retries = 50
        self.simulator.fault(kind="reset", count=1)
        self.drain()
        self.assertEqual(row.state, "pending")
        row.next_attempt_at = False
        self.sent_once(contact)

    def test_a_server_that_always_fails_is_given_up_after_ten_attempts(self):
        contact = self.contact(email="jan@example.org", phone="222")
        row = self.waiting(contact)
        row.retries = 9
        self.simulator.fault(kind="status", status=500, count=1)
        self.drain()
        self.assertEqual(row.state, "failed")

    def test_nor_is_a_server_that_is_down_for_everybody(self):
        contact = self.contact(email="jan@example.org", phone="222")
        row = self.waiting(contact)
        for status in (502, 503, 504):
            row.write({"retries": 50, "next_attempt_at": False})
            self.simulator.fault(kind="html", status=status, count=1)
            self.drain()
            self.assertEqual(row.state, "pending")
            self.assertIn(str(status), row.error)
        row.next_attempt_at = False
        self.sent_once(contact)

    def broken_off(self, row):
        self.simulator.fault(kind="reset", count=1)
        with patch.object(drain_module, "SHORT_WAIT", 0):
            self.drain()
        return row

    def test_after_a_day_of_attempts_it_is_given_up(self):
        contact = self.contact(email="jan@example.org", phone="222")
        row = self.broken_off(self.waiting(contact))
        row.write({"tried_since": row.tried_since - timedelta(hours=25), "next_attempt_at": False})
        self.assertEqual(self.broken_off(row).state, "failed")
        row.action_retry()
        self.assertEqual(self.broken_off(row).state, "pending")

    def test_a_day_of_waiting_before_the_first_attempt_does_not_count(self):
        contact = self.contact(email="jan@example.org", phone="222")
        row = self.waiting(contact)
        self.env.cr.execute(
            "UPDATE usercom_outbox SET create_date = create_date - interval '25 hours'"
        )
        self.env.invalidate_all()
        self.assertEqual(self.broken_off(row).state, "pending")

    def put_off(self):
        """A contact that waits for its next attempt, as its row in the inbox does."""
        contact = self.synced(email="jan@example.org", phone="111")
        contact.phone = "222"
        rows = self.waiting(contact), self.put(id=self.binding(contact).external_id)
        for row in rows:
            row.next_attempt_at = fields.Datetime.now() + timedelta(hours=1)
        return contact, *rows

    def test_a_push_by_hand_does_not_wait(self):
        contact, row, received = self.put_off()
        received.unlink()
        contact.action_usercom_push()
        self.drain()
        self.assertEqual(row.state, "done")

    def test_nor_does_a_withdrawn_consent(self):
        contact, row, received = self.put_off()
        contact.x_email_consent = True
        self.env.cr.flush()
        self.assertTrue(row.next_attempt_at)
        contact.x_email_consent = False
        self.drain()
        self.assertEqual((row.state, received.state), ("done", "done"))
