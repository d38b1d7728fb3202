"""Whoever reads Polish finds no English text of ours on any screen of the app."""

import re

import polib

from .common import OURS, ROOT, BrowserCase

TAG = re.compile(r"<[^>]*>")
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%\w")
WORD = re.compile(r"[a-z]{2}")
LOADED = ".o_action_manager .o_content > *"
ROW = ".o_data_row .o_data_cell"
WITH_FORMS = {f"usercom_connector.menu_usercom_{name}" for name in ("outbox", "inbox", "backend")}


class TestPolish(BrowserCase):
    def setUp(self):
        super().setUp()
        self.env.company.partner_id.lang = "pl_PL"
        self.speak("pl_PL")
        self.translate_the_consent()
        self.fill_the_lists()
        self.english = self.texts_with_a_translation()

    def translate_the_consent(self):
        """The tests' own field is called as a text of ours is."""
        consent = self.env["ir.model.fields"]._get("res.partner", "x_email_consent")
        consent.with_context(lang="pl_PL").field_description = "Zgoda na e-mail"

    def fill_the_lists(self):
        """Something in each list: sent, refused and waiting, both ways, and a conflict."""
        contact = self.synced(email="jan@example.org")
        self.synced(name="Ewa", email="jan@example.org")
        self.simulator.patch_user(self.binding(contact).external_id, phone_number="+48602000000")
        contact.write({"phone": "+48 601 000 000", "x_email_consent": True})
        self.receive(id=self.binding(contact).external_id)
        self.receive(id=999)
        self.contact(email="ola@example.org")

    def texts_with_a_translation(self):
        """``{English text as a pattern: Polish}`` of what a Polish screen must not show."""
        return {
            re.compile(".+".join(map(re.escape, PLACEHOLDER.split(piece)))): entry.msgstr
            for addon in OURS
            for entry in polib.pofile(str(ROOT / addon / "i18n/pl.po"))
            for piece in map(str.strip, TAG.split(entry.msgid))
            if entry.msgstr
            and WORD.search(PLACEHOLDER.sub("", piece))
            and piece not in entry.msgstr
        }

    def test_no_screen_speaks_english(self):
        top = self.env.ref("usercom_connector.menu_usercom")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", top.id), ("action", "!=", False)])
        with self.page("/odoo") as page:
            for menu in menus:
                page.go(f"/odoo/action-{menu.action.id}")
                page.see("", LOADED)
                self.assert_polish(page, menu.complete_name)
                if menu.get_external_id()[menu.id] in WITH_FORMS:
                    page.click(ROW)
                    page.see("", ".o_form_view .o_form_sheet")
                    self.assert_polish(page, f"a record of {menu.complete_name}")

    def assert_polish(self, page, screen):
        shown = {" ".join(text.split()) for text in page.texts()}
        self.assertGreater(len(shown), 5, f"{screen} shows hardly any text")
        english = [t for t in shown if any(pattern.fullmatch(t) for pattern in self.english)]
        self.assertFalse(english, f"{screen} shows English")
        self.assertFalse(page.cut_off(), f"{screen} cuts badges off")
