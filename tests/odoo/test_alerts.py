"""Alerts: one activity for each manager when something begins to go wrong, gone when mended."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from .common import UsercomCase

MANAGER = "usercom_connector.group_usercom_manager"


class AlertCase(UsercomCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(self.env, "manager", groups=MANAGER)
        self.env.cr.flush()
        self.waiting(self.manager.partner_id).unlink()

    def check(self):
        """Let the job that looks for alerts run."""
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            self.env.ref("usercom_connector.ir_cron_check_alerts").method_direct_trigger()

    def alerts(self, user=None):
        """The summaries of the alerts that a manager has."""
        self.backend.invalidate_recordset()
        mine = self.backend.activity_ids.filtered(lambda a: a.user_id == (user or self.manager))
        return [activity.activity_type_id.summary for activity in mine]


class TestPaused(AlertCase):
    def refused_key(self):
        self.simulator.settings(keys={})
        self.contact(email="jan@example.org")
        self.drain()

    def test_a_pause_is_told_once_and_ends_with_the_pause(self):
        self.refused_key()
        self.assertEqual(self.alerts(), ["User.com is paused"])
        self.drain()
        self.check()
        self.assertEqual(self.alerts(), ["User.com is paused"])
        self.simulator.reset()
        self.backend.action_authenticate()
        self.assertEqual(self.alerts(), [])

    def test_running_again_ends_it_too(self):
        self.refused_key()
        self.backend.action_run()
        self.assertEqual(self.alerts(), [])

    def test_it_says_why(self):
        self.refused_key()
        self.assertIn("does not accept the API key", self.backend.activity_ids[0].note)

    def test_a_pause_by_hand_is_no_alert(self):
        self.backend.action_pause()
        self.assertEqual(self.alerts(), [])

    def test_each_manager_of_the_company_is_told_and_nobody_else(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        companies = {"company_id": elsewhere.id, "company_ids": [(6, 0, elsewhere.ids)]}
        stranger = new_test_user(self.env, "stranger", groups=MANAGER, **companies)
        user = new_test_user(self.env, "user", "usercom_connector.group_usercom_user")
        self.refused_key()
        self.assertTrue(self.alerts(self.env.ref("base.user_admin")))
        self.assertFalse(self.alerts(stranger) + self.alerts(user))


class TestFailures(AlertCase):
    WORDS = "Much of what goes to or comes from User.com fails"

    def settled(self, done, failed):
        """So many contacts are sent, and so many refused."""
        for number in range(failed):
            self.contact(email=f"no{number}@example.org")
        refusal = {"kind": "status", "status": 400, "method": "POST"}
        self.simulator.fault(**refusal, count=failed, body={"detail": "No."})
        self.drain()
        for number in range(done):
            self.contact(email=f"yes{number}@example.org")
        self.drain()
        return self.env["usercom.outbox"].search([("state", "=", "failed")])

    def test_a_large_share_is_told_once_and_ends_when_it_is_mended(self):
        rows = self.settled(done=18, failed=2)
        self.assertEqual(len(rows), 2)
        self.check()
        self.check()
        self.assertEqual(self.alerts(), [self.WORDS])
        rows.action_retry()
        self.drain()
        self.check()
        self.assertEqual(self.alerts(), [])

    def test_a_small_share_is_none(self):
        self.settled(done=18, failed=2)
        self.backend.failure_alert_share = 10.1
        self.check()
        self.assertEqual(self.alerts(), [])

    def test_few_rows_are_none(self):
        self.settled(done=1, failed=18)
        self.check()
        self.assertEqual(self.alerts(), [])

    def test_what_is_older_than_a_day_is_none(self):
        rows = self.settled(done=18, failed=2)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE usercom_outbox SET write_date = write_date - interval '25 hours'"
            " WHERE id = ANY(%s)",
            [rows.ids],
        )
        self.check()
        self.assertEqual(self.alerts(), [])

    def test_it_can_be_switched_off(self):
        self.settled(done=18, failed=2)
        self.backend.failure_alert_share = 0
        self.check()
        self.assertEqual(self.alerts(), [])

    def test_shares_are_from_nothing_to_all(self):
        with self.assertRaisesRegex(ValidationError, "0 to 100 %"):
            self.backend.failure_alert_share = 101


class TestSilentWebhook(AlertCase):
    WORDS = "User.com changed but has not called the webhook"

    def setUp(self):
        super().setUp()
        self.friend = self.synced(email="jan@example.org", phone="111111111")
        self.called(hours_ago=30)

    def called(self, hours_ago=0):
        """User.com called the webhook so many hours ago."""
        keys = {"id": self.binding(self.friend).external_id}
        row = self.stored_call({"extra": keys})
        self.drain()
        self.env.cr.execute(
            "UPDATE usercom_inbox SET create_date = create_date - %s * interval '1 hour'"
            " WHERE id = %s",
            [hours_ago, row.id],
        )
        self.env.invalidate_all()

    def changed(self, phone="222222222"):
        user_id = self.binding(self.friend).external_id
        self.simulator.patch_user(user_id, phone_number=phone)

    def reconciled(self):
        earlier = fields.Datetime.now() - timedelta(hours=2)
        sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
        sweep.write({"started_at": earlier, "read_until": earlier})
        self.drain()
        self.check()

    def test_a_change_without_a_call_is_told_once_and_ends_with_the_next_call(self):
        self.changed()
        self.reconciled()
        self.assertEqual(self.friend.phone, "222222222")
        self.reconciled()
        self.assertEqual(self.alerts(), [self.WORDS])
        self.called()
        self.check()
        self.assertEqual(self.alerts(), [])

    def test_a_new_person_is_a_change(self):
        self.person()
        self.reconciled()
        self.assertEqual(self.alerts(), [self.WORDS])

    def test_what_odoo_itself_has_changed_is_none(self):
        self.friend.phone = "333333333"
        self.drain()
        self.reconciled()
        self.assertEqual(self.alerts(), [])

    def test_what_a_waiting_call_told_of_is_none(self):
        self.changed()
        self.put(id=self.binding(self.friend).external_id)
        self.reconciled()
        self.assertEqual(self.alerts(), [])

    def test_a_call_within_the_chosen_time_is_enough(self):
        self.backend.webhook_alert_hours = 31
        self.changed()
        self.reconciled()
        self.assertEqual(self.alerts(), [])

    def test_a_change_before_the_last_call_is_none(self):
        self.changed()
        self.reconciled()
        self.env["usercom.sweep"]._of(self.backend, "reconcile").missed_at -= timedelta(hours=31)
        self.check()
        self.assertEqual(self.alerts(), [])

    def test_it_can_be_switched_off(self):
        self.changed()
        self.reconciled()
        self.backend.webhook_alert_hours = 0
        self.check()
        self.assertEqual(self.alerts(), [])
