"""The initial sync as a manager does it: choose, look at the preview, start, leave, come back."""

from unittest.mock import patch

from odoo.tests.common import _registry_test_lock

from odoo.addons.usercom_connector.services.initial_sync import InitialSync

from .common import BrowserCase


class TestSync(BrowserCase):
    def setUp(self):
        super().setUp()
        self.speak("en_US")
        self.backend.partner_domain = "[('email', '=like', '%@example.org')]"
        people = [{"email": f"u{n}@example.org", "first_name": "Anna"} for n in range(250)]
        known = {"email": "jan@example.org", "first_name": "Jan", "phone_number": "222222222"}
        self.simulator.seed(*people, known)
        self.contact(name="Jan", email="jan@example.org", phone="111111111")
        self.contact(name="Olga " + "K" * 41, email="olga@example.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([]).unlink()

    def test_from_the_empty_page_to_the_report(self):
        with self.page("/odoo/action-usercom_connector.usercom_sync_action") as page:
            page.see("Synchronize your contacts")
            page.shoot("sync_empty")
            page.click(".o_list_button_add")
            page.see("acme", '[name="backend_id"]')
            page.shoot("sync_choices")
            self.preview(page)
            self.run_it(page)

    def preview(self, page):
        page.press("action_preview")
        page.see("Reading the users", '[name="step"]')
        self.drain_beside()
        page.see("250", '[name="new_here_count"]')  # the page refreshes by itself
        page.see("Phone", '[name="field_ids"]')
        page.shoot("sync_preview")
        page.click('button:has([name="new_here_count"])')
        page.see("u7@example.org")
        page.shoot("sync_people")
        page.click(".o_back_button a")

    def run_it(self, page):
        page.press("action_run")
        page.click(".modal .btn-primary")
        page.see("Reading the users", '[name="step"]')
        with self.one_page_a_run():
            self.drain_beside()
        page.see("100", '[name="done_count"]')
        page.shoot("sync_running")
        page.press("action_pause")
        page.press("action_resume")
        page.go("/odoo/usercom-settings")
        page.press("action_usercom_sync")
        page.see("100", '[name="done_count"]')
        self.drain_beside()
        page.see("The initial sync is finished")
        page.shoot("sync_done")
        page.click('button[name="action_people"]', "Show Who Failed")
        page.see("longer than 40")
        page.shoot("sync_failed")

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
