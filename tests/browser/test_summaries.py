"""A manager has the opportunities of contacts summed up, and chooses which of them count."""

from .common import LANGUAGES, BrowserCase

PICKED = ".o_model_field_selector_popover_item"
SUMMED = {"en_US": "Expected Revenue (Sum)", "pl_PL": "Spodziewany przychód (Suma)"}
COUNTED = {"en_US": "Opportunities (Count)", "pl_PL": "Szanse (Liczba)"}


class TestSummaries(BrowserCase):
    modules = (*BrowserCase.modules, "crm")

    def setUp(self):
        super().setUp()
        self.simulator.attribute("opportunities", "integer")
        self.simulator.attribute("revenue", "float")
        self.backend.action_fetch_attributes()
        anna = self.contact(name="Anna Nowak", email="a@example.org")
        lead = {"type": "opportunity", "partner_id": anna.id}
        self.env["crm.lead"].create(
            [
                {**lead, "name": "Press", "expected_revenue": 20},
                {**lead, "name": "Saw", "expected_revenue": 30},
            ]
        )

    def test_in_both_languages(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.backend.mapping_ids.filtered("path").unlink()
                self.walk(language)

    def walk(self, language):
        self.speak(language)
        with self.page("/odoo/usercom-mappings") as page:
            self.pick(page, "expected_revenue")
            page.choose("attribute_id", "revenue")
            page.see("Anna Nowak: 50.0 → 50.0", '.modal [name="preview"]')
            page.shoot("summary_sum")
            self.only_new(page)
            page.see("Anna Nowak: 0.0 → 0.0", '.modal [name="preview"]')
            page.shoot("summary_filtered")
            page.click(".modal footer .btn-primary")
            page.gone(".modal")
            page.see(SUMMED[language], ".o_data_row")
            self.pick(page)
            page.choose("attribute_id", "opportunities")
            page.see("Anna Nowak: 2 → 2", '.modal [name="preview"]')
            page.resize(390, 844)
            page.shoot("summary_count_phone")
            page.resize(1366, 900)
            page.click(".modal footer .btn-primary")
            page.gone(".modal")
            page.see(COUNTED[language], ".o_data_row")
            page.shoot("summary_list")

    def pick(self, page, field=None):
        """Pick the opportunities with Odoo's own picker, or a field of theirs."""
        page.press("action_add_path")
        page.click(".modal .o_model_field_selector")
        step = f'{PICKED}[data-name="opportunity_ids"]'
        if field:
            page.click(f"{step} button{PICKED}_relation")
            page.click(f'{PICKED}[data-name="{field}"] {PICKED}_name')
        else:
            page.click(f"{step} {PICKED}_name")
        page.see("", '.modal [name="summary"]')

    def only_new(self, page):
        """Add a rule in Odoo's own editor of filters."""
        page.click(".modal .o_field_domain_dialog_button")
        page.click(".modal .o_tree_editor a[role=button]")
        page.shoot("summary_filter")
        page.click(".modal-xl footer .btn-primary")
        page.gone(".modal-xl")
