"""However often User.com calls: one row waits for a user, holds little, and forgets no "no"."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase

from odoo.addons.usercom_connector.services.inbox.prompts import Prompts
from odoo.addons.usercom_connector.services.queue.claims import InboxClaims
from odoo.addons.usercom_connector.services.reconciliation.user_list import last_prompt

from .common import UsercomCase


class TestRows(UsercomCase, HttpCase):
    def call(self, at="2026-02-01T07:27:44.000000+00:00", user_id=7, **user):
        body = {"path": 1, "timestamp": at, "extra": {}, "user": {"id": user_id, **user}}
        headers = {"X-Usercom-Token": self.backend.webhook_token}
        answer = self.url_open("/usercom/webhook", data=json.dumps(body), headers=headers)
        self.assertEqual(answer.status_code, 200)
        return self.rows()[:1]

    def rows(self):
        self.env.invalidate_all()
        return self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)])

    def test_a_later_call_about_a_user_who_waits_updates_the_row(self):
        self.call(phone_number="1")
        row = self.call("2026-02-01T08:00:00+00:00", phone_number="2")
        self.assertEqual(row.payload["user"]["phone_number"], "2")
        late = self.call("2026-02-01T07:00:00+00:00", phone_number="0")
        self.assertEqual(late.payload["user"]["phone_number"], "2")
        self.call(user_id=8)
        self.assertEqual(sorted(self.rows().mapped("external_id")), [7, 8])

    def test_a_call_while_the_row_is_worked_on_waits_in_a_second_one(self):
        row = self.call()
        claimed = InboxClaims(self.backend).claim(0)
        self.assertEqual(claimed, row)
        self.call()
        self.assertEqual(len(self.rows()), 2)
        self.call()
        self.assertEqual(len(self.rows()), 2)

    def test_a_no_in_any_of_the_calls_is_kept(self):
        self.call("2026-02-01T08:00:00+00:00", email_consent=False)
        row = self.call("2026-02-01T09:00:00+00:00", phone_number="2")
        self.assertEqual(row.priority, 1)
        self.assertEqual(row.consents["email_consent"]["said"], "no")
        row = self.call("2026-02-01T08:30:00+00:00", email_consent=True)
        self.assertEqual(row.consents["email_consent"]["said"], "yes")
        row = self.call("2026-02-01T08:30:00+00:00", email_consent=False)
        self.assertEqual(row.consents["email_consent"]["said"], "no")

    def test_only_values_of_mapped_attributes_are_stored(self):
        listed = [{"name": "Secret", "value": 1}, {"name": "email consent", "value": True}]
        row = self.call(phone_number="1", secret="x", attributes=listed)
        self.assertEqual(
            row.payload["user"], {"id": 7, "phone_number": "1", "attributes": [listed[1]]}
        )
        self.assertNotIn("path", row.payload)

    def test_of_a_call_with_too_much_only_the_prompt_and_the_no_are_kept(self):
        user_id = self.person(phone_number="123456789")
        row = self.call(user_id=user_id, phone_number="1" * 17_000, email_consent=False)
        self.assertEqual(row.payload, {"timestamp": "2026-02-01T07:27:44.000000+00:00"})
        self.assertEqual(row.consents["email_consent"]["said"], "no")
        self.drain()
        self.assertEqual(self.found().phone, "123456789")

    def test_a_call_that_comes_while_a_list_is_read_is_not_settled_by_that(self):
        row = self.call()
        newest = last_prompt(self.env)
        self.call()
        users = [type("U", (), {"id": 7, "custom_id": None, "email": None})]
        prompts = Prompts(self.backend)
        self.assertFalse(prompts.about(users, newest))
        newest = last_prompt(self.env)
        self.assertEqual(prompts.about(users, newest), {7: row})

    def test_what_finished_calls_brought_is_forgotten_after_hours(self):
        row = self.call(phone_number="1")
        row._finish()
        self.backend.payload_hours = 24
        for hours, is_kept in ((23, True), (25, False)):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE usercom_inbox SET write_date = %s",
                [fields.Datetime.now() - timedelta(hours=hours)],
            )
            self.env["usercom.inbox"]._gc_payloads()
            self.assertEqual(bool(self.rows().payload), is_kept)
        self.assertTrue(self.backend.webhook_last_call)
