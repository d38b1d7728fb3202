"""Of two drains of one account only one works, and what one process is told all heed."""

from psycopg2 import connect

from odoo.exceptions import UserError

from odoo.addons.usercom_connector.usercom import throttle

from .common import UsercomCase


class TestDrainLock(UsercomCase):
    def held_elsewhere(self, key=None):
        """A connection of another server, on which a drain of the account is at work."""
        connection = connect(dbname=self.env.cr.dbname)
        self.addCleanup(connection.close)
        key = key or f"usercom drain {self.backend.id}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
        return connection

    def test_a_second_drain_claims_nothing(self):
        contact = self.contact(email="jan@example.org")
        other = self.held_elsewhere()
        self.simulator.clear_journal()
        self.drain()
        self.assertEqual(self.calls(), [])
        self.assertFalse(self.waiting(contact).claimed_at)
        other.close()  # as when its server dies
        self.drain()
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")

    def test_the_lock_is_given_back(self):
        self.synced(email="jan@example.org")
        self.held_elsewhere()

    def test_the_lock_is_given_back_after_a_failure(self):
        self.backend.cron_id.code = f"model.browse({self.backend.id})._drain(); 1 / 0"
        self.contact(email="jan@example.org")
        self.drain()
        self.held_elsewhere()

    def test_while_apps_are_installed_nothing_is_claimed(self):
        contact = self.contact(email="jan@example.org")
        other = self.held_elsewhere("usercom module operation")
        self.simulator.clear_journal()
        self.drain()
        self.assertEqual(self.calls(), [])
        self.assertFalse(self.waiting(contact).claimed_at)
        other.close()
        self.drain()
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")

    def test_another_accounts_drain_is_not_held_up(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.held_elsewhere()
        self.backend = self.account(company, subdomain="other")
        contact = self.synced(email="jan@example.org", company_id=company.id)
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")


class TestSharedHold(UsercomCase):
    REFUSAL = {"kind": "status", "status": 429, "headers": {"retry-after": "120"}}

    def setUp(self):
        super().setUp()
        self.addCleanup(throttle._shared.clear)

    def another_process(self):
        """From now on this process has heard nothing itself."""
        throttle._shared.clear()
        self.simulator.clear_faults()
        self.simulator.clear_journal()

    def test_another_process_makes_no_call_while_the_account_is_held(self):
        self.simulator.fault(**self.REFUSAL, count=1)
        contact = self.synced(email="jan@example.org")
        self.another_process()
        self.contact(email="anna@example.org")
        self.drain()
        with self.assertRaisesRegex(UserError, "call limit"):
            self.backend.action_fetch_attributes()
        self.assertEqual(self.calls(), [])
        self.assertEqual(self.waiting(contact).attempts, 0)

    def test_a_button_that_is_refused_holds_back_the_drains_of_all(self):
        self.simulator.fault(**self.REFUSAL, count=1)
        refused = self.assertRaisesRegex(UserError, "call limit")
        with self.enter_registry_test_mode(), refused:
            self.backend.action_fetch_attributes()
        self.another_process()
        self.synced(email="jan@example.org")
        self.assertEqual(self.calls(), [])

    def test_a_server_that_is_down_for_a_known_time_is_left_alone_by_all(self):
        self.simulator.fault(**self.REFUSAL | {"status": 503}, count=1)
        self.synced(email="jan@example.org")
        self.another_process()
        self.contact(email="anna@example.org")
        self.drain()
        self.assertEqual(self.calls(), [])

    def test_an_account_that_is_being_created_is_told_the_same(self):
        self.simulator.fault(**self.REFUSAL, count=1)
        with self.assertRaisesRegex(UserError, "call limit"):
            self.backend.action_fetch_attributes()

    def test_the_hold_ends(self):
        self.simulator.fault(**self.REFUSAL, count=1)
        contact = self.synced(email="jan@example.org")
        self.another_process()
        self.env["usercom.hold"].search([]).held_until = "2026-01-01"
        self.waiting(contact).next_attempt_at = False
        self.drain()
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")

    def test_the_other_account_is_not_held(self):
        self.simulator.fault(**self.REFUSAL, count=1)
        self.synced(email="jan@example.org")
        company = self.env["res.company"].create({"name": "Other"})
        self.backend = self.account(company, subdomain="other")
        contact = self.synced(email="anna@example.org", company_id=company.id)
        self.assertEqual(self.remote(contact)["email"], "anna@example.org")
