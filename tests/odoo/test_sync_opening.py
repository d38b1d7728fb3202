"""Where the initial sync opens, what a new one shows, and that no new form fills the log."""

from odoo.tests import Form, new_test_user

from .common_sync import SyncCase

MANAGER = "base.group_partner_manager,usercom_connector.group_usercom_manager"


class TestOpening(SyncCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(self.env, "usercom_opener", MANAGER)

    def opened(self, user=None):
        """What the menu opens."""
        syncs = self.env["usercom.sync"].with_user(user or self.manager)
        return syncs.action_open()

    def assert_list_that_says(self, action, words):
        self.assertEqual(action["views"][0][1], "list")
        self.assertIn(words, action["help"])

    def test_without_an_account_it_says_what_to_do(self):
        self.backend.unlink()
        self.assert_list_that_says(self.opened(), "Ask an administrator")
        admin = self.opened(self.env.ref("base.user_admin"))
        self.assert_list_that_says(admin, 'href="/odoo/usercom-settings"')

    def test_with_an_account_that_is_not_connected_it_says_what_to_do(self):
        self.backend.state = "draft"
        self.assert_list_that_says(self.opened(self.env.ref("base.user_admin")), "Connect")

    def test_with_an_account_that_does_not_run_it_says_what_to_do(self):
        self.backend.state = "paused"
        self.assert_list_that_says(self.opened(self.env.ref("base.user_admin")), "Save and Run")

    def test_the_first_one_is_new_and_none_is_stored(self):
        action = self.opened()
        self.assertEqual((action["views"], action["res_id"]), ([(False, "form")], False))
        self.assertEqual(action["context"]["default_backend_id"], self.backend.id)
        self.assertFalse(self.env["usercom.sync"].search([]))

    def test_the_one_that_is_under_way_opens_again_and_no_other_is_offered(self):
        sync = self.previewed()
        self.assertEqual(self.opened()["res_id"], sync.id)
        self.assertFalse(sync.can_begin)
        self.backend.state = "draft"
        self.assertEqual(self.opened()["res_id"], sync.id)

    def test_the_last_one_that_ended_opens_and_offers_a_new_one_where_that_is_possible(self):
        old, last = self.ran(), self.ran()
        self.assertEqual(self.opened()["res_id"], last.id)
        self.assertTrue(last.can_begin)
        self.assertEqual(last.action_all()["views"][0][1], "list")
        self.assertFalse(last.with_user(self.manager).action_new()["res_id"])
        new = self.sync()
        self.env.invalidate_all()
        self.assertFalse(last.can_begin or old.can_begin)
        new.action_cancel()
        self.env.invalidate_all()
        self.assertTrue(old.can_begin)
        self.backend.state = "paused"
        self.assertFalse(old.can_begin)


class TestNumberOfContacts(SyncCase):
    def test_only_those_who_are_synchronized_are_counted(self):
        self.contact(email="jan@example.org")
        self.contact(email="ola@example.org", ref="chosen")
        self.contact(email="outside@elsewhere.org", ref="chosen")
        self.contact(email="archived@example.org").active = False
        with Form(self.env["usercom.sync"]) as new:
            self.assertFalse(new.can_begin)
            self.assertEqual(new.contact_count, 2)
            new.domain = "[('ref', '=', 'chosen')]"
            self.assertEqual(new.contact_count, 1)
            new.domain = "[('ref', '='"
            self.assertEqual(new.contact_count, 0)
            new.domain = "[]"


class TestNewForms(SyncCase):
    def test_no_new_record_that_may_be_created_fills_the_log(self):
        env = self.env(user=self.env.ref("base.user_admin"))
        names = [
            name
            for name, model in sorted(env.registry.items())
            if name.startswith("usercom.")
            and not model._abstract
            and env[name].has_access("create")
        ]
        self.assertIn("usercom.sync", names)
        for name in names:
            with self.subTest(name), self.assertNoLogs("odoo", "WARNING"):
                Form(env[name])
