"""Takes the pictures of the documentation; run by `make pictures`, not with the tests."""

from PIL import Image

from .common import PICTURES, ROOT, BrowserCase

ENGLISH = ROOT / "usercom_connector/static/description"
POLISH = ROOT / "docs/pictures"
URL = "usercom_connector.api_url"


class TestPictures(BrowserCase):
    """The English ones go to the Apps page too, the Polish ones to docs/."""

    modules = (*BrowserCase.modules, "contacts", "crm", "calendar", "mass_mailing")

    def setUp(self):
        super().setUp()
        self.backend.unlink()
        self.simulator.attribute("Shoe size", "integer")
        self.parameters = self.env["ir.config_parameter"]
        self.parameters.set_param("web.base.url", "https://odoo.acme.example")

    def test_english(self):
        self.speak("en_US")
        self.walk()

    def test_polish(self):
        self.speak("pl_PL")
        self.walk()

    def walk(self):
        self.env.company.partner_id.lang = self.language
        self.connect()
        self.backend = self.env["usercom.backend"]._of_company()
        self.parameters.set_param(URL, False)  # the address that customers have
        self.configure()
        self.parameters.set_param(URL, self.simulator.url)
        self.people()
        self.look()

    def connect(self):
        with self.page("/odoo/usercom-settings") as page:
            page.fill("usercom_subdomain", "acme")
            page.fill("usercom_api_key", self.simulator.api_key)
            self.keep(page, "connect")
            page.press("action_usercom_authenticate")
            page.see(self.simulator.url, "#usercom_status")
            page.press("action_usercom_run")
            page.scroll_to('button[name="action_usercom_pause"]')

    def configure(self):
        with self.page("/odoo/usercom-settings") as page:
            page.see("acme.user.com", "#usercom_status")
            self.keep(page, "settings")
            page.press("action_usercom_mappings")
            page.press("action_suggest")
            page.scroll_to(".modal button[name='action_add']")
            self.keep(page, "suggestions")
            page.press("action_add")
            page.gone(".modal")
            page.see("Last name", ".o_list_view")
            self.keep(page, "mappings")
            page.go("/odoo/usercom-settings")
            page.press("action_usercom_webhook")
            page.see("https://odoo.acme.example", '[name="webhook_url"]')
            self.keep(page, "webhook")

    def people(self):
        """Three who are synced, and one whose e-mail address somebody else has already."""
        named = ("Anna Nowak", "Jan Kowalski", "Ewa Zielińska")
        emails = [f"{name.split()[0].lower()}@example.com" for name in named]
        for name, email in zip((*named, "Janek Kowalski"), (*emails, emails[1]), strict=True):
            person = self.contact(name=name, email=email, phone="+48 601 111 222", city="Kraków")
            self.drain()
        self.failed = person

    def look(self):
        with self.page("/odoo/action-usercom_connector.usercom_outbox_action") as page:
            page.see("Janek Kowalski", ".o_list_view")
            self.keep(page, "outbox")
            page.go(f"/odoo/action-contacts.action_contacts/{self.failed.id}")
            page.click(".nav-link", "User.com")
            page.see("anek", '[name="usercom_error"]')
            self.keep(page, "contact")
            page.go("/odoo/action-usercom_connector.usercom_backend_dashboard_action")
            page.see("acme", ".o_kanban_view")
            self.keep(page, "dashboard")

    def keep(self, page, name):
        """One picture, of few colours and so of few bytes."""
        page.shoot(f"picture_{name}")
        language = self.language[:2]
        image = Image.open(PICTURES / f"picture_{name}_{language}.png").convert("RGB")
        folder = ENGLISH if language == "en" else POLISH
        folder.mkdir(exist_ok=True)
        image.quantize(128).save(folder / f"{name}.png", optimize=True)
