"""What a monitor is told over HTTP, and what it is not."""

from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase
from odoo.tools import SQL, mute_logger

from odoo.addons.usercom_connector.services.account.account_status import AccountStatus
from odoo.addons.usercom_connector.services.account.health import health, is_moving

from .common import UsercomCase


class TestHealth(UsercomCase, HttpCase):
    def ask(self, token=None):
        headers = {"X-Usercom-Token": token} if token else {}
        answer = self.url_open("/usercom/health", headers=headers)
        return answer.status_code, answer.json()

    def fail_a_row(self):
        self.contact(email="jan@example.org")
        self.env.cr.flush()
        rows = self.env["usercom.outbox"].search([("backend_id", "=", self.backend.id)])
        rows._fail("told so")

    def test_all_is_well(self):
        self.assertEqual(self.ask(), (200, {"status": "ok"}))

    def test_no_account_is_nothing_to_worry_about(self):
        self.backend.unlink()
        self.assertEqual(self.ask(), (200, {"status": "ok"}))

    def test_an_account_that_stopped_by_itself_is_critical(self):
        self.backend._pause("User.com does not accept the API key.")
        self.assertEqual(self.ask(), (503, {"status": "critical"}))

    def test_a_pause_by_hand_is_no_alarm(self):
        self.backend.action_pause()
        self.assertEqual(self.ask(), (200, {"status": "ok"}))

    def test_a_job_that_does_not_run_is_critical(self):
        cron = self.backend.cron_id
        cron.nextcall = fields.Datetime.now() - timedelta(minutes=14)
        self.assertEqual(self.ask()[0], 200)
        cron.nextcall = fields.Datetime.now() - timedelta(minutes=16)
        self.assertEqual(self.ask()[0], 503)
        cron.write({"nextcall": fields.Datetime.now(), "active": False})
        self.assertEqual(self.ask()[0], 503)

    def test_a_job_that_fails_each_time_is_critical(self):
        self.backend.cron_id.code = "raise UserError('a broken addon')"
        for failures, status in ((1, 200), (2, 200), (3, 503)):
            with mute_logger("odoo.addons.base.models.ir_cron"):
                self.drain()
            self.assertEqual(self.backend.cron_id.failure_count, failures)
            self.assertEqual(self.ask()[0], status)
        self.assertIn("failed 3 times in succession", health(self.backend)["problems"][0])

    def test_the_webhook_token_opens_the_details(self):
        self.fail_a_row()
        status, report = self.ask(self.backend.webhook_token)
        self.assertEqual((status, report["status"]), (200, "attention"))
        self.assertEqual((report["state"], report["waiting"], report["failed"]), ("running", 0, 1))
        self.assertEqual(report["problems"], ["Failed entries: 1."])

    def test_a_wrong_token_opens_nothing(self):
        self.fail_a_row()
        self.assertEqual(self.ask("wrong"), (200, {"status": "ok"}))

    def test_as_long_as_something_is_settled_the_alarm_reads_no_queue(self):
        """However long the queues are: only small tables are looked at."""
        self.env["usercom.statistic"]._count(self.backend, "sent", 1)
        self.resumed(3)
        self.env.invalidate_all()
        with self.assertQueriesContain([*["usercom_backend"] * 2, "ir_cron", "usercom_statistic"]):
            self.assertTrue(is_moving(self.env))

    def resumed(self, minutes):
        """The account was resumed so many minutes ago."""
        self.age("usercom_backend", "write_date", minutes)

    def age(self, table, column, minutes):
        self.env.cr.flush()
        moment = fields.Datetime.now() - timedelta(minutes=minutes)
        self.env.cr.execute(
            SQL("UPDATE %s SET %s = %s", SQL.identifier(table), SQL.identifier(column), moment)
        )
        self.env.invalidate_all()

    def test_rows_that_nobody_works_off_are_critical_within_two_minutes(self):
        for table, fill in (
            ("usercom_outbox", lambda: self.contact(email="jan@example.org")),
            ("usercom_inbox", lambda: self.put(id=7)),
        ):
            with self.subTest(table):
                fill()
                self.age(table, "create_date", 3)
                self.resumed(1)
                self.assertEqual(self.ask()[0], 200)
                self.resumed(3)
                self.assertEqual(self.ask()[0], 503)
                self.age(table, "create_date", 1)
                self.assertEqual(self.ask()[0], 200)
                self.age(table, "create_date", 3)
                self.age(table, "claimed_at", 3)  # its worker is no more
                self.assertEqual(self.ask()[0], 503)
                self.age(table, "claimed_at", 1)
                self.assertEqual(self.ask()[0], 200)
                self.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))

    def test_what_moves_or_waits_for_its_time_is_no_alarm(self):
        self.contact(email="jan@example.org")
        self.age("usercom_outbox", "create_date", 600)
        self.resumed(600)
        self.env["usercom.statistic"]._count(self.backend, "calls", 1)  # which came to nothing
        self.env.cr.flush()
        self.assertIn("none was sent", AccountStatus(self.backend).alarm)
        self.env["usercom.statistic"]._count(self.backend, "sent", 1)
        self.env.cr.flush()
        self.assertFalse(AccountStatus(self.backend).alarm)
        self.age("usercom_statistic", "write_date", 3)
        self.assertTrue(AccountStatus(self.backend).alarm)
        self.age("usercom_outbox", "next_attempt_at", -5)
        self.assertFalse(AccountStatus(self.backend).alarm)
        self.age("usercom_outbox", "next_attempt_at", 3)
        self.assertTrue(AccountStatus(self.backend).alarm)
        self.backend.action_pause()
        self.resumed(600)
        self.assertFalse(AccountStatus(self.backend).alarm)
