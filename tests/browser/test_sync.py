"""The initial sync as a manager does it: choose, look at the preview, start, leave, come back."""

from unittest.mock import patch

from odoo.tests.common import _registry_test_lock

from odoo.addons.usercom_connector.services.initial_sync import InitialSync

from .common import BrowserCase

MENU = "/odoo/usercom-initial-sync"


class TestOpening(BrowserCase):
    def test_without_an_account_it_leads_to_the_settings(self):
        self.env["usercom.backend"].search([]).unlink()
        for language, words in (("en_US", "cannot begin yet"), ("pl_PL", "nie może się jeszcze")):
            self.speak(language)
            with self.page(MENU) as page:
                page.see(words)
                self.assertFalse(page.count(".o_list_button_add"))
                page.shoot("sync_no_account")
                page.resize(390, 844)
                page.shoot("sync_no_account_narrow")
                page.click(".o_view_nocontent a.btn-primary")
                page.see("User.com", ".o_setting_container")

    def test_leaving_stores_nothing_and_fills_no_log(self):
        self.speak("en_US")
        with (
            self.assertNoLogs("odoo", "WARNING"),
            self.page(MENU) as page,
        ):
            page.see("acme", '[name="backend_id"]')
            for leave in (
                ".o_menu_brand",
                ".o_main_navbar [data-menu-xmlid$=menu_usercom_binding]",
            ):
                page.click('[name="direction"] input[data-value="export"]')
                page.click(leave)
                page.gone('[name="direction"]')
                page.go(MENU)
                page.see("acme", '[name="backend_id"]')
            page.click('[name="direction"] input[data-value="export"]')
            page.look_at_another_tab()
            page.go(MENU)  # as one closes the tab
            page.see("acme", '[name="backend_id"]')
        self.assertFalse(self.env["usercom.sync"].search([]))


class TestSync(BrowserCase):
    def setUp(self):
        super().setUp()
        self.speak("en_US")
        self.backend.partner_domain = "[('email', '=like', '%@example.org')]"
        people = [{"email": f"u{n}@example.org", "first_name": "Anna"} for n in range(250)]
        known = {"email": "jan@example.org", "first_name": "Jan", "phone_number": "222222222"}
        self.simulator.seed(*people, known, {"email": "twin@example.org"})
        self.contact(name="Jan", email="jan@example.org", phone="111111111")
        self.contact(name="Olga " + "K" * 41, email="olga@example.org")
        for name in ("Jan Nowak", "Ola Nowak"):
            self.contact(name=name, email="twin@example.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([]).unlink()

    def test_from_the_choices_to_the_report(self):
        with self.page(MENU) as page:
            page.see("acme", '[name="backend_id"]')
            page.see("4", '[name="contact_count"]')
            page.shoot("sync_choices")
            self.preview(page)
            self.confirm(page)
            self.run_it(page)

    def preview(self, page):
        page.press("action_preview")
        page.see("Reading the users", '[name="step"]')
        self.drain_beside()
        page.see("250 contacts will be created in Odoo")  # the page refreshes by itself
        page.see("1 person needs you – twin@example.org")
        page.see("1 user will be created in User.com (1 by CSV)")
        page.see("Phone", '[name="field_ids"]')
        self.assertFalse(
            page.count(".o_statusbar_buttons .o-dropdown, .o-form-buttonbox .o-dropdown")
        )
        page.shoot("sync_preview")
        page.click('a[name="created_here"]')
        page.see("u7@example.org")
        page.see("250 contacts will be created in Odoo", ".o_breadcrumb")
        page.shoot("sync_people")
        page.click(".o_back_button a")
        page.click('a[name="unclear"]')
        page.see("Ola Nowak")
        page.shoot("sync_unclear")
        page.click(".o_back_button a")
        page.see("250 contacts will be created in Odoo")
        page.resize(390, 844)
        page.shoot("sync_preview_narrow")
        page.resize(1366, 900)

    def confirm(self, page):
        """The same sentences once more."""
        page.press("action_confirm")
        page.see("250 contacts will be created in Odoo", ".modal")
        page.see("1 value will be overwritten", ".modal")
        page.shoot("sync_confirm")

    def run_it(self, page):
        page.click('.modal button[name="action_run"]')
        page.gone(".modal")
        page.see("Reading the users", '[name="step"]')
        with self.one_page_a_run():
            self.drain_beside()
        page.see("100 contacts were created in Odoo")
        page.shoot("sync_running")
        page.press("action_pause")
        page.press("action_resume")
        page.go(MENU)  # opens the same again
        page.see("100 contacts were created in Odoo")
        self.drain_beside()
        page.see("The initial sync is finished")
        page.see("250 contacts were created in Odoo")
        page.see("1 value was overwritten")
        page.see("1 person could not be synchronized completely – Olga")
        page.shoot("sync_done")
        page.resize(390, 844)
        page.shoot("sync_done_narrow")
        page.resize(1366, 900)
        page.click('a[name="failed"]')
        page.see("longer than 40")
        page.shoot("sync_failed")
        page.click(".o_back_button a")
        page.press("action_new")
        page.see("4", '[name="contact_count"]')

    def drain_beside(self):
        """Let the cron run once while the page stays open."""
        with _registry_test_lock:
            self.drain()
            self.env.cr.clear()

    def one_page_a_run(self):
        may_go_on = InitialSync.may_go_on
        return patch.object(
            InitialSync,
            "may_go_on",
            lambda work, sync, end: may_go_on(work, sync, end) and not sync.next_page,
        )

    def test_in_polish(self):
        self.speak("pl_PL")
        sync = self.env["usercom.sync"].create({})
        sync.action_preview()
        self.drain()
        with self.page(MENU) as page:
            page.see("Kontakty do utworzenia w Odoo: 250")
            page.see("Osoby wymagające Twojej decyzji: 1")
            self.assertFalse(page.count(".o_statusbar_buttons .o-dropdown"))
            page.shoot("sync_preview")
            page.press("action_confirm")
            page.see("Wartości do nadpisania: 1", ".modal")
            page.shoot("sync_confirm")
            page.close_dialog()
            page.resize(390, 844)
            page.shoot("sync_preview_narrow")
            page.resize(1366, 900)
            page.press("action_confirm")
            page.click('.modal button[name="action_run"]')
            page.gone(".modal")
            page.see("User.com", '[name="step"]')
            self.drain_beside()
            page.see("Kontakty utworzone w Odoo: 250")
            page.shoot("sync_done")
