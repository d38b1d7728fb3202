"""A manager switches companies on, looks at their pairs and at what became of them."""

from .common import LANGUAGES, BrowserCase


class TestCompanySync(BrowserCase):
    def setUp(self):
        super().setUp()
        self.acme = self.env["res.partner"].create(
            {"name": "Acme", "is_company": True, "city": "Łódź", "street": "Długa 1"}
        )
        self.long = self.env["res.partner"].create({"name": "Long " * 60, "is_company": True})
        self.contact(email="jan@example.org", parent_id=self.acme.id)
        self.contact(name="Ewa", email="ewa@example.org", parent_id=self.long.id)
        self.drain()

    def test_companies_are_switched_on_and_seen(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                self.backend.sync_companies = False
                with self.page("/odoo/usercom-settings") as page:
                    self.switch_on(page)
                for _run in range(3):
                    self.drain()
                with self.page("/odoo/usercom-companies") as page:
                    self.look(page)
                self.change_there()
                with self.page(f"/odoo/res.partner/{self.acme.id}") as page:
                    self.have_explained(page)
                self.assertEqual(len(self.simulator.companies()), 2)

    def switch_on(self, page):
        page.click('#usercom_sync_companies [name="usercom_sync_companies"] input')
        page.scroll_to("#usercom_sync_companies")
        page.see("", "#usercom_company_id_field")
        page.shoot("companies_settings")
        page.press("action_usercom_company_mappings")
        page.see("Postal code", ".o_list_view")
        self.assertTrue(page.fits_in_width())
        page.shoot("companies_mappings")
        page.resize(390, 844)
        page.go("/odoo/usercom-company-mappings")
        page.see("Postal code", ".o_kanban_view")
        self.assertTrue(page.fits_in_width())
        page.shoot("companies_mappings_phone")
        page.go("/odoo/usercom-settings")
        page.scroll_to("#usercom_sync_companies")
        page.see("", "#usercom_company_id_field")
        page.shoot("companies_settings_phone")

    def change_there(self):
        [there] = [each for each in self.simulator.companies() if each["name"] == "Acme"]
        self.simulator.patch_company(there["id"], address="Krótka 2")

    def have_explained(self, page):
        page.click(".o_notebook .nav-link", "User.com")
        page.see("User.com", '[name="usercom_reason"]')
        page.shoot("company_page")
        page.press("action_usercom_explain")
        page.see("Długa 1", '.modal [name="company_line_ids"]')
        page.press("action_read")
        page.see("Krótka 2", '.modal [name="company_line_ids"]')
        page.shoot("company_explanation")
        page.resize(390, 844)
        page.go(f"/odoo/res.partner/{self.acme.id}")
        page.click(".o_notebook .nav-link", "User.com")
        page.press("action_usercom_explain")
        page.press("action_read")
        page.see("Krótka 2", '.modal [name="company_line_ids"] .o_kanban_record')
        page.shoot("company_explanation_phone")

    def look(self, page):
        page.go("/odoo/usercom")
        page.see("", '.o_usercom_dashboard [name="companies"]')
        page.shoot("companies_dashboard")
        page.go("/odoo/usercom-companies")
        page.see("Acme", ".o_list_view")
        page.see(f"odoo-{self.acme.id}", ".o_list_view")
        self.assertTrue(page.fits_in_width())
        page.shoot("companies_list")
        page.click('button[name="action_open_members"]')
        page.see("example.org", ".o_list_view")
        page.gone(".o_list_button_add")
        page.resize(390, 844)
        page.go("/odoo/usercom-companies")
        page.see("Acme", ".o_kanban_view")
        self.assertTrue(page.fits_in_width())
        page.shoot("companies_phone")
        page.click('.o_kanban_record button[name="action_open_members"]')
        page.see("example.org", ".o_kanban_record")
        self.assertTrue(page.fits_in_width())
        page.shoot("companies_members_phone")
