"""A manager pairs fields: what the drop-down offers, a new attribute on the way, examples."""

from .common import LANGUAGES, BrowserCase

WORDS = {
    "en_US": {
        "create": "in User.com",
    },
    "pl_PL": {
        "create": "w User.com",
    },
}


class TestMapping(BrowserCase):
    def setUp(self):
        super().setUp()
        self.simulator.attribute("Shoe size", "integer")
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "city", "city")
        self.synced(
            name="Jan Kowalski", email="jan@example.org", phone="+48 601 111 222", city="Łódź"
        )
        self.contact(email="ewa@example.org", city="x" * 70)
        self.drain()
        self.pair(self.backend, "ref", "region").attribute_id.is_gone = True

    def test_a_missing_attribute_is_created_from_the_drop_down(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                words = WORDS[language]
                # Looked up before there is a page: its requests share our cursor.
                field = self.env["ir.model.fields"].with_context(lang=language)
                label = field._get("res.partner", "function").field_description
                with self.page("/odoo/usercom-mappings") as page:
                    page.see("Phone number", ".o_list_view")
                    page.see("+48601111222", '[name="usercom_example"]')
                    page.shoot("mapping_list")
                    page.press("action_suggest")
                    page.see("Country", ".modal")
                    page.shoot("mapping_suggestions")
                    page.close_dialog()
                    self.create_on_the_way(page, label, words)
                with self.page("/odoo/usercom-mappings") as page:
                    page.resize(390, 844)
                    page.go("/odoo/usercom-mappings")
                    self.look_on_a_phone(page, label)
                made = self.backend.mapping_ids.filtered(lambda m: m.field_name == "function")
                self.assertEqual(made.value_type, "string")
                self.assertEqual(made.attribute_id.name, label)
                made.unlink()

    def create_on_the_way(self, page, label, words):
        page.click(".o_list_button_add")
        page.choose("field_id", label)
        page.click('[name="attribute_id"] input')
        page.see(f"{label}” {words['create']}", ".o-autocomplete--dropdown-menu")
        self.assertNotIn("Assigned to", "".join(page.texts()))  # a whole number
        self.assertTrue(page.fits_in_width())
        page.shoot("mapping_drop_down")
        page.fill("attribute_id", "Shoe")
        page.see(f"Shoe” {words['create']}", ".o-autocomplete--dropdown-menu")
        self.assertNotIn("Shoe size", "".join(page.texts()))
        page.fill("attribute_id", "")
        page.see(f"{label}” {words['create']}", ".o-autocomplete--dropdown-menu")
        page.click(".o_m2o_dropdown_option_create_edit")
        page.see(label, ".modal")
        page.shoot("mapping_new_attribute")
        page.press("action_create")
        page.gone(".modal")
        page.see(label, '[name="attribute_id"]')
        page.click(".o_list_button_save")
        page.gone(".o_list_button_save")

    def look_on_a_phone(self, page, label):
        page.see(label, ".o_kanban_view")
        page.click("button.o-control-panel-adaptive-dropdown")
        page.press("action_suggest")
        page.see("Country", ".modal")
        page.shoot("mapping_suggestions_390")
        page.close_dialog()
        self.assertTrue(page.fits_in_width())
        page.shoot("mapping_cards_390")
        page.click(".o_kanban_record", label)
        page.see(label, ".o_form_view")
        page.shoot("mapping_form_390")
        page.click('[name="attribute_id"] input')
        page.see("Facebook URL", ".modal")
        page.shoot("mapping_choose_390")
        page.click(".modal-footer .btn-primary")
        page.see(label, '.modal [name="name"]')
        page.shoot("mapping_new_attribute_390")
