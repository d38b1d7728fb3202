"""The first five minutes of an administrator, from the empty settings to a running account."""

from .common import BrowserCase

WORDS = {
    "en_US": {
        "draft": "Not connected",
        "authenticated": "Authenticated",
        "running": "Running",
        "paused": "Paused",
        "wrong_key": "does not accept the API key",
        "unproven": "the API key was changed",
        "misfit": "cannot be paired with “Shoe size” (Whole number (integer))",
        "connected": "Connected to",
        "pairs": "These pairs usually belong together",
        "gone": "User.com has no attribute",
        "steps": "Open Automations and create a new one.",
        "hours": "hours",
    },
    "pl_PL": {
        "draft": "Niepołączone",
        "authenticated": "Połączono (nieuruchomione)",
        "running": "Działa",
        "paused": "Wstrzymane",
        "wrong_key": "nie przyjmuje klucza API",
        "unproven": "klucz API zostały zmienione",
        "misfit": "nie można połączyć z atrybutem „Shoe size” (Liczba całkowita (integer))",
        "connected": "Połączono z",
        "pairs": "Te pola zwykle sobie odpowiadają",
        "gone": "W User.com nie ma już atrybutu",
        "steps": "Otwórz „Automations” i utwórz nową automatyzację.",
        "hours": "godz.",
    },
}


class TestSetup(BrowserCase):
    def setUp(self):
        super().setUp()
        self.backend.unlink()
        self.simulator.attribute("Shoe size", "integer")

    def test_from_nothing_to_running_in_english(self):
        self.speak("en_US")
        self.walk()

    def test_from_nothing_to_running_in_polish(self):
        self.speak("pl_PL")
        self.walk()

    def walk(self):
        words = WORDS[self.language]
        # Looked up before there is a page: its requests share our cursor.
        self.label, self.other_label = self.labels("ref", "function")
        with self.page("/odoo/usercom-settings") as page:
            self.connect(page, words)
            self.complete(page, words)
            self.map_fields(page, words)
            self.set_up_webhook(page, words)
            self.pause_and_run(page, words)
            self.change_key(page, words)

    def connect(self, page, words):
        page.see(words["draft"], "#usercom_status")
        page.gone('[name="usercom_partner_domain"]')
        page.fill("usercom_subdomain", "https://acme.user.com/")
        page.fill("usercom_api_key", "x" * 64)
        page.press("action_usercom_authenticate")
        page.see(words["wrong_key"], ".modal")
        page.shoot("wrong_key")
        page.close_dialog()
        page.fill("usercom_api_key", self.simulator.api_key)
        page.press("action_usercom_authenticate")
        page.see(words["connected"], "#usercom_status")
        page.see(self.simulator.url, "#usercom_status")
        page.see(words["authenticated"], "#usercom_status")
        self.assertEqual(page.value("usercom_subdomain"), "acme")
        self.assertEqual(page.value("usercom_api_key"), "")

    def complete(self, page, words):
        page.shoot("settings_authenticated")
        page.see("%", "#usercom_failure_alert")
        page.see(words["hours"], "#usercom_webhook_alert")
        page.fill("usercom_rate_limit", "8")
        page.press("action_usercom_run")
        page.see(words["running"], "#usercom_status")
        page.scroll_to(".settings h2")
        page.shoot("settings_running")

    def map_fields(self, page, words):
        page.press("action_usercom_mappings")
        page.press("action_suggest")
        page.see(words["pairs"], ".modal")
        page.shoot("suggestions")
        page.press("action_add")
        page.gone(".modal")
        page.see("Last name", ".o_list_view")
        self.assertFalse(page.cut_off(".o_breadcrumb span"))
        self.create_attribute(page)
        page.shoot("mappings")
        self.pair_what_does_not_fit(page, words)
        self.simulator.reset(rate_limit=0)
        page.press("action_fetch_attributes")
        page.see(words["gone"], ".o_list_view")
        page.shoot("mappings_broken")

    def labels(self, *names):
        fields = self.env["ir.model.fields"].with_context(lang=self.language)
        return [fields._get("res.partner", name).field_description for name in names]

    def create_attribute(self, page):
        page.press("action_create_attribute")
        page.choose("field_id", self.label)
        page.fill("name", "Nickname")
        page.shoot("new_attribute")
        page.press("action_create")
        page.gone(".modal")
        page.see("Nickname", ".o_list_view")

    def pair_what_does_not_fit(self, page, words):
        page.click(".o_list_button_add")
        # In this order: once the field is chosen, only attributes that fit it are offered.
        page.choose("attribute_id", "Shoe size")
        page.choose("field_id", self.other_label)
        page.click(".o_list_button_save")
        page.see(words["misfit"], ".modal")
        page.shoot("mappings_misfit")
        page.close_dialog()
        page.click(".o_list_button_discard")

    def set_up_webhook(self, page, words):
        page.go("/odoo/usercom-settings")
        page.press("action_usercom_webhook")
        page.see("/usercom/webhook", '[name="webhook_url"]')
        page.see("{{ email }}", '[name="webhook_extra"]')
        page.see(words["steps"])
        self.assertEqual(page.count(".o_clipboard_button"), 3)
        token = page.text("webhook_token")
        page.shoot("webhook")
        page.press("action_rotate_webhook_token")
        page.click(".modal .btn-primary")
        page.gone(".modal")
        page.changes("webhook_token", token)

    def pause_and_run(self, page, words):
        page.go("/odoo/usercom-settings")
        page.press("action_usercom_pause")
        page.see(words["paused"], "#usercom_status")
        page.shoot("settings_paused")
        page.press("action_usercom_run")
        page.see(words["running"], "#usercom_status")

    def change_key(self, page, words):
        """A wrong key is saved over the one that works, and the right one again."""
        page.fill("usercom_api_key", "x" * 64)
        page.click_and_reload(".o_form_button_save")
        page.see(words["paused"], "#usercom_status")
        page.see(words["unproven"], ".alert")
        page.shoot("settings_unproven")
        page.fill("usercom_api_key", self.simulator.api_key)
        page.press("action_usercom_authenticate")
        page.see(words["running"], "#usercom_status")
