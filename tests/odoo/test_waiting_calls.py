"""Calls that nobody works off: told of after a while, forgotten in the end, but for a "no"."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.usercom_connector.services.account.health import health

from .common import UsercomCase

NO = {"timestamp": "2026-02-01T08:00:00+00:00", "extra": {"email_consent": False}}


class TestWaitingCalls(UsercomCase):
    def setUp(self):
        super().setUp()
        self.drain()  # the reconciliation begins
        self.backend.action_pause()

    def call(self, payload=None, **keys):
        return self.stored_call(payload or {"extra": keys}, **keys)

    def age(self, days, table="usercom_inbox"):
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute(SQL("UPDATE %s SET create_date = %s", SQL.identifier(table), moment))
        self.env.invalidate_all()

    def left(self, *rows):
        """Clean up as each night; those of ``rows`` that are left."""
        self.env["usercom.inbox"]._gc_waiting()
        return [row for row in rows if row.exists()]

    def test_what_has_waited_for_half_of_the_time_is_told_of(self):
        self.call(id=7)
        self.call(id=8)
        self.age(14)
        self.assertEqual(health(self.backend)["problems"], ["Paused by hand."])
        self.assertNotIn("calls_waiting", self.backend.dashboard["todo"])
        self.age(16)
        problem = "Calls of User.com that have waited for more than 15 days: 2."
        self.assertIn(problem, health(self.backend)["problems"])
        self.assertEqual(health(self.backend)["level"], "attention")
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.dashboard["todo"]["calls_waiting"], "2")
        self.backend.waiting_days = 0
        self.backend.invalidate_recordset()
        self.assertNotIn(problem, health(self.backend)["problems"])
        self.assertNotIn("calls_waiting", self.backend.dashboard["todo"])

    def test_what_has_waited_for_too_long_is_forgotten(self):
        row = self.call(id=7)
        self.age(29)
        self.assertTrue(self.left(row))
        self.age(31)
        self.backend.waiting_days = 0
        self.assertTrue(self.left(row))
        self.backend.waiting_days = 30
        self.assertFalse(self.left(row))

    def test_a_no_of_somebody_known_is_kept_and_heeded(self):
        linked, named, stranger = (
            self.contact(email=f"{name}@example.org", x_email_consent=True) for name in "abc"
        )
        self.backend.action_run()
        self.drain()
        self.backend.action_pause()
        user_id = self.binding(linked).external_id
        by_id = self.call(NO, id=user_id)
        by_email = self.call(NO, email=named.email)
        unknown, yes = self.call(NO, id=999_999), self.call(id=self.binding(stranger).external_id)
        self.age(31)
        self.assertEqual(self.left(by_id, by_email, unknown, yes), [by_id, by_email])

    def test_what_a_person_asked_for_and_what_is_under_way_is_kept(self):
        contact = self.contact(email="jan@example.org")
        self.env["usercom.inbox"]._queue_by_hand(self.backend, contact)
        by_hand = self.env["usercom.inbox"].search([("partner_id", "=", contact.id)])
        claimed = self.call(id=7)
        claimed.claimed_at = fields.Datetime.now()
        failed = self.call(id=8)
        failed._fail("told so")
        self.age(31)
        self.assertEqual(self.left(by_hand, claimed, failed), [by_hand, claimed, failed])

    def test_all_is_kept_while_user_com_serves_no_reconciliation(self):
        row = self.call(id=7)
        self.age(31)
        sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
        sweep.error = "User.com refused: No."
        self.assertTrue(self.left(row))
        sweep.error = False
        self.assertFalse(self.left(row))

    def test_what_a_forgotten_call_told_of_is_found_when_the_account_goes_on(self):
        contact = self.contact(email="anna@example.org")
        self.backend.action_run()
        self.drain()
        self.backend.action_pause()
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="600100200")
        row = self.call(id=user_id)
        self.age(31)
        self.assertFalse(self.left(row))
        self.backend.action_run()
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.drain()
        self.assertEqual(contact.phone, "600100200")

    def test_the_days_are_no_negative_number(self):
        with self.assertRaises(ValidationError):
            self.backend.waiting_days = -1
