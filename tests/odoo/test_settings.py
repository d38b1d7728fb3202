"""Settings → User.com: what an administrator enters, and every way it can be wrong."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user

from .common_settings import SettingsCase


class TestAuthenticate(SettingsCase):
    def test_unsaved_values_are_used_and_kept(self):
        action = self.authenticate()
        account = self.account()
        self.assertEqual((account.state, account.subdomain), ("authenticated", "acme"))
        self.assertEqual(account.api_key, self.simulator.api_key)
        self.assertIn(self.simulator.url, action["params"]["title"])
        self.assertIn(str(len(account.attribute_ids)), action["params"]["message"])

    def test_the_page_goes_on_naming_the_account_reached(self):
        self.authenticate()
        shown = self.settings()
        self.assertIn(self.simulator.url, shown.usercom_account)
        self.assertIn(str(len(self.account().attribute_ids)), shown.usercom_account)

    def test_again_whenever_wanted(self):
        self.authenticate()
        self.account().action_run()
        self.simulator.attribute("shoe_size", "integer")
        self.settings().action_usercom_authenticate()
        self.assertEqual(self.account().state, "running")
        self.assertIn("shoe_size", self.account().attribute_ids.mapped("name_std"))

    def test_an_empty_key_keeps_the_one_that_is_there(self):
        self.authenticate()
        self.settings(subdomain="acme", api_key="").action_usercom_authenticate()
        self.assertEqual(self.account().api_key, self.simulator.api_key)

    def test_nothing_entered_is_told(self):
        self.refused("Enter the system name", subdomain="", key="x" * 64)

    def test_a_wrong_key(self):
        self.refused("does not accept the API key", key="x" * 64)

    def test_a_key_that_is_no_key(self):
        self.refused("does not accept the API key", key="żółw")

    def test_a_key_without_write_access(self):
        self.simulator.settings(keys={self.simulator.api_key: "read"})
        self.refused("may read but not write")

    def test_a_key_without_read_access(self):
        self.simulator.settings(keys={self.simulator.api_key: "write"})
        self.refused("may write but not read")

    def test_a_key_that_may_nothing(self):
        self.simulator.fault(kind="status", status=403)
        self.refused("lacks a permission", "this server's address")

    def test_an_unknown_system_name(self):
        self.set_url("http://{subdomain}.invalid")
        self.refused("http://acme.invalid", "Check the system name")

    def test_an_address_where_something_else_answers(self):
        for fault in (
            {"kind": "html", "status": 404},
            {"kind": "html", "status": 200},
            {"kind": "status", "status": 302},
        ):
            with self.subTest(fault):
                self.simulator.clear_faults()
                self.simulator.fault(**fault)
                self.refused("No User.com account answers", self.simulator.url)

    def test_a_network_that_fails(self):
        self.simulator.settings(offline=True)
        self.refused("cannot be reached", "network")

    def test_throttling(self):
        self.simulator.fault(kind="status", status=429, headers={"retry-after": "7"})
        self.refused("7 seconds")

    def test_a_server_error(self):
        self.simulator.fault(kind="status", status=502)
        self.refused("502")

    def test_a_refusal_leaves_the_state_as_it_was(self):
        self.authenticate()
        self.account().action_run()
        self.refused("does not accept", key="x" * 64)
        self.assertEqual(self.account().state, "running")

    def set_url(self, url):
        self.env["ir.config_parameter"].set_param("usercom_connector.api_url", url)


class TestSettingsPage(SettingsCase):
    def test_every_choice_is_offered_and_saved(self):
        self.authenticate()
        with Form(self.env["res.config.settings"]) as form:
            form.usercom_partner_domain = "[('employee', '=', True)]"
            form.usercom_new_user_policy = "link"
            form.usercom_custom_id_policy = "email"
            form.usercom_removal_policy = "unsubscribe"
            form.usercom_match_phone = True
            form.usercom_use_webhook_values = True
            form.usercom_rate_limit = 3
            form.usercom_log_days = 7
            form.usercom_history_days = 14
        form.record.execute()
        account = self.account()
        self.assertEqual(account.partner_domain, "[('employee', '=', True)]")
        self.assertEqual(
            account.read(
                [
                    "new_user_policy",
                    "custom_id_policy",
                    "removal_policy",
                    "match_phone",
                    "use_webhook_values",
                    "rate_limit",
                    "log_days",
                    "history_days",
                ]
            ),
            [
                {
                    "id": account.id,
                    "new_user_policy": "link",
                    "custom_id_policy": "email",
                    "removal_policy": "unsubscribe",
                    "match_phone": True,
                    "use_webhook_values": True,
                    "rate_limit": 3.0,
                    "log_days": 7,
                    "history_days": 14,
                }
            ],
        )

    def test_the_count_follows_the_filter(self):
        self.authenticate()
        self.env["res.partner"].create([{"name": "A", "ref": "live"}, {"name": "B", "ref": "live"}])
        with Form(self.env["res.config.settings"]) as form:
            form.usercom_partner_domain = "[('ref', '=', 'live')]"
            self.assertEqual(form.usercom_partner_count, 2)
            form.usercom_partner_domain = "[('ref', '=', 'live'), ('name', '=', 'A')]"
            self.assertEqual(form.usercom_partner_count, 1)
            form.usercom_partner_domain = "[('ref', '="
            self.assertEqual(form.usercom_partner_count, 0)
            form.usercom_partner_domain = "[]"

    def test_employees_take_no_part_in_a_new_account_and_are_counted(self):
        self.authenticate()
        before = self.settings().usercom_left_out_count
        employee = new_test_user(self.env, "employee", email="emp@example.org")
        former = new_test_user(self.env, "former", email="former@example.org")
        customer = new_test_user(self.env, "customer", groups="base.group_portal")
        former.active = False
        shown = self.settings()
        self.assertEqual(
            (shown.usercom_employee_count, shown.usercom_left_out_count - before), (0, 2)
        )
        people = (employee + former + customer).partner_id
        self.assertEqual(self.account()._taking_part(people), customer.partner_id)
        self.assertFalse(self.account()._taking_part(self.env.ref("base.partner_root")))

    def test_an_account_that_sends_employees_leaves_them_out_at_one_click(self):
        self.authenticate()
        employee = new_test_user(self.env, "employee", email="emp@example.org").partner_id
        for text in ("[]", "['|', ('ref', '=', 'x'), ('is_company', '=', False)]"):
            with self.subTest(text):
                self.account().partner_domain = text
                self.assertEqual(self.account()._taking_part(employee), employee)
                self.assertTrue(self.settings().usercom_employee_count)
                self.settings().action_usercom_leave_out_employees()
                self.assertFalse(self.account()._taking_part(employee))
                self.assertEqual(self.settings().usercom_employee_count, 0)

    def test_a_filter_that_cannot_be_used_is_refused(self):
        self.authenticate()
        for text in ("[('ref', '='", "[('no_such_field', '=', 1)]", "open('x')", "[('name',)]"):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, "filter"):
                self.account().partner_domain = text

    def test_what_cannot_be_saved_is_refused_before_the_database_logs_it(self):
        """PostgreSQL's own refusal, which Odoo logs, holds the whole row with the key."""
        self.authenticate()
        for message, typed in (
            ("1 to 3650 days", {"log_days": 0}),
            ("1 to 3650 days", {"log_days": 9999}),
            ("must be above 0", {"rate_limit": 0}),
            ("0 to 100 %", {"failure_alert_share": 150}),
            ("not below 0", {"webhook_alert_hours": -1}),
            ("“Contacts to Sync” must not be empty", {"partner_domain": False}),
            ("“New People in User.com” must not be empty", {"new_user_policy": False}),
        ):
            with self.subTest(typed), self.assertRaisesRegex(ValidationError, message):
                self.settings(**{"subdomain": "acme", **typed}).execute()

    def test_saving_another_apps_settings_changes_nothing(self):
        self.settings().execute()
        self.assertFalse(self.account())
        self.authenticate()
        before = self.row_version()
        self.settings().execute()
        self.assertEqual(self.row_version(), before)

    def row_version(self):
        """Where PostgreSQL keeps the account's row: every UPDATE moves it."""
        self.env.flush_all()
        self.env.cr.execute("SELECT ctid FROM usercom_backend WHERE id = %s", self.account().ids)
        return self.env.cr.fetchone()

    def test_save_and_run_then_pause_then_run(self):
        self.authenticate()
        self.settings(rate_limit=4).action_usercom_run()
        self.assertEqual((self.account().state, self.account().rate_limit), ("running", 4))
        self.settings().action_usercom_pause()
        self.assertEqual(self.settings().usercom_state, "paused")
        self.settings().action_usercom_run()
        self.assertEqual(self.account().state, "running")

    def test_a_pause_keeps_what_was_typed(self):
        self.authenticate()
        self.settings().action_usercom_run()
        self.settings(rate_limit=4).action_usercom_pause()
        self.assertEqual((self.account().state, self.account().rate_limit), ("paused", 4))

    def test_running_without_authentication_is_refused(self):
        with self.assertRaisesRegex(UserError, "Authenticate first"):
            self.settings(subdomain="acme", api_key="x" * 64).action_usercom_run()

    def test_the_reason_of_a_pause_is_shown(self):
        self.authenticate()
        self.account().action_run()
        self.account().sudo()._pause("The key was taken away.")
        self.assertEqual(self.settings().usercom_pause_reason, "The key was taken away.")

    def test_a_pause_reaches_the_managers(self):
        self.authenticate()
        self.account().action_run()
        self.account().sudo()._pause("The key was taken away.")
        self.assertIn(self.env.user, self.account().activity_ids.user_id)

    def test_only_administrators_enter_here(self):
        manager = new_test_user(
            self.env, "manager", groups="usercom_connector.group_usercom_manager"
        )
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(manager).create({})
        self.authenticate()
        for method in ("action_authenticate", "action_run", "action_pause"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.account().with_user(manager), method)()


