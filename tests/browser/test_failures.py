"""What failed, as a person meets it: grouped, with what to do, on a desk and on a phone."""

from .common import LANGUAGES, BrowserCase

WORDS = {
    "en_US": {
        "email": "Invalid e-mail address",
        "advice": "correct the address",
        "dismissed": "Dismissed: 1.",
    },
    "pl_PL": {
        "email": "Nieprawidłowy adres e-mail",
        "advice": "popraw adres",
        "dismissed": "Odrzucono: 1.",
    },
}
DESK, PHONE = (1366, 900), (390, 844)


class TestFailures(BrowserCase):
    def setUp(self):
        super().setUp()
        self.pair(self.backend, "city", "city")

    def fill(self):
        """Two invalid addresses, a value too long, a user whom two contacts match, a conflict."""
        self.contact(name="Jan Kowalski", email="jan@")
        self.contact(name="Ewa Nowak", email="ewa.nowak@example")
        self.contact(name="Ola Lis", email="ola@example.org", city="Ł" * 80)
        self.drain()
        for _twin in range(2):
            self.contact(email="anna@example.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([("state", "=", "pending")]).unlink()
        self.receive(id=self.person(first_name="Anna"))
        contact = self.synced(
            name="Zakłady Przemysłowe Bolesława Wielkiego Sp. z o.o.", email="zaklady@example.org"
        )
        about = {"backend_id": self.backend.id, "partner_id": contact.id}
        city = self.backend.mapping_ids.filtered(lambda m: m.field_name == "city")
        values = {"odoo": "Konstantynów Łódzki", "usercom": "Konstancin-Jeziorna"}
        self.env["usercom.conflict"].create(
            {**about, **values, "mapping_id": city.id, "winner": "none"}
        )
        sides = {side: {"city": value} for side, value in values.items()}
        self.env["usercom.drift"].create(
            {**about, **sides, "kind": "different", "mapping_id": city.id, "external_id": 7}
        )
        self.synced(name="Adam Dawny", email="adam@example.org").unlink()
        self.env.cr.flush()

    def test_they_are_grouped_opened_retried_and_dismissed(self):
        self.fill()
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                self.walk(WORDS[language])

    def walk(self, words):
        with self.page("/odoo/usercom-failures") as page:
            page.resize(*DESK)
            page.see(words["email"], ".o_data_row")
            page.see(words["advice"], ".o_data_row")
            page.shoot("failures")
            page.click("button[name=action_open_contacts]")
            page.see("jan@", ".o_list_view")
            page.see("ewa.nowak@example", ".o_list_view")
            page.go("/odoo/usercom-failures")
            page.click(".o_data_row .o_data_cell", words["email"])
            page.see("ewa.nowak@example", ".o_list_view")
            page.shoot("failures_entries")
            page.go("/odoo/usercom-failures")
            page.click(".o_data_row:last-child button[name=action_dismiss]")
            page.click(".modal .btn-primary")
            page.see(words["dismissed"], ".o_notification")
            self.look_at(page, "conflicts", "usercom_conflict_action", DESK)
            page.see("Konstancin-Jeziorna", ".o_data_row")
            self.assertFalse(page.cut_off("[name=odoo_text], [name=usercom_text]"))
            self.look_at(page, "differences", "usercom_drift_action", DESK)
            self.look_at(page, "deleted_people", "usercom_tombstone_action", DESK)
            for name in ("failure", "outbox", "inbox", "conflict", "drift"):
                self.look_at(page, f"{name}_phone", f"usercom_{name}_action", PHONE)
                self.assertGreater(page.count(".o_kanban_record:not(.o_kanban_ghost)"), 0, name)
                self.assertTrue(page.fits_in_width(), name)

    def look_at(self, page, picture, action, size):
        page.resize(*size)
        page.go(f"/odoo/action-usercom_connector.{action}")
        page.see("", ".o_list_view .o_data_row, .o_list_view .o_group_header, .o_kanban_record")
        page.shoot(picture)
