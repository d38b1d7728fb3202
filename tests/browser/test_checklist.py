"""The set-up checklist leads from an empty database to a running account."""

from .common import BrowserCase

PHONE = (390, 844)
LAPTOP = (1366, 900)
LIST = ".o_usercom_setup"
WORDS = {
    "en_US": {
        "empty": "Connect User.com",
        "title": "Set-up: 0 of 6",
        "enter": "Enter the system name and the API key.",
        "refused": "refused the key",
        "next": "Next step: Pair Fields",
        "unpaired": "No field is paired yet. Usual pairs: 8.",
        "contacts": "Contacts: ",
        "usual": "Usual fields paired: 8 of 8.",
        "no_call": "No call received yet.",
        "called": "Last call received",
        "preview": "State: Preview.",
        "running": "User.com is running",
        "done": "Contacts linked:",
        "well": "All is well",
    },
    "pl_PL": {
        "empty": "Połącz User.com",
        "title": "Konfiguracja: 0 z 6",
        "enter": "Wpisz nazwę systemu i klucz API.",
        "refused": "odrzuciło klucz",
        "next": "Następny krok: Połącz pola",
        "unpaired": "Nie połączono jeszcze żadnego pola. Typowe pary: 8.",
        "contacts": "Kontakty: ",
        "usual": "Połączone typowe pola: 8 z 8.",
        "no_call": "Nie odebrano jeszcze żadnego wywołania.",
        "called": "Ostatnie wywołanie",
        "preview": "Stan: Podgląd.",
        "running": "User.com działa",
        "done": "Powiązane kontakty:",
        "well": "Wszystko w porządku",
    },
}


class TestChecklist(BrowserCase):
    def setUp(self):
        super().setUp()
        self.backend.unlink()
        self.contact(name="Jan Kowalski", email="jan@example.org")
        self.env.cr.flush()

    def test_from_an_empty_database_to_running_in_english(self):
        self.speak("en_US")
        self.walk()

    def test_from_an_empty_database_to_running_in_polish(self):
        self.speak("pl_PL")
        self.walk()

    def walk(self):
        words = WORDS[self.language]
        with self.page("/odoo/usercom") as page:
            page.see(words["empty"], ".o_nocontent_help")
            self.shoot(page, "setup_0_empty")
            page.click(".o_nocontent_help a.btn")
            self.connect(page, words)
            self.pair_fields(page, words)
            self.set_up_webhook(page, words)
        self.backend = self.env["usercom.backend"]._of_company()
        self.stored_call({"extra": {"email": "anna@example.org"}})
        self.env.cr.flush()
        with self.page("/odoo/usercom") as page:
            self.preview(page, words)
        self.drain()
        with self.page("/odoo/usercom") as page:
            self.run_it(page, words)
        self.env["usercom.sync"].search([])._finish("done")
        self.drain()
        with self.page("/odoo/usercom") as page:
            page.see(words["well"])
            page.gone(LIST)
            self.shoot(page, "setup_6_done")
            page.go("/odoo/usercom-settings")
            page.see("", "#usercom_credentials")
            page.gone(LIST)

    def connect(self, page, words):
        page.see(words["title"], LIST)
        page.see(words["enter"], self.step("connect", "current"))
        self.assertEqual(page.count(f"{LIST} li button"), 6)
        self.assertEqual(page.count(f"{LIST} li button:disabled"), 5)
        self.shoot(page, "setup_1_settings", is_ours=False)
        page.fill("usercom_subdomain", "acme")
        page.fill("usercom_api_key", "x" * 64)
        page.press("action_usercom_authenticate")
        page.close_dialog()
        page.go("/odoo/usercom-settings")
        page.see(words["refused"], "#usercom_credentials")
        page.shoot("setup_1_refused")
        page.fill("usercom_api_key", self.simulator.api_key)
        page.press("action_usercom_authenticate")
        page.see(words["next"], ".o_notification")
        page.see(words["unpaired"], self.step("fields", "current"))
        page.see(words["contacts"], self.step("contacts", "done"))
        self.shoot(page, "setup_2_connected", is_ours=False)
        page.click(self.step("contacts") + " button")

    def pair_fields(self, page, words):
        page.go("/odoo/usercom")
        page.see(words["unpaired"], self.step("fields", "current"))
        page.gone("[name=graph_done]")
        self.shoot(page, "setup_2_dashboard")
        page.click(self.step("fields") + " button")
        page.press("action_suggest")
        page.press("action_add")
        page.gone(".modal")
        page.go("/odoo/usercom")
        page.see(words["usual"], self.step("fields", "done"))

    def set_up_webhook(self, page, words):
        page.see(words["no_call"], self.step("webhook", "current"))
        self.shoot(page, "setup_3_dashboard")
        page.click(self.step("webhook") + " button")
        page.see("/usercom/webhook", '[name="webhook_url"]')
        page.press("action_test_webhook")
        page.see("", "[data-level=danger]")
        page.see(":", '[name="webhook_tested_at"]')
        page.scroll_to('[name="webhook_tested_at"]')
        self.shoot(page, "setup_3_self_test")

    def preview(self, page, words):
        page.see(words["called"], self.step("webhook", "done"))
        page.click(self.step("sync", "current") + " button")
        page.press("action_preview")
        page.gone('button[name="action_preview"]')

    def run_it(self, page, words):
        page.see(words["preview"], self.step("sync", "todo"))
        self.shoot(page, "setup_4_dashboard")
        page.click(self.step("run", "current") + " button")
        page.see(words["running"], ".o_notification")
        page.see(words["preview"], self.step("sync", "current"))
        page.see("", "[name=outbox]")
        self.shoot(page, "setup_5_running")

    def step(self, code, state=""):
        selector = f'{LIST} li[data-step="{code}"]'
        return f'{selector}[data-state="{state}"]' if state else selector

    def shoot(self, page, name, is_ours=True):
        """In both widths; nothing of ours sticks out of the narrow one, as Odoo's tabs do."""
        page.resize(*PHONE)
        page.shoot(f"{name}_phone")
        self.assertTrue(not is_ours or page.fits_in_width(), name)
        page.resize(*LAPTOP)
        page.shoot(name)
