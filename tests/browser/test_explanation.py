"""A contact's page explains the contact: what both sides have, and what would happen to it."""

from .common import LANGUAGES, BrowserCase

CHANGED = {"en_US": "Changed in User.com.", "pl_PL": "Zmieniona w User.com."}


class TestExplanation(BrowserCase):
    def test_what_changed_there_is_shown_with_what_would_happen(self):
        jan = self.synced(name="Jan Kowalski", email="jan@example.org", phone="+48 600 100 200")
        user_id = self.binding(jan).external_id
        self.simulator.patch_user(user_id, phone_number="+48600999999")
        event = self.env["usercom.event"]._queue(self.backend, [{"partner": jan, "name": "visit"}])
        event._fail("User.com refused the request (HTTP status 400): No.")
        self.env["usercom.event"]._queue(
            self.backend, [{"partner": jan, "name": "order_completed"}]
        )
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page(f"/odoo/res.partner/{jan.id}") as page:
                    page.click(".o_notebook .nav-link", "User.com")
                    page.press("action_usercom_explain")
                    page.see("jan@example.org", ".modal")
                    page.see("order_completed", ".modal")
                    page.press("action_read")
                    page.see("+48600999999", ".modal")
                    page.see(CHANGED[language], ".modal")
                    page.shoot("explanation")
                    page.resize(390, 844)
                    page.shoot("explanation_mobile")
        self.assertEqual(jan.phone, "+48 600 100 200")
