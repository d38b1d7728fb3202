"""The webhook page: what is pasted into User.com, the token's change, the self-test's words."""

import json
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .common import UsercomCase


class TestWebhookPage(UsercomCase):
    def found(self, token):
        return self.env["usercom.backend"]._by_webhook_token(token)

    def test_the_address_is_that_of_this_server(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "https://odoo.example.org")
        self.assertEqual(self.backend.webhook_url, "https://odoo.example.org/usercom/webhook")

    def test_the_addresses_of_several_accounts_are_read_at_once(self):
        company = self.env["res.company"].create({"name": "Other"})
        accounts = self.backend + self.backend.create({"company_id": company.id})
        accounts.invalidate_recordset()
        names = ["webhook_url", "webhook_extra", "webhook_last_call"]
        self.assertEqual(len(accounts.read(names)), 2)

    def test_the_steps_name_each_trigger(self):
        view = self.env.ref("usercom_connector.usercom_backend_view_form_webhook")
        steps = self.env["usercom.backend"].get_view(view.id)["arch"]
        for trigger in (
            "Contact's attribute change",
            "New contact",
            "Tag added",
            "Tag removed",
            "Added to list",
            "Removed from list",
        ):
            self.assertIn(f"“{trigger}”", " ".join(steps.split()))

    def test_extra_data_follow_the_mappings(self):
        extra = json.loads(self.backend.webhook_extra)
        self.assertEqual(extra["email"], "{{ email }}")
        self.assertEqual(extra["phone_number"], "{{ phone_number }}")
        self.pair(self.backend, "ref", "os_type")
        self.backend.mapping_ids.filtered(lambda m: m._key() == "phone_number").direction = "export"
        extra = json.loads(self.backend.webhook_extra)
        self.assertIn("os_type", extra)
        self.assertNotIn("phone_number", extra)

    def test_extra_data_name_the_user(self):
        self.backend.mapping_ids.unlink()
        self.assertEqual(
            json.loads(self.backend.webhook_extra), {"id": "{{ id }}", "email": "{{ email }}"}
        )

    def test_the_last_call_is_shown(self):
        self.assertFalse(self.backend.webhook_last_call)
        row = self.stored_call({"extra": {"id": 7}})
        self.backend.invalidate_recordset()
        self.assertEqual(self.backend.webhook_last_call, row.create_date)

    def test_it_is_known_longer_than_its_row(self):
        Inbox = self.env["usercom.inbox"]
        row = self.stored_call({"extra": {"id": 7}})
        called_at = row.create_date
        row._finish()
        self.env.flush_all()
        long_ago = called_at - timedelta(days=9999)
        self.env.cr.execute("UPDATE usercom_inbox SET write_date = %s", [long_ago])
        Inbox._gc_log()
        self.assertFalse(row.exists())
        self.env.invalidate_all()
        self.assertEqual(self.backend.webhook_last_call, called_at)

    def test_a_read_by_hand_is_no_call(self):
        contact = self.synced(email="jan@example.org")
        contact.action_usercom_pull()
        self.assertFalse(self.backend.webhook_last_call)

    def test_the_old_token_is_valid_for_the_grace_time(self):
        old = self.backend.webhook_token
        self.backend.webhook_grace_hours = 2
        self.backend.action_rotate_webhook_token()
        new = self.backend.webhook_token
        self.assertNotEqual(new, old)
        self.assertEqual(self.found(new), self.backend)
        self.assertEqual(self.found(old), self.backend)
        until = self.backend.webhook_previous_until
        self.assertAlmostEqual(
            until, fields.Datetime.now() + timedelta(hours=2), delta=timedelta(minutes=1)
        )
        self.backend.webhook_previous_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertFalse(self.found(old))
        self.assertEqual(self.found(new), self.backend)

    def test_without_grace_the_old_token_ends_at_once(self):
        old = self.backend.webhook_token
        self.backend.webhook_grace_hours = 0
        self.backend.action_rotate_webhook_token()
        self.assertFalse(self.found(old))

    def test_a_grace_time_is_no_eternity(self):
        for hours in (-1, 10_000):
            with self.assertRaisesRegex(ValidationError, "0 to 720 hours"):
                self.backend.webhook_grace_hours = hours

    def test_an_account_without_a_token_is_nobodys(self):
        self.backend.webhook_token = False
        for token in ("", None, False, "x"):
            self.assertFalse(self.found(token))

    def test_the_page_needs_an_account(self):
        self.backend.unlink()
        with self.assertRaisesRegex(UserError, "Settings"):
            self.env["usercom.backend"].action_open_webhook()

    def test_only_administrators_rotate_and_test(self):
        manager = new_test_user(
            self.env, "manager", groups="usercom_connector.group_usercom_manager"
        )
        for method in ("action_rotate_webhook_token", "action_test_webhook"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.backend.with_user(manager), method)()


