"""A manager pairs tags: with one that is known, with a new one, on a desk and on a phone."""

import requests

from .common import LANGUAGES, BrowserCase


class TestTags(BrowserCase):
    def setUp(self):
        super().setUp()
        tags = self.env["res.partner.category"]
        partners = tags.create({"name": "Partner"})
        self.gold = tags.create({"name": "Gold", "parent_id": partners.id})
        self.spring = tags.create({"name": "Spring fair"})
        for name in ("gold", "silver"):
            url = f"{self.simulator.url}/api/public/tags/"
            requests.post(url, {"name": name}, headers=self.simulator.headers(2), timeout=10)

    def test_tags_are_paired(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                self.env["usercom.label"].search([]).unlink()
                with self.page("/odoo/usercom-tags") as page:
                    page.see("", ".o_view_nocontent_smiling_face")
                    page.shoot("tags_empty")
                    page.press("action_fetch_tags")
                    page.see(": 2", ".o_notification")
                    self.enter(page, "Partner / Gold", "gold")
                    page.shoot("tags_drop_down")
                    page.click(".o_list_button_save")
                    page.gone(".o_list_button_save")
                    self.enter(page, "Spring fair", "Fair 2027")
                    page.click(".o_list_button_save")
                    page.gone(".o_list_button_save")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("tags_list")
                    page.resize(390, 844)
                    page.go("/odoo/usercom-tags")
                    page.see("Fair 2027", ".o_kanban_view")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("tags_cards_390")
                    page.click(".o_kanban_record", "Spring fair")
                    page.see("Fair 2027", ".o_form_view")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("tags_form_390")
                pairs = self.backend.tag_mapping_ids
                self.assertEqual(pairs.category_id, self.gold + self.spring)
                self.assertEqual(pairs.mapped("label_id.name"), ["gold", "Fair 2027"])
                pairs.unlink()

    def test_all_tags_are_chosen_in_the_settings(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page("/odoo/usercom-settings") as page:
                    page.click('[name="usercom_all_tags"] input')
                    page.fill("usercom_tag_prefix", "Odoo:")
                    page.shoot("tags_settings")
                    page.click_and_reload(".o_form_button_save")
                names = self.backend.tag_mapping_ids.mapped("label_id.name")
                self.assertIn("Odoo:Partner / Gold", names)
                self.backend.write({"all_tags": False, "tag_prefix": False})
                self.backend.tag_mapping_ids.unlink()

    def test_a_tag_that_was_deleted_there_is_told_and_found(self):
        own = {"backend_id": self.backend.id, "kind": "tags"}
        label = self.env["usercom.label"].create({**own, "name": "bronze", "external_id": 77})
        pair = self.env["usercom.tag.mapping"].create(
            {"backend_id": self.backend.id, "category_id": self.gold.id, "label_id": label.id}
        )
        self.backend.company_id = self.env.ref("base.main_company")
        self.backend.sudo().action_fetch_tags()
        self.assertTrue(pair.is_gone)
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page("/odoo/usercom") as page:
                    page.scroll_to("[name=gone]")
                    page.shoot("tags_gone_dashboard")
                    page.press("action_open_gone_pairs")
                    page.see("Gold", ".o_data_row.text-danger")
                    page.shoot("tags_gone_list")
                    page.go(f"/odoo/usercom-tags/{pair.id}")
                    page.see("Refresh" if language == "en_US" else "Odśwież", ".alert")
                    page.shoot("tags_gone_form")
                    page.resize(390, 844)
                    page.go("/odoo/usercom-tags")
                    page.see("User.com", ".o_kanban_record .text-danger")
                    page.shoot("tags_gone_cards_390")

    def enter(self, page, category, label):
        page.click(".o_list_button_add")
        page.fill("category_id", category.split(" / ")[-1])
        page.click(".o-autocomplete--dropdown-item a", category)
        page.choose("label_id", label)
        page.see(label, '[name="label_id"]')
