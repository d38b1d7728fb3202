"""A manager has the contacts of a segment tagged, on a desk and on a phone."""

from .common import LANGUAGES, BrowserCase


class TestSegments(BrowserCase):
    def test_the_contacts_of_a_segment_are_tagged(self):
        self.env["res.partner.category"].create([{"name": "Buyers"}])
        jan = self.synced(email="jan@example.org")
        names = ["Bought this year", "Reads every mail"]
        self.simulator.patch_user(self.binding(jan).external_id, segments=names)
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page("/odoo/usercom-segments") as page:
                    page.see("", ".o_view_nocontent_smiling_face")
                    page.shoot("segments_empty")
                    page.press("action_fetch_segments")
                    page.see(": 2", ".o_notification")
                    page.click(".o_list_button_add")
                    page.choose("label_id", "Bought")
                    page.choose("category_id", "Buyers")
                    page.shoot("segments_drop_down")
                    page.click(".o_list_button_save")
                    page.gone(".o_list_button_save")
                    page.click('td button[name="action_refresh"]')
                    page.see(": 1", ".o_notification")
                    page.shoot("segments_running")
                    self.drain()
                    page.go("/odoo/usercom-segments")
                    page.see("1", 'td[name="contact_count"]')
                    self.assertTrue(page.fits_in_width())
                    page.shoot("segments_list")
                    page.resize(390, 844)
                    page.go("/odoo/usercom-segments")
                    page.see("Buyers", ".o_kanban_view")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("segments_cards_390")
                    page.click(".o_kanban_record", "Buyers")
                    page.see("Buyers", ".o_form_view")
                    self.assertTrue(page.fits_in_width())
                    page.shoot("segments_form_390")
                    page.resize(1366, 900)
                    page.shoot("segments_form")
                self.assertEqual(jan.category_id.name, "Buyers")
                self.env["usercom.segment"].search([]).unlink()
                self.env["usercom.label"].search([]).unlink()
                jan.category_id = False