class TestSelfTest(UsercomCase):
    """What it says of addresses where this server is not; tests/e2e lets it meet itself."""

    def result_at(self, url):
        self.env["ir.config_parameter"].set_param("web.base.url", url)
        self.backend.invalidate_recordset()
        self.backend.action_test_webhook()
        return self.backend.webhook_test_result

    def test_something_else_answers(self):
        result = self.result_at(self.simulator.url)
        self.assertIn("Something else answers at this address, with status", result)

    def test_nothing_answers(self):
        self.assertIn("cannot reach the address", self.result_at("http://127.0.0.1:9"))

    def test_an_address_of_this_machine_is_no_use_to_user_com(self):
        for url in ("http://localhost:9", "http://127.0.0.1:9", "http://odoo.local:9"):
            self.assertIn("known to this machine only", self.result_at(url))

    def test_https_is_asked_for(self):
        self.assertIn("has no HTTPS", self.result_at("http://odoo.example.invalid"))
        self.assertIn("has HTTPS", self.result_at("https://odoo.example.invalid"))

    def test_it_tells_when_and_how_bad_it_is(self):
        before = fields.Datetime.now()
        result = self.result_at("http://127.0.0.1:9")
        self.assertGreaterEqual(self.backend.webhook_tested_at, before)
        levels = [finding.get("data-level") for finding in html.fragments_fromstring(result)]
        self.assertEqual(levels[:2], ["danger", "danger"])
        result = self.result_at("https://odoo.example.invalid")
        levels = [finding.get("data-level") for finding in html.fragments_fromstring(result)]
        self.assertEqual(levels[:2], ["danger", "success"])

    def test_its_findings_are_read_in_the_readers_language(self):
        self.result_at("http://127.0.0.1:9")
        codes = [finding["code"] for finding in self.backend.webhook_findings]
        self.assertEqual(codes[:2], ["unreachable", "near"])
        self.env["res.lang"]._activate_lang("pl_PL")
        seen = self.backend.with_context(lang="pl_PL")
        self.assertIn("Ten serwer nie może", seen.webhook_test_result)
        self.assertIn("cannot reach the address", self.backend.webhook_test_result)

    def test_what_a_stranger_answers_is_shown_as_text(self):
        """Also a finding of a code that a later version knew."""
        values = {"address": "<img src=x onerror=alert(1)>"}
        self.backend.webhook_findings = [
            {"code": "redirect", "values": values},
            {"code": "unheard of", "values": {}},
        ]
        self.assertIn("&lt;img", self.backend.webhook_test_result)
        self.assertNotIn("<img", self.backend.webhook_test_result)

    def test_it_leaves_no_trace_in_the_inbox(self):
        self.result_at(self.simulator.url)
        self.assertFalse(self.env["usercom.inbox"].search([("backend_id", "=", self.backend.id)]))

    def test_the_token_is_not_in_its_words(self):
        self.assertNotIn(self.backend.webhook_token, self.result_at(self.simulator.url))
