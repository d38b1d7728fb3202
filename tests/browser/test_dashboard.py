"""The first page of the app: what an administrator sees in the morning."""

from datetime import timedelta

from odoo import fields

from .common import BrowserCase

WORDS = {
    "en_US": {
        "empty": "Connect User.com",
        "well": "All is well",
        "synced": "Synced",
        "no_failures": "Nothing failed.",
        "arrival": "half within",
        "gone": "Gone from User.com",
        "compared": "The full comparison has started",
        "refused": "Could not be sent: 1",
        "kind": "Refused by User.com",
        "outbox": "Outbox",
        "conflicts": "Values changed on both sides: 1",
        "paused": "Paused.",
    },
    "pl_PL": {
        "empty": "Połącz User.com",
        "well": "Wszystko w porządku",
        "synced": "Zsynchronizowano",
        "no_failures": "Brak niepowodzeń.",
        "arrival": "połowa w ciągu",
        "gone": "Nie ma już w User.com",
        "compared": "Pełne porównanie się rozpoczęło",
        "refused": "Nie udało się wysłać: 1",
        "kind": "Odrzucone przez User.com",
        "outbox": "Skrzynka nadawcza",
        "conflicts": "Wartości zmienione po obu stronach: 1",
        "paused": "Wstrzymano.",
    },
}
PHONE = "390x844"


class TestDashboard(BrowserCase):
    def setUp(self):
        super().setUp()
        self.backend.is_setup_hidden = True  # see test_checklist.py

    def test_a_day_in_english(self):
        self.speak("en_US")
        self.walk()

    def test_a_day_in_polish(self):
        self.speak("pl_PL")
        self.walk()

    def test_on_a_phone(self):
        self.speak("pl_PL")
        self.browser_size = PHONE
        self.a_good_day()
        self.a_bad_day()
        with self.page("/odoo/usercom") as page:
            page.see(WORDS["pl_PL"]["refused"])
            page.shoot("dashboard_phone")
            self.assertTrue(page.fits_in_width())
            page.scroll_to("[name=graph_done]")
            page.shoot("dashboard_phone_graphs")

    def test_a_row_about_a_contact_opens_it(self):
        self.speak("en_US")
        self.synced(name="Jan Kowalski", email="jan@example.org")
        self.env.cr.flush()
        with self.page("/odoo/action-usercom_connector.usercom_binding_action") as page:
            page.click(".o_data_row .o_data_cell", "Jan Kowalski")
            page.see("jan@example.org", ".o_form_view .o_form_sheet")

    def walk(self):
        words = WORDS[self.language]
        self.a_good_day()
        with self.page("/odoo/usercom") as page:
            page.see(words["well"], ".o_usercom_dashboard")
            page.see(words["synced"], "[name=contacts]")
            page.see(words["no_failures"], "[name=graph_failed]")
            page.see(words["arrival"], "[name=facts]")
            self.assertEqual(page.count("[name=graph_done] canvas"), 1)
            page.shoot("dashboard")
            page.click("button[name=last_week]")
            page.see("", "button[name=last_week].active")
            page.shoot("dashboard_week")
            page.press("action_compare")
            page.see(words["compared"], ".o_notification")
        self.a_bad_day()
        with self.page("/odoo/usercom") as page:
            page.see(words["conflicts"])
            page.see(words["paused"])
            page.see(words["gone"], "[name=contacts]")
            page.gone("[name=compare]")
            page.shoot("dashboard_attention")
            self.follow_the_buttons(page, words)
        self.backend.unlink()
        self.env.cr.flush()
        with self.page("/odoo/usercom") as page:
            page.see(words["empty"], ".o_nocontent_help")
            page.shoot("dashboard_empty")
            page.click(".o_nocontent_help a.btn")
            page.see("", "#usercom_credentials")

    def follow_the_buttons(self, page, words):
        page.see(words["refused"])
        page.click("[name=send_failed] button")
        page.see(words["kind"], ".o_list_view")
        page.click(".o_data_row .o_data_cell")
        page.see("No.", ".o_list_view")
        page.go("/odoo/usercom")
        page.click("[name=graph_done] a")
        page.see("", ".o_graph_view canvas")

    def a_good_day(self):
        """Some contacts are synced, and the webhook is in use."""
        for number in range(3):
            self.contact(email=f"n{number}@example.org")
        self.drain()
        extra = {"email": "n1@example.org"}
        self.stored_call({"extra": extra})
        self.drain()
        self.count_the_past("sent", (3, 8, 14, 40, 31, 22, 17, 25, 12, 9, 4, 1), delay=2)
        self.count_the_past("received", (1, 4, 9, 7, 12, 30, 3, 2, 0, 1), delay=5)
        self.count_the_past("sent", [7 * (hour % 24) for hour in range(13, 160)])
        self.count_the_past("calls", (9000, 400, 800))

    def a_bad_day(self):
        """User.com refuses a contact, both sides change a value, and somebody pauses."""
        self.simulator.fault(
            kind="status", status=400, method="POST", count=1, body={"detail": "No."}
        )
        contact = self.contact(email="refused@example.org")
        self.drain()
        self.env["usercom.conflict"].create(
            {
                "backend_id": self.backend.id,
                "partner_id": contact.id,
                "mapping_id": self.backend.mapping_ids[0].id,
                "winner": "odoo",
            }
        )
        self.env["usercom.binding"].search([("state", "=", "synced")], limit=1).state = "gone"
        self.count_the_past("failed", (0, 0, 2, 0, 0, 1))
        self.backend.action_pause()
        self.env.cr.flush()

    def count_the_past(self, kind, rows, delay=0):
        now = fields.Datetime.now()
        for age, count in enumerate(rows, 1):
            hour = self.env["usercom.statistic"]._hour(now - timedelta(hours=age))
            mine = {"backend_id": self.backend.id, "hour": hour, "kind": kind, "delay": delay}
            self.env["usercom.statistic"].create(mine | {"rows": count})
