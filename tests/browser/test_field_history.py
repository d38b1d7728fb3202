"""What the pairs moved, field by field: kept once somebody asks for it, found from both ends."""

from .common import LANGUAGES, BrowserCase

PHONE, DESK = (390, 844), (1366, 900)
WORDS = {
    "en_US": {"keep": "Keep field history", "filter": "Values", "group": "Contact"}
    | {"tag": "VIP: no → yes (Mitchell Admin)"},
    "pl_PL": {"keep": "Przechowywanie historii pól", "filter": "Wartości", "group": "Kontakt"}
    | {"tag": "VIP: nie → tak (Mitchell Admin)"},
}


class TestFieldHistory(BrowserCase):
    def setUp(self):
        super().setUp()
        self.backend.company_id = self.env.ref("base.main_company")
        self.pair(self.backend, "city", "city")
        country = self.pair(self.backend, "country_id", "country")
        country.direction = "export"
        vip = self.env["res.partner.category"].create({"name": "VIP"})
        label = self.env["usercom.label"].create(
            {"backend_id": self.backend.id, "kind": "tags", "name": "vip"}
        )
        self.vip = self.env["usercom.tag.mapping"].create(
            {"backend_id": self.backend.id, "category_id": vip.id, "label_id": label.id}
        )
        self.phone = self.backend.mapping_ids.filtered(lambda m: m.field_name == "phone")

    def test_it_is_asked_for_and_found_from_both_ends(self):
        self.ask_for_it()
        jan = self.moved()
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                words = WORDS[language]
                with self.page(f"/odoo/res.partner/{jan.id}") as page:
                    page.press("action_usercom_history")
                    page.see("111111111 → 222222222 (Mitchell Admin)")
                    page.see(words["tag"])
                    page.click(".o_searchview_dropdown_toggler")
                    page.click(".o_filter_menu .dropdown-item", words["filter"])
                    page.click(".o_searchview_dropdown_toggler")
                    page.gone(".o_filter_menu")
                    page.shoot("field_history_contact_1366")
                    page.go("/odoo/usercom-mappings")
                    page.scroll_to(".o_data_row button[name=action_open_history]")
                    page.shoot("field_history_mappings_1366")
                    page.go(f"/odoo/usercom-mappings/{self.phone.id}")
                    page.scroll_to("button[name=action_open_history]")
                    page.shoot("field_history_mapping_form_1366")
                    page.press("action_open_history")
                    page.see("222222222", ".o_data_row")
                    page.shoot("field_history_pair_1366")
                    page.click(".o_searchview_dropdown_toggler")
                    page.click(".o_group_by_menu .dropdown-item", words["group"])
                    page.see("Jan Kowalski", ".o_group_header")
                    page.click(".o_group_header", "Jan Kowalski")
                    page.see("333333333", ".o_data_row")
                    page.shoot("field_history_grouped_1366")
                    page.click(".o_data_row .o_data_cell", "333333333")
                    page.see("Jan Kowalski", ".o_form_view [name=name]")
                    page.go("/odoo/usercom-tags")
                    page.see("vip", ".o_data_row")
                    page.shoot("field_history_tags_1366")
                    page.go(f"/odoo/usercom-tags/{self.vip.id}")
                    page.press("action_open_history")
                    page.see("VIP", ".o_data_row")
                    page.shoot("field_history_tag_1366")
                    page.resize(*PHONE)
                    page.go("/odoo/action-usercom_connector.usercom_value_change_action")
                    page.see("222222222", ".o_kanban_record")
                    page.shoot("field_history_390")
                    page.go("/odoo/usercom-mappings")
                    page.scroll_to(".o_kanban_record button[name=action_open_history]")
                    page.shoot("field_history_mappings_390")
                    page.resize(*DESK)

    def ask_for_it(self):
        for language in LANGUAGES:
            self.speak(language)
            with self.page("/odoo/usercom-settings") as page:
                page.scroll_to("#usercom_history_days")
                page.shoot("field_history_settings_1366")
                page.see(WORDS[language]["keep"], "#usercom_history_days")
                page.fill("usercom_history_days", "30")
                page.press("execute")
                page.gone(".o_dirty_warning")
        self.assertEqual(self.backend.history_days, 30)

    def moved(self):
        """A contact whose values went both ways."""
        admin = self.env.ref("base.user_admin")
        admin.name = "Mitchell Admin"
        jan = self.synced(name="Jan Kowalski", email="jan@example.org", phone="111111111")
        tags = self.vip.category_id.ids
        jan.with_user(admin).write({"phone": "222222222", "city": "Łódź", "category_id": tags})
        self.drain()
        jan.with_user(admin).country_id = self.env.ref("base.pl")
        self.drain()
        self.change_there(jan, phone_number="333333333", city=None)
        return jan
