"""Takes the pictures of the documentation; run by `make pictures`, not with the tests."""

from . import acme
from .common_pictures import PictureCase

URL = "usercom_connector.api_url"
WIDE = 1600  # has room for the title beside many buttons
CONSENTS = "h2:has(+ .o_settings_container #usercom_email_consent)"


class TestPictures(PictureCase):
    """The English ones go to the Apps page too, the Polish ones to docs/."""

    modules = (*PictureCase.modules, "contacts", "crm", "calendar", "mass_mailing")

    def setUp(self):
        super().setUp()
        self.backend.unlink()
        self.env.company.name = "Acme"
        self.simulator.attribute("Shoe size", "integer")
        self.simulator.attribute("Newsletter", "boolean")
        self.simulator.seed(*acme.users())
        self.contacts = self.env["res.partner"].create(acme.contacts())
        self.addCleanup(self.registry.reset_changes)
        acme.newsletter(self.env)
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
        self.bring_together()
        self.live()
        self.look()
        self.parameters.set_param(URL, False)
        self.finish()

    # ---- what there is to see ----

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
            self.keep(page, "settings", height=1018)
            page.press("action_usercom_mappings")
            page.press("action_suggest")
            page.scroll_to(".modal button[name='action_add']")
            self.keep(page, "suggestions", height=720)
            page.press("action_add")
            page.gone(".modal")
            page.see("Last name", ".o_list_view")
            self.env.invalidate_all()
            mappings = self.backend.mapping_ids
            self.consent = mappings.filtered(lambda pair: pair.field_name == "x_newsletter")
            self.consent.is_consent = True
            self.env.cr.flush()
            page.go("/odoo/usercom-mappings")
            page.see("Newsletter", ".o_list_view")
            self.keep(page, "mappings", width=WIDE)
            page.go("/odoo/usercom-settings")
            page.press("action_usercom_webhook")
            page.see("https://odoo.acme.example", '[name="webhook_url"]')
            self.keep(page, "webhook", height=1175)

    def bring_together(self):
        sync = self.env["usercom.sync"].create({"backend_id": self.backend.id})
        sync.action_preview()
        self.drain()
        action = "action-usercom_connector.usercom_sync_action"
        with self.page(f"/odoo/{action}/{sync.id}") as page:
            page.see("", '[name="field_ids"] .o_data_row')
            self.keep(page, "initial_sync", height=1200)
        sync.use_csv = False
        sync.action_run()
        self.drain()

    def live(self):
        """A consent is given and withdrawn, a value changed on both sides, a person doubled."""
        self.anna, twice = self.contacts[0], self.contacts[1]
        admin = self.env.ref("base.user_admin")
        customer = {"x_newsletter": True, "lang": self.language, **acme.details(self.env)}
        self.anna.with_user(admin).write(customer)
        self.contact(name="Piotrek Nowak", email=twice.email, city=twice.city)
        twice.phone = "+48 601 000 000"
        self.simulator.patch_user(self.binding(twice).external_id, phone_number="+48602000000")
        self.called(twice)
        self.drain()
        self.simulator.patch_user(self.binding(self.anna).external_id, newsletter=False)
        self.called(self.anna)
        acme.a_day(self.backend)
        acme.spread(self.env)

    def called(self, contact):
        """User.com's automation calls about the contact."""
        extra = {"id": self.binding(contact).external_id}
        self.stored_call({"extra": extra})
        self.drain()

    def look(self):
        with self.page("/odoo/usercom-outbox") as page:
            page.see("Piotrek Nowak", ".o_list_view")
            self.keep(page, "outbox", height=640)
            page.go(f"/odoo/action-contacts.action_contacts/{self.anna.id}")
            page.click(".nav-link", "User.com")
            page.see("Newsletter", '[name="usercom_consent_log_ids"]')
            self.keep(page, "contact", height=875)
            page.go("/odoo/usercom")
            page.see("acme", ".o_kanban_view")
            self.keep(page, "dashboard")

    def finish(self):
        """The lower half of the settings, filled in."""
        self.backend.email_consent_id = self.consent
        if "mailing.list" in self.env:  # not where tests/dev/test_make.py tries this out
            self.env["mailing.list"].create({"name": "Newsletter"})
            self.backend.opt_out_lists = "Newsletter"
        with self.page("/odoo/usercom-settings") as page:
            page.see("", "#usercom_email_consent")
            self.keep(page, "settings_end", height=745, top=CONSENTS)
