"""Settings → User.com: the system name as people write it, and an account that is another one."""

from contextlib import suppress

from odoo.exceptions import UserError, ValidationError
from odoo.tests.common import JsonRpcException

from .common_rpc import RpcCase
from .common_settings import SettingsCase


class TestSystemName(SettingsCase):
    def entered(self, text):
        return self.env["usercom.backend"].create({"subdomain": text}).subdomain

    def test_what_people_paste_is_understood(self):
        backend = self.env["usercom.backend"].create({"subdomain": "acme"})
        for text in (
            "acme",
            " ACME ",
            "acme.user.com",
            "acme.user.com/settings/app",
            "https://acme.user.com",
            "https://acme.user.com/api/public/?a=b#c",
            "http://ACME.user.com/",
        ):
            with self.subTest(text):
                backend.subdomain = text
                self.assertEqual(backend.subdomain, "acme")

    def test_another_host_is_refused_as_such(self):
        for text in (
            "acme.example.com",
            "https://acme.user.com.example.org/",
            "user.com",
            "app.userengage.com",
            "https://evil.example/acme.user.com",
            "a.b.user.com",
        ):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, "not the address"):
                self.entered(text)

    def test_what_is_no_name_is_refused_as_such(self):
        for text in (
            "ac me",
            "żółw",
            "-acme",
            "acme-",
            "ac_me",
            "acme/x",
            "https://acme",
            "https://user:pass@acme.user.com",
            "https://acme.user.com:8443",
            "ftp://acme.user.com",
            "https://[",
            "a" * 64,
            "@",
        ):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, "not a system name"):
                self.entered(text)


class TestOtherCredentials(SettingsCase):
    """Another key or system name is typed over the one that works, and saved."""

    def setUp(self):
        super().setUp()
        self.authenticate()
        self.account().action_run()

    def save(self, **typed):
        self.settings(**{"subdomain": "acme", **typed}).execute()

    def test_it_stands_still_and_says_what_to_do(self):
        for typed in ({"api_key": "x" * 64}, {"subdomain": "other"}):
            with self.subTest(typed):
                self.account().action_authenticate()
                self.save(**typed)
                shown = self.settings()
                self.assertEqual(shown.usercom_state, "paused")
                self.assertIn("Authenticate again", shown.usercom_pause_reason)
                with self.assertRaisesRegex(UserError, "API key was changed"):
                    shown.action_usercom_run()
                self.save(api_key=self.simulator.api_key)

    def test_nothing_is_sent_meanwhile_and_nothing_is_lost(self):
        self.backend = self.account()
        self.save(api_key="x" * 64)
        contact = self.contact(email="jan@example.org", company_id=self.company.id)
        self.drain()
        self.assertEqual(self.calls("POST"), [])
        self.assertTrue(self.waiting(contact))
        self.settings(api_key=self.simulator.api_key).action_usercom_authenticate()
        self.drain()
        self.assertEqual(self.backend.state, "running")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_what_is_typed_again_as_it_was_changes_nothing(self):
        self.save(subdomain="https://acme.user.com", api_key=self.simulator.api_key)
        self.assertEqual(self.account().state, "running")

    def test_before_the_first_run_it_is_not_connected(self):
        self.account().sudo().state = "authenticated"
        self.save(subdomain="other")
        self.assertEqual(self.account().state, "draft")

    def linked(self, **values):
        """A contact of the account's company that User.com knows."""
        self.backend = self.account()
        values = {"email": "jan@example.org", **values}
        return self.synced(company_id=self.company.id, **values)

    def test_another_key_leaves_the_links_alone(self):
        contact = self.linked()
        self.save(api_key="x" * 64)
        self.save(api_key=self.simulator.api_key)
        self.backend.action_authenticate()
        self.assertTrue(self.binding(contact).external_id)

    def test_in_another_system_the_ids_are_other_peoples(self):
        contact, deleted = self.linked(), self.linked(name="Ewa", email="ewa@example.org")
        self.backend.removal_policy = "delete"
        deleted.unlink()
        self.put(id=self.binding(contact).external_id)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        contact.with_company(elsewhere).usercom_key = "77"
        self.save(subdomain="other")
        self.backend.action_authenticate()
        seen = contact.with_company(self.company)
        self.assertFalse(seen.usercom_key)
        self.assertEqual(seen.with_company(elsewhere).usercom_key, "77")
        self.assertFalse(self.binding(contact))
        self.assertFalse(self.env["usercom.inbox"].search([("state", "=", "pending")]))
        self.drain()
        self.assertEqual(self.calls("DELETE"), [])

    def test_there_the_contacts_are_matched_anew(self):
        contact = self.linked()
        user = self.binding(contact).external_id
        self.save(subdomain="other")
        self.backend.action_authenticate()
        contact.action_usercom_push()
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user)  # by the e-mail address
        self.assertEqual(len(self.simulator.users()), 1)


class TestRefusedKey(SettingsCase):
    """The settings call a key configured only while User.com accepts it."""

    def hint(self):
        return self.settings().usercom_api_key_hint

    def test_one_that_was_accepted_is_configured(self):
        self.authenticate()
        self.assertIn("Configured, ends in", self.hint())
        self.assertTrue(self.settings().usercom_is_key_verified)

    def test_one_that_was_only_saved_is_not_verified(self):
        self.settings(subdomain="acme", api_key="x" * 64).execute()
        self.assertIn("Not verified yet", self.hint())
        self.authenticate()
        self.account().action_run()
        self.settings(subdomain="acme", api_key="x" * 64).execute()
        self.assertIn("Not verified yet", self.hint())
        self.assertFalse(self.settings().usercom_is_key_verified)

    def test_one_that_is_taken_away_is_refused(self):
        for status in (401, 403):
            self.authenticate()
            self.backend = self.account()
            self.backend.action_run()
            self.simulator.fault(kind="status", status=status, method="POST", count=1)
            self.contact(email=f"{status}@example.org", company_id=self.company.id)
            self.drain()
            with self.subTest(status):
                self.assertEqual(self.backend.state, "paused")
                self.assertIn("refused", self.hint())
                self.assertFalse(self.settings().usercom_account)
            self.backend.action_run()
            self.assertIn("Configured", self.hint())

    def test_an_unpaid_bill_says_nothing_of_the_key(self):
        self.authenticate()
        self.backend = self.account()
        self.backend.action_run()
        self.simulator.fault(kind="status", status=402)
        self.contact(email="jan@example.org", company_id=self.company.id)
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.assertIn("Configured", self.hint())


class TestRefusedAtOnce(RpcCase):
    """A button that fails is rolled back; that User.com has refused the key is kept."""

    def setUp(self):
        super().setUp()
        self.sign_in("admin_2", "base.group_system")

    def test_a_key_refused_by_authenticate_is_no_configured_one(self):
        self.simulator.fault(kind="status", status=401)
        with suppress(JsonRpcException):  # assertRaises would roll back what is kept
            self.rpc(self.backend, "action_authenticate")
            self.fail("nothing was refused")
        self.env.invalidate_all()
        self.assertTrue(self.backend.is_key_refused)
        self.assertEqual(self.backend.state, "running")
        self.simulator.clear_faults()
        self.rpc(self.backend, "action_authenticate")
        self.assertFalse(self.backend.is_key_refused)

    def test_another_key_is_given_its_chance(self):
        self.backend.is_key_refused = True
        self.rpc(self.backend, "write", {"api_key": "y" * 64})
        self.assertFalse(self.backend.is_key_refused)