class TestKeyField(SettingsCase):
    def field(self, name, model="res.partner"):
        return self.env["ir.model.fields"]._get(model, name)

    def test_the_built_in_field_is_the_default(self):
        self.authenticate()
        self.assertEqual(self.account().key_field_id, self.field("usercom_key"))

    def test_any_stored_writable_text_field_will_do(self):
        self.authenticate()
        for name in ("ref", "barcode", "street2", "usercom_key"):
            self.account().key_field_id = self.field(name)

    def test_anything_else_is_refused(self):
        self.authenticate()
        for name in ("color", "comment", "display_name", "email_normalized", "name", "email"):
            with self.subTest(name), self.assertRaisesRegex(ValidationError, "cannot keep"):
                self.account().key_field_id = self.field(name)

    def test_a_field_of_another_model_is_refused(self):
        self.authenticate()
        with self.assertRaisesRegex(ValidationError, "cannot keep"):
            self.account().key_field_id = self.field("street", "res.bank")

    def test_a_mapped_field_is_refused(self):
        self.authenticate()
        self.pair(self.account(), "street2", "city")
        with self.assertRaisesRegex(ValidationError, "cannot keep"):
            self.account().key_field_id = self.field("street2")

    def test_one_click_creates_a_field_of_its_own(self):
        self.authenticate()
        self.addCleanup(self.registry.reset_changes)
        self.settings().action_usercom_create_key_field()
        created = self.account().key_field_id
        self.assertEqual((created.name, created.ttype), ("x_usercom_key", "char"))
        self.settings().action_usercom_create_key_field()
        self.assertEqual(self.account().key_field_id, created)

    def test_the_contact_shows_the_id_wherever_it_is_kept(self):
        self.authenticate()
        contact = self.contact(email="jan@example.org")
        for name in ("usercom_key", "ref"):
            self.account().key_field_id = self.field(name)
            with self.subTest(name), Form(contact) as form:
                form.usercom_known_id = "7"
            self.assertEqual(contact[name], "7")


class TestSeveralCompanies(SettingsCase):
    """Who works for several companies is told whose account he is about to change."""

    def setUp(self):
        super().setUp()
        self.authenticate()

    def several(self, is_so):
        group = self.env.ref("base.group_multi_company")
        self.env.user.group_ids = [(4 if is_so else 3, group.id)]

    def titles(self):
        mappings = self.env["usercom.field.mapping"]
        return [
            mappings.action_suggest()["name"],
            mappings.action_create_attribute()["name"],
            mappings.action_fetch_attributes()["params"]["title"],
        ]

    def test_the_titles_name_the_company_and_the_account(self):
        self.several(True)
        for title in self.titles():
            self.assertIn("Newcomer (acme)", title)

    def test_who_works_for_one_reads_short_ones(self):
        self.several(False)
        for title in self.titles():
            self.assertNotIn("Newcomer", title)

    def test_the_settings_say_whose_they_are(self):
        self.assertEqual(self.settings().usercom_owner, "Company: Newcomer. Account: acme.")
        self.account().unlink()
        self.assertEqual(self.settings().usercom_owner, "Company: Newcomer. No account yet.")
