"""An initial sync while its contacts, its account and what it is built on change."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.models.mapping import hooks as hooks
from odoo.addons.usercom_connector.services.initial_sync.pages import Contacts
from odoo.addons.usercom_connector.services.initial_sync.run import Run

from .common_other_apps import another_app
from .common_sync import SyncCase


class TestMergedMeanwhile(SyncCase):
    """Before the account runs: nothing is queued, so the merged contact is still to be sent."""

    def setUp(self):
        super().setUp()
        self.backend.write({"state": "authenticated", "custom_id_policy": "database_id"})
        self.backend.partner_domain = "[('phone', 'like', '1111')]"
        self.kept = self.contact(phone="111111111")
        self.other = self.contact(phone="111122222")

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.kept.id, self.other.id], self.kept)
        self.env.cr.flush()

    def test_contacts_that_became_one_are_sent_once(self):
        sync = self.previewed("export")
        self.merge()
        self.backend.state = "running"
        self.run_to_end(sync)
        self.assertEqual(sync.line_ids.mapped("result"), ["done"])
        self.assertEqual(self.remote(self.kept)["phone_number"], "111111111")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_contacts_that_become_one_during_the_preview(self):
        sync = self.sync("export")
        sync.action_preview()
        Contacts(sync).add_unmet()
        sync.step = "contacts"
        self.merge()
        self.drain()
        self.assertEqual((sync.state, sync.new_there_count), ("ready", 1))


class TestDeletedMeanwhile(SyncCase):
    """Users who are deleted in User.com between the preview and the run, or during it."""

    def test_who_was_only_matched_is_created(self):
        for use_csv in (True, False):
            with self.subTest(use_csv=use_csv):
                contact = self.quietly(email=f"jan.{use_csv}@example.org".lower())
                user_id = self.person(email=contact.email)
                sync = self.previewed("export", use_csv=use_csv)
                self.simulator.delete_user(user_id)
                self.run_to_end(sync)
                self.assertEqual(self.line(sync, partner_id=contact).result, "done")
                self.assertEqual(self.remote(contact)["email"], contact.email)

    def test_who_was_linked_is_not(self):
        contact = self.synced(email="jan@example.org")
        sync = self.previewed()
        self.simulator.delete_user(self.binding(contact).external_id)
        self.run_to_end(sync)
        self.assertEqual(self.line(sync, partner_id=contact).result, "skipped")
        self.assertFalse(self.simulator.users())

    def test_who_is_missed_by_the_pages_is_not_doubled(self):
        contact = self.quietly(email="jan@example.org")
        sync = self.previewed("export")
        user_id = self.person(email="jan@example.org")
        line = self.line(sync, partner_id=contact)
        line.write({"kind": "matched", "external_id": user_id})
        sync.action_run()
        Run(sync, pages=None).after_pages()
        self.drain()
        self.assertEqual((sync.state, line.result), ("done", "done"))
        self.assertEqual(len(self.simulator.users()), 1)

    def test_who_vanishes_while_being_sent_is_named_with_a_reason(self):
        contact = self.quietly(email="jan@example.org", phone="111111111")
        self.person(email="jan@example.org")
        sync = self.previewed("export")
        for path in ("/users/[0-9]*", "/users/search/"):
            self.simulator.fault(status=404, path=path)
        self.run_to_end(sync)
        line = self.line(sync, partner_id=contact)
        self.assertEqual((line.result, line.problems), ("failed", "Gone from User.com"))


class TestStandstill(SyncCase):
    """What a manager sees where the account lets nothing happen."""

    def test_a_pause_of_the_account_is_told(self):
        self.quietly(email="jan@example.org")
        sync = self.previewed("export")
        sync.action_run()
        self.assertFalse(sync.obstacle)
        self.backend.action_pause()
        self.assertIn("The account is not running.", sync.obstacle)
        self.backend.state = "running"
        sync.invalidate_recordset()
        self.assertFalse(sync.obstacle)

    def test_why_the_account_has_paused_is_told(self):
        sync = self.previewed()
        sync.action_run()
        self.backend._pause("No key.")
        manager = new_test_user(self.env, "manager", "usercom_connector.group_usercom_manager")
        self.assertEqual(sync.with_user(manager).obstacle, "Paused: No key.")

    def test_a_job_that_is_switched_off_is_told(self):
        sync = self.sync()
        sync.action_preview()
        self.backend.cron_id.active = False
        self.assertIn("switched off", sync.obstacle)

    def test_an_ended_one_has_none(self):
        sync = self.ran()
        self.backend.action_pause()
        self.assertFalse(sync.obstacle)

    def test_no_preview_while_the_account_is_paused(self):
        self.backend.action_pause()
        with self.assertRaisesRegex(UserError, "The account is not running"):
            self.sync().action_preview()


class TestOneAtFault(SyncCase):
    """A contact at which another app stumbles."""

    def setUp(self):
        super().setUp()
        self.pair(self.backend, "city", "city")
        self.enterContext(patch.object(hooks, "export_value", another_app))
        self.good = self.quietly(email="good@example.org", city="Łódź")
        self.bad = self.quietly(email="bad@example.org", city="Wrocław")

    def only_one_fails(self, use_csv=True):
        sync = self.ran("export", use_csv=use_csv)
        self.assertEqual(self.line(sync, partner_id=self.good).result, "done")
        self.assertEqual(self.remote(self.good)["city"], "Łódź")
        self.assertIn("unheard of", sync.line_ids.filtered("problems").mapped("problems")[0])
        self.assertEqual(sync.failed_count, 1)
        return sync

    def test_who_is_only_in_odoo(self):
        self.only_one_fails()

    def test_who_is_on_both_sides(self):
        self.person(email="bad@example.org")
        self.person(email="good@example.org")
        sync = self.only_one_fails()
        self.assertEqual(len(self.simulator.users()), 2)
        self.assertEqual(self.line(sync, partner_id=self.bad).kind, "ambiguous")


class TestUnexpected(SyncCase):
    """What the chosen contacts were chosen by is deleted: an error that no step foresees."""

    def setUp(self):
        super().setUp()
        self.field = self.env["ir.model.fields"].create(
            {
                "name": "x_vip",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": "boolean",
            }
        )
        self.quietly(email="jan@example.org")

    def drain_without_field(self):
        self.field.unlink()
        with self.assertLogs("odoo.addons.usercom_connector", "ERROR"):
            self.drain()

    def test_a_preview_tells_it(self):
        sync = self.sync(domain="[('x_vip', '=', False)]")
        sync.action_preview()
        self.drain_without_field()
        self.assertEqual(sync.state, "previewing")
        self.assertIn("x_vip", sync.error)

    def test_a_run_stops_and_tells_it(self):
        sync = self.previewed("export", domain="[('x_vip', '=', False)]")
        sync.action_run()
        self.drain_without_field()
        self.assertEqual(sync.state, "paused")
        self.assertIn("x_vip", sync.error)
        self.assertFalse(self.backend.cron_id.failure_count)
