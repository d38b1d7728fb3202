"""A manager pairs mailing lists: with one that is known, with a new one; on a desk and a phone."""

import requests

from odoo.tests import new_test_user

from .common import LANGUAGES, BrowserCase


class TestListMemberships(BrowserCase):
    def setUp(self):
        super().setUp()
        names = ("News of the week", "Offers")
        self.news, self.offers = (self.env["mailing.list"].create({"name": n}) for n in names)
        for name in ("newsletter", "spring"):
            url = f"{self.simulator.url}/api/public/lists/"
            requests.post(url, {"name": name}, headers=self.simulator.headers(2), timeout=10)
        groups = "base.group_user,usercom_connector.group_usercom_manager"
        self.manager = new_test_user(self.env, "manager_lists", groups, password="manager_lists")

    def test_lists_are_paired_by_who_has_no_part_in_email_marketing(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                self.manager.lang = language
                self.env["usercom.label"].search([]).unlink()
                with self.page("/odoo/usercom-lists", login="manager_lists") as page:
                    page.see("", ".o_view_nocontent_smiling_face")
                    page.shoot("lists_empty")
                    page.press("action_fetch_tags")
                    page.see(": 2", ".o_notification")
                    self.enter(page, "News of the week", "newsletter")
                    page.shoot("lists_drop_down")
                    page.click(".o_list_button_save")
                    page.gone(".o_list_button_save")
                    self.enter(page, "Offers", "Offers 2027")
                    page.click(".o_list_button_save")
                    page.gone(".o_list_button_save")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("lists_list")
                    page.resize(390, 844)
                    page.go("/odoo/usercom-lists")
                    page.see("Offers 2027", ".o_kanban_view")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("lists_cards_390")
                    page.click(".o_kanban_record", "Offers 2027")
                    page.see("Offers 2027", ".o_form_view")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("lists_form_390")
                pairs = self.backend.list_mapping_ids
                self.assertEqual(pairs.list_id, self.news + self.offers)
                self.assertEqual(pairs.mapped("label_id.name"), ["newsletter", "Offers 2027"])
                pairs.unlink()

    def test_all_lists_are_chosen_in_the_settings(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page("/odoo/usercom-settings") as page:
                    page.click('[name="usercom_all_lists"] input')
                    page.fill("usercom_list_prefix", "Odoo:")
                    page.scroll_to("#usercom_all_lists")
                    page.shoot("lists_settings")
                    page.resize(390, 844)
                    page.scroll_to("#usercom_all_lists")
                    page.shoot("lists_settings_390")
                    page.click_and_reload(".o_form_button_save")
                names = self.backend.list_mapping_ids.mapped("label_id.name")
                self.assertIn("Odoo:Offers", names)
                self.backend.write({"all_lists": False, "list_prefix": False})
                self.backend.list_mapping_ids.unlink()

    def enter(self, page, mailing_list, label):
        page.click(".o_list_button_add")
        page.fill("list_id", mailing_list)
        page.click(".o-autocomplete--dropdown-item a", mailing_list)
        page.choose("label_id", label)
        page.see(label, '[name="label_id"]')
