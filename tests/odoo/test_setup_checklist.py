"""The set-up checklist: what it says of each step, to whom, and when it is gone."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.account.setup_checklist import STEPS

from .common_settings import SettingsCase

USER = "usercom_connector.group_usercom_user"
MANAGER = "usercom_connector.group_usercom_manager"


class ChecklistCase(SettingsCase):
    def connected(self):
        self.authenticate()
        self.backend = self.account().sudo()  # what only our own code writes is written here
        return self.backend

    def shown(self, reader=None):
        """``{step: its values}`` on the dashboard, as the reader gets it; empty if not shown."""
        self.env.flush_all()
        self.env.invalidate_all()
        account = self.account().with_user(reader or self.env.user)
        setup = account.read(["setup"])[0]["setup"]
        return {step["code"]: step for step in setup["steps"]} if setup else {}

    def in_settings(self):
        setup = self.settings().usercom_setup
        return {step["code"]: step for step in setup["steps"]} if setup else {}

    def states(self):
        return {code: step["state"] for code, step in self.shown().items()}

    def current(self):
        return next(code for code, state in self.states().items() if state == "current")

    def pair_email(self):
        self.pair(self.backend, "email", "email")

    def called(self):
        self.stored_call({"extra": {"email": "anna@example.org"}})

    def synced_once(self, state="done"):
        values = {"backend_id": self.backend.id, "state": state}
        return self.env["usercom.sync"].sudo().create(values)

    def someone(self, groups):
        companies = {"company_id": self.company.id, "company_ids": [(6, 0, self.company.ids)]}
        return new_test_user(self.env, "someone", groups, **companies)


class TestSteps(ChecklistCase):
    def test_a_company_without_an_account_begins_with_connecting(self):
        shown = self.in_settings()
        self.assertEqual(tuple(shown), STEPS)
        self.assertEqual(shown["connect"]["state"], "current")
        self.assertEqual({s["state"] for c, s in shown.items() if c != "connect"}, {"todo"})
        self.assertIn("Enter the system name", shown["connect"]["text"])
        self.assertEqual([c for c in STEPS if not shown[c]["is_locked"]], ["connect"])

    def test_each_step_leads_to_the_next_until_nothing_is_left(self):
        self.contact(company_id=self.company.id)
        self.connected()
        self.assertEqual(self.current(), "fields")
        self.pair_email()
        self.assertEqual(self.current(), "webhook")
        self.called()
        self.assertEqual(self.current(), "sync")
        sync = self.synced_once("ready")
        self.assertEqual(self.current(), "run")
        self.backend.action_run()
        self.assertEqual(self.current(), "sync")
        sync._finish("done")
        self.assertEqual((self.shown(), self.in_settings()), ({}, {}))

    def test_each_step_has_one_button(self):
        self.connected()
        for shown in (self.shown(), self.in_settings()):
            self.assertTrue(all(step["button"] and step["name"] for step in shown.values()))

    def test_contacts_and_employees_left_out_are_counted(self):
        self.connected()
        new_test_user(self.env, "employee", email="emp@example.org")
        contacts = self.settings().usercom_partner_count
        left_out = self.settings().usercom_left_out_count
        text = self.shown()["contacts"]["text"]
        self.assertEqual(text, f"Contacts: {contacts}. Employees left out: {left_out}.")
        self.backend.partner_domain = "[]"
        self.assertIn("Employees who are sent to User.com:", self.shown()["contacts"]["text"])

    def test_a_filter_that_nobody_meets_is_no_choice_yet(self):
        self.connected().partner_domain = "[('ref', '=', 'nobody')]"
        self.assertEqual(self.current(), "contacts")

    def test_the_pair_that_each_account_begins_with_is_no_paired_field(self):
        self.connected()
        self.assertEqual(len(self.backend.mapping_ids), 1)
        self.assertIn("No field is paired yet. Usual pairs: 8", self.shown()["fields"]["text"])
        self.assertTrue(self.settings().usercom_is_unpaired)
        self.backend.is_setup_hidden = True
        self.assertTrue(self.backend.dashboard["todo"]["unmapped"])

    def test_usual_fields_and_others_are_counted(self):
        self.connected()
        self.pair_email()
        self.assertEqual(self.shown()["fields"]["text"], "Usual fields paired: 1 of 8.")
        self.simulator.attribute("nickname", "string")
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "ref", "nickname")
        self.assertEqual(self.shown()["fields"]["text"], "Usual fields paired: 1 of 8. Others: 1.")
        self.assertFalse(self.settings().usercom_is_unpaired)

    def test_the_last_call_is_told_in_the_readers_words(self):
        self.connected()
        self.assertEqual(self.shown()["webhook"]["text"], "No call received yet.")
        self.backend.webhook_called_at = fields.Datetime.now() - timedelta(minutes=2)
        self.assertIn("2 minutes ago", self.shown()["webhook"]["text"])
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env.user.lang = "pl_PL"
        self.env = self.env(context={**self.env.context, "lang": "pl_PL"})
        self.assertIn("2 minuty temu", self.shown()["webhook"]["text"])

    def test_an_account_that_only_sends_needs_no_webhook(self):
        self.connected().mapping_ids.direction = "export"
        self.assertEqual(self.states()["webhook"], "done")
        self.assertIn("Not needed", self.shown()["webhook"]["text"])

    def test_the_initial_sync_says_where_it_stands(self):
        self.connected()
        sync = self.synced_once("previewing")
        self.assertIn("Preview Under Way", self.shown()["sync"]["text"])
        sync.state = "cancelled"
        self.assertEqual(self.states()["sync"], "todo")
        self.assertIn("before anything is changed", self.shown()["sync"]["text"])
        self.synced_once().ended_at = fields.Datetime.now()
        self.assertIn("Contacts linked: 0.", self.shown()["sync"]["text"])

    def test_buttons_before_the_connection_lead_nowhere_yet(self):
        self.settings(subdomain="acme", api_key="x" * 64).execute()
        shown = self.shown()
        self.assertIn("not verified yet", shown["connect"]["text"])
        self.assertTrue(shown["fields"]["is_locked"])

    def test_what_comes_next_is_told_where_a_button_has_done_its_part(self):
        self.contact(company_id=self.company.id)
        params = self.authenticate()["params"]
        self.backend = self.account().sudo()
        self.assertIn("Next step: %s", params["message"])
        self.assertEqual(
            params["links"], [{"label": "Pair Fields", "url": "/odoo/usercom-mappings"}]
        )
        self.pair_email()
        params = self.settings().action_usercom_run()["params"]
        self.assertIn("running", params["title"])
        self.assertEqual(params["links"][0]["label"], "Set Up the Webhook")
        self.backend.is_setup_hidden = True
        self.assertEqual(self.backend.action_run()["params"]["links"], [])


class TestReaders(ChecklistCase):
    def test_a_user_sees_none_and_is_told_what_he_was_told_before(self):
        self.connected()
        user = self.someone(USER)
        self.assertEqual(self.shown(user), {})
        self.assertEqual(
            self.backend.with_user(user).dashboard["todo"],
            {"authenticated": True},
        )

    def test_a_manager_has_no_button_for_what_an_administrator_does(self):
        self.connected()
        shown = self.shown(self.someone(MANAGER))
        buttons = {code for code, step in shown.items() if step["button"]}
        self.assertEqual(buttons, {"fields", "webhook", "sync"})
        self.assertIn("An administrator does this.", shown["run"]["text"])
        self.assertNotIn("An administrator", shown["fields"]["text"])

    def test_its_steps_stand_in_place_of_the_lines_that_say_the_same(self):
        self.connected()
        self.assertEqual(self.backend.dashboard["todo"], {})
        self.backend.is_setup_hidden = True
        self.env.invalidate_all()
        self.assertEqual(self.backend.dashboard["todo"], {"authenticated": True, "unmapped": True})

    def test_an_administrator_hides_it_once_the_account_runs(self):
        self.connected()
        self.assertNotIn("hide", self.backend.setup)
        self.backend.action_run()
        self.env.invalidate_all()
        self.assertTrue(self.backend.setup["hide"])
        with self.assertRaises(AccessError):
            self.backend.with_user(self.someone(MANAGER)).action_hide_setup()
        self.account().action_hide_setup()
        self.assertEqual((self.shown(), self.in_settings()), ({}, {}))

    def test_a_key_that_is_refused_later_does_not_bring_it_back(self):
        self.contact(company_id=self.company.id)
        self.connected()
        self.pair_email()
        self.called()
        self.synced_once()
        self.backend.action_run()
        self.assertEqual(self.shown(), {})
        self.settings(subdomain="acme", api_key="x" * 64).execute()
        self.assertEqual(self.shown(), {})

    def test_a_complete_list_costs_few_queries(self):
        self.connected()
        self.contact(company_id=self.company.id)
        self.pair_email()
        self.called()
        self.synced_once()
        self.backend.action_run()
        self.env.flush_all()
        self.env.invalidate_all()
        self.backend.read(["state", "webhook_last_call", "mapping_ids"])
        with self.assertQueryCount(9):
            self.assertFalse(self.backend.setup)
