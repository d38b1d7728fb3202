"""What would be done to very many people within a day is asked about first."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.drain import drain

from .common import UsercomCase

MANY = 120  # above the 100 that are never asked about
KEPT = 20


class BrakeCase(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.write({"brake_share": 20, "removal_policy": "delete"})

    def people(self, count, first=0, **values):
        """New contacts, not yet sent."""
        return self.env["res.partner"].create(
            [
                {"name": f"No {n}", "email": f"no{n}@example.org", **values}
                for n in range(first, first + count)
            ]
        )

    def at_both(self, count=MANY + KEPT, **values):
        """Contacts that are at User.com already, long ago."""
        self.backend.brake_share = 0
        contacts = self.people(count, **values)
        self.drain()
        self.backend.brake_share = 20
        self.assertEqual(len(self.users()), count)
        self.simulator.clear_journal()
        return contacts

    def users(self):
        return self.simulator.users(limit=1000)

    def assert_asks(self, what):
        self.assertEqual(self.backend.state, "paused")
        self.assertRegex(self.backend.pause_reason, what)
        self.assertTrue(self.backend.is_braked)

    def assert_runs(self):
        self.assertEqual((self.backend.state, self.backend.is_braked), ("running", False))

    def reconcile(self):
        sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
        sweep.started_at = sweep.started_at - timedelta(hours=2)
        self.drain()


class TestToUsercom(BrakeCase):
    def test_mass_deletion_is_asked_about_and_let_through(self):
        gone = self.at_both()[:MANY]
        gone.active = False
        self.drain()
        self.assert_asks(r"delete \d+ users in User.com.*20 %.*\(1\d\d\)")
        self.assertGreaterEqual(len(self.users()), KEPT + MANY - 100)
        self.backend.action_let_through()
        self.drain()
        self.assert_runs()
        self.assertEqual(len(self.users()), KEPT)

    def test_mass_unsubscription_is_asked_about(self):
        self.backend.removal_policy = "unsubscribe"
        self.at_both()[:MANY].active = False
        self.drain()
        self.assert_asks(r"unsubscribe \d+ users in User.com")
        self.assertLessEqual(sum(user["unsubscribed"] for user in self.users()), 100)

    def test_deleted_contacts_count_as_archived_ones_do(self):
        self.at_both()[:MANY].unlink()
        self.drain()
        self.assert_asks("delete")

    def test_many_new_users_are_asked_about(self):
        self.people(MANY)
        self.drain()
        self.assert_asks(r"create \d+ users in User.com.*\(\d+\)")
        self.assertLessEqual(len(self.users()), 100)
        self.backend.action_let_through()
        self.drain()
        self.assertEqual(len(self.users()), MANY)

    def test_many_emptied_values_are_asked_about(self):
        contacts = self.at_both(phone="600100200")
        contacts[:MANY].phone = False
        self.drain()
        self.assert_asks(r"empty values of \d+ users in User.com")
        self.assertGreaterEqual(sum(bool(user["phone_number"]) for user in self.users()), 40)

    def test_changed_values_are_none_of_its_business(self):
        self.at_both(phone="600100200").phone = "600100201"
        self.drain()
        self.assert_runs()
        self.assertEqual({user["phone_number"] for user in self.users()}, {"600100201"})

    def test_up_to_a_hundred_is_never_asked_about(self):
        self.at_both()[:100].active = False
        self.drain()
        self.assert_runs()
        self.assertEqual(len(self.users()), MANY + KEPT - 100)

    def test_a_share_of_nothing_means_never(self):
        contacts = self.at_both()
        self.backend.brake_share = 0
        contacts[:MANY].active = False
        self.drain()
        self.assert_runs()
        self.assertEqual(len(self.users()), KEPT)

    def test_a_small_share_of_the_contacts_is_not_asked_about(self):
        contacts = self.at_both()
        self.backend.brake_share = 95
        contacts[:MANY].active = False
        self.drain()
        self.assert_runs()

    def test_it_cannot_be_got_round_by_many_runs(self):
        contacts = self.at_both()
        for part in (contacts[:60], contacts[60:MANY]):
            part.active = False
            self.drain()
        self.assert_asks("delete")

    def test_after_a_day_it_counts_anew(self):
        contacts = self.at_both()
        contacts[:60].active = False
        self.drain()
        brake = self.env["usercom.brake"]._of(self.backend)
        brake.counts = {"2026-01-01 10": next(iter(brake.counts.values()))}
        contacts[60:MANY].active = False
        self.drain()
        self.assert_runs()

    def test_what_is_tried_again_counts_once(self):
        self.simulator.fault(kind="status", status=503, method="POST", count=55)
        self.people(60)
        for _attempt in range(3):
            self.env["usercom.outbox"].search([("state", "=", "pending")]).next_attempt_at = False
            self.drain()
        self.assertEqual(len(self.users()), 60)
        self.people(30, first=60)
        self.drain()
        self.assert_runs()

    def test_the_other_account_goes_on(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self.account(company, subdomain="other")
        other.brake_share = 20
        self.people(MANY, company_id=self.env.company.id)
        self.drain()
        self.assert_asks("create")
        self.assertEqual((other.state, other.is_braked), ("running", False))
        theirs = self.people(1, first=500, company_id=company.id)
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            other.cron_id.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(theirs.usercom_binding_ids.backend_id, other)


class TestToOdoo(BrakeCase):
    def patch(self, contacts, **values):
        for contact in contacts:
            self.simulator.patch_user(self.binding(contact).external_id, **values)

    def test_many_new_contacts_are_asked_about_and_none_is_lost(self):
        ids = self.simulator.seed(*({"email": f"u{n}@example.org"} for n in range(MANY)))["ids"]
        for user_id in ids:
            self.put(id=user_id)
        self.drain()
        self.assert_asks(r"create 101 contacts in Odoo")
        self.assertEqual(self.contacts_from_there(), 100)
        self.backend.action_let_through()
        self.drain()
        self.assertEqual(self.contacts_from_there(), MANY)
        self.assert_runs()

    def contacts_from_there(self):
        return self.env["res.partner"].search_count([("email", "=like", "u%@example.org")])

    def test_a_page_that_has_to_be_asked_about_is_read_again(self):
        contacts = self.at_both(phone="600100200")[:MANY]
        self.patch(contacts, phone_number=None)
        self.reconcile()
        self.assert_asks(r"empty values of \d+ contacts in Odoo")
        self.assertGreaterEqual(sum(map(bool, contacts.mapped("phone"))), 20)
        self.backend.action_let_through()
        self.drain()
        self.assertFalse(any(contacts.mapped("phone")))

    def test_many_withdrawn_consents_are_asked_about_and_none_is_overruled(self):
        contacts = self.at_both()[:MANY]
        self.patch(contacts, unsubscribed=True)
        self.reconcile()
        self.assert_asks(r"withdraw consents of \d+ contacts in Odoo")
        self.backend.action_let_through()
        self.drain()
        self.assertTrue(all(contacts.mapped("is_blacklisted")))
        self.assertEqual(sum(user["unsubscribed"] for user in self.users()), MANY)

    def test_changed_values_are_none_of_its_business(self):
        contacts = self.at_both(phone="600100200")
        self.patch(contacts, phone_number="600100201")
        self.reconcile()
        self.assert_runs()
        self.assertEqual(set(contacts.mapped("phone")), {"600100201"})

    def test_an_initial_sync_has_asked_already(self):
        self.simulator.seed(*({"email": f"u{n}@example.org"} for n in range(MANY)))
        contacts = self.people(MANY)
        self.env.cr.flush()
        self.env["usercom.outbox"].search([]).unlink()
        sync = self.env["usercom.sync"].create({"direction": "both", "use_csv": False})
        sync.action_preview()
        self.drain()
        sync.action_run()
        for _run in range(3):
            self.drain()
        self.assert_runs()
        self.assertEqual(sync.state, "done")
        self.assertEqual(self.contacts_from_there(), MANY)
        self.assertTrue(all(self.binding(contact).external_id for contact in contacts))


class TestTheAnswer(BrakeCase):
    def stopped(self):
        self.people(MANY)
        self.drain()
        self.assert_asks("create")

    def test_managers_may_let_it_through_and_users_may_not(self):
        self.stopped()
        user = new_test_user(self.env, "user", groups="usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            self.backend.with_user(user).action_let_through()
        manager = new_test_user(self.env, "boss", groups="usercom_connector.group_usercom_manager")
        self.backend.with_user(manager).action_let_through()
        self.assert_runs()

    def test_managers_of_another_company_may_not(self):
        self.stopped()
        company = self.env["res.company"].create({"name": "Other"})
        group = "usercom_connector.group_usercom_manager"
        other = new_test_user(
            self.env, "other", group, company_id=company.id, company_ids=company.ids
        )
        with self.assertRaises(AccessError):
            self.backend.with_user(other).action_let_through()

    def test_to_run_is_no_answer(self):
        self.stopped()
        there = len(self.users())
        self.backend.action_run()
        self.drain()
        self.assert_asks("create")
        self.assertEqual(len(self.users()), there)

    def test_what_comes_after_is_counted_again(self):
        self.stopped()
        self.backend.action_let_through()
        self.drain()
        self.assert_runs()
        self.people(MANY, first=1000)
        self.drain()
        self.assert_asks("create")

    def test_it_is_let_through_until_nothing_waits_and_no_list_is_read(self):
        self.synced(email="jan@example.org")
        brake = self.env["usercom.brake"]._of(self.backend)
        sweep = self.env["usercom.sweep"]._of(self.backend, "compare")
        for waits in (lambda: self.people(1), lambda: sweep.write({"is_open": True})):
            brake.opened = {"created_there": "2099-01-01 00:00:00"}
            waits()
            with patch.object(drain, "RUN_SECONDS", 0):
                self.drain()
            self.assertTrue(brake.opened)
            self.drain()
            self.assertFalse(brake.opened)

    def test_there_is_nothing_to_let_through_where_somebody_paused_by_hand(self):
        self.backend.action_pause()
        self.assertFalse(self.backend.is_braked)
        with self.assertRaises(UserError):
            self.backend.action_let_through()

    def test_the_settings_and_the_dashboard_have_the_button(self):
        self.stopped()
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.usercom_is_braked)
        self.assertTrue(self.backend.dashboard["todo"]["braked"])
        settings.action_usercom_let_through()
        self.assert_runs()
