"""A manager chooses what is made of a value, sees a real contact's, and fills in a value table."""

from .common import LANGUAGES, BrowserCase

CHOSEN = '.modal [name="value_ids"]'
PICKED = ".o_model_field_selector_popover_item"
CHOICES = {
    "en_US": ("Upper case", "Value table"),
    "pl_PL": ("Wielkie litery", "Tabela wartości"),
}


class TestConversions(BrowserCase):
    def setUp(self):
        super().setUp()
        self.simulator.attribute("segment", "string")
        self.simulator.attribute("reference", "string")
        self.simulator.attribute("company_industry", "string")
        self.backend.action_fetch_attributes()
        farms = self.env["res.partner.industry"].search([], limit=1)
        company = self.contact(name="Acme", is_company=True, industry_id=farms.id)
        employee = {"name": "Ewa Lis", "email": "e@example.org", "parent_id": company.id}
        self.contact(**employee)
        self.contact(name="Anna Nowak", email="a@example.org", industry_id=farms.id, ref="kl/17 b")
        self.industry = self.pair(self.backend, "industry_id", "segment")
        self.reference = self.pair(self.backend, "ref", "reference")
        self.first = farms.name

    def test_in_both_languages(self):
        for language in LANGUAGES:
            with self.subTest(language):
                (self.industry + self.reference).write({"conversion": False})
                self.industry.value_ids.unlink()
                self.backend.mapping_ids.filtered("path").unlink()
                self.walk(language)

    def walk(self, language):
        self.speak(language)
        upper, table = CHOICES[language]
        with self.page("/odoo/usercom-mappings") as page:
            page.see("reference (")
            page.shoot("conversion_list")
            self.open(page, "Reference")
            self.choose(page, upper)
            page.see("Anna Nowak: kl/17 b → KL/17 B", '.modal [name="preview"]')
            page.shoot("conversion_upper")
            page.click(".modal footer .btn-primary")
            page.gone(".modal")
            self.open(page, "Segment")
            self.choose(page, table)
            page.see("Anna Nowak", '.modal [name="preview"]')
            page.see(self.first, f'{CHOSEN} [name="usercom_value"]')
            page.shoot("conversion_table")
            page.click(f'{CHOSEN} .o_data_row [name="usercom_value"]')
            page.fill("usercom_value", "segment A")
            page.see("segment A", '.modal [name="preview"]')
            page.shoot("conversion_table_filled")
            page.click(".modal footer .btn-primary")
            page.gone(".modal")
            page.shoot("conversion_list_after")
            self.follow(page)
            page.resize(390, 844)
            page.go("/odoo/usercom-mappings")
            page.see("segment", ".o_action_manager")
            page.shoot("conversion_list_phone")
        self.assertEqual(self.reference.conversion, "upper")
        self.assertIn("segment A", self.industry.value_ids.mapped("usercom_value"))

    def follow(self, page):
        """Choose a field of the contact's company with Odoo's own picker."""
        page.press("action_add_path")
        page.click(".modal .o_model_field_selector")
        for step in ("parent_id", "industry_id"):
            page.click(f'{PICKED}[data-name="{step}"] button{PICKED}_relation')
        page.shoot("path_picker")
        page.click(f'{PICKED}[data-name="name"] {PICKED}_name')
        page.choose("attribute_id", "company_industry")
        page.see("→", '.modal [name="preview"]')
        page.shoot("path_chosen")
        page.click(".modal footer .btn-primary")
        page.gone(".modal")
        page.see(" > ", ".o_data_row")
        page.shoot("path_list")

    def open(self, page, attribute):
        row = 7 if attribute == "Segment" else 8  # after the usual pairs
        page.click(f'.o_data_row:nth-child({row}) [name="action_conversion"]')
        page.see("", ".modal .o_form_view")

    def choose(self, page, label):
        page.click(
            ".modal [name=conversion] .o_select_menu_toggler, .modal [name=conversion] input"
        )
        page.click(".o_select_menu_item", label)
