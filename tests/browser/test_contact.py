"""A contact's page, the list of contacts and what happened to a contact, as people meet them."""

from .common import LANGUAGES, BrowserCase

NEVER_SENT = {"en_US": "never sent to User.com", "pl_PL": "nigdy nie wysłano do User.com"}
LEFT_OUT = {"en_US": "does not meet the filter", "pl_PL": "Nie spełnia warunku filtra"}
ABSENT = {"en_US": "Not in User.com", "pl_PL": "Brak w User.com"}
WAITING = {"en_US": "Waiting", "pl_PL": "Oczekuje"}
KEPT = {"en_US": "Kept: Odoo", "pl_PL": "Zachowano: Odoo"}
NOT_FAILED = {"en_US": "not queued again: 1.", "pl_PL": "nie dodano ich ponownie: 1."}
OUTBOX = {"en_US": "Outbox", "pl_PL": "Skrzynka nadawcza"}
PHONE, DESK = (390, 844), (1366, 900)


class ContactCase(BrowserCase):
    def shoot(self, page, name, selector):
        """Pictures of the page as it is on a desk and on a phone."""
        page.shoot(f"{name}_1366")
        page.resize(*PHONE)
        page.scroll_to(selector)
        page.shoot(f"{name}_390")
        page.resize(*DESK)


class TestContactPage(ContactCase):
    def test_the_page_says_why_and_what_next(self):
        fresh = self.unsent(name="Anna Nowak", email="anna@example.org")
        company = self.unsent(name="Acme", is_company=True)
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page(f"/odoo/res.partner/{company.id}") as page:
                    page.click(".o_notebook .nav-link", "User.com")
                    page.see(LEFT_OUT[language])
                    self.shoot(page, "contact_left_out", ".alert-info")
                    page.go(f"/odoo/res.partner/{fresh.id}")
                    page.click(".o_notebook .nav-link", "User.com")
                    page.see(NEVER_SENT[language])
                    self.shoot(page, "contact_never_sent", ".alert-info")
        with self.page(f"/odoo/res.partner/{fresh.id}") as page:
            page.click(".o_notebook .nav-link", "User.com")
            page.click(".alert-info button[name=action_usercom_push]")
            page.see(WAITING[language], ".o_field_badge")
        self.assertTrue(self.waiting(fresh))

    def test_all_that_happened_stands_in_one_list(self):
        jan = self.synced(name="Jan Kowalski", email="jan@example.org", phone="111111111")
        user_id = self.binding(jan).external_id
        jan.phone = "222222222"
        jan.x_email_consent = True
        self.simulator.patch_user(user_id, phone_number="333333333")
        self.receive(id=user_id)
        self.env["usercom.outbox"].search([("partner_id", "=", jan.id)])[:1]._fail("No.")
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page(f"/odoo/res.partner/{jan.id}") as page:
                    page.press("action_usercom_history")
                    page.see(KEPT[language])
                    page.shoot("contact_history_1366")
                    page.click(".o_data_row .o_data_cell", OUTBOX[language])
                    page.see("Jan Kowalski", ".oe_title")
                    page.resize(*PHONE)
                    page.go("/odoo/action-usercom_connector.usercom_history_action")
                    page.see(KEPT[language], ".o_kanban_record")
                    page.shoot("contact_history_390")
                    page.resize(*DESK)


class TestContactList(ContactCase):
    def test_contacts_are_found_and_grouped_by_state(self):
        self.unsent(name="Anna Nowak", email="anna@example.org")
        self.synced(name="Jan Kowalski", email="jan@example.org")
        self.contact(name="Ewa Lis", email="ewa@example.org")
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page("/odoo/contacts?view_type=list") as page:
                    page.click(".o_optional_columns_dropdown button")
                    page.click(".o-dropdown--menu .dropdown-item", "User.com")
                    page.see(ABSENT[language], ".o_data_row")
                    page.click(".o_searchview_dropdown_toggler")
                    page.shoot("contacts_filters_1366")
                    page.click(".o_filter_menu .dropdown-item", ABSENT[language])
                    page.click(".o_group_by_menu .dropdown-item", "User.com")
                    page.see(ABSENT[language], ".o_group_header")
                    page.click(".o_group_header", ABSENT[language])
                    page.see("Anna Nowak", ".o_data_row")
                    page.shoot("contacts_grouped_1366")


class TestLinkedContacts(ContactCase):
    def test_failed_ones_are_retried_from_the_list(self):
        jan = self.synced(name="Jan Kowalski", email="jan@example.org")
        ewa = self.synced(name="Ewa Lis", email="ewa@example.org")
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                self.binding(ewa).write({"state": "failed", "last_error": "No."})
                with self.page("/odoo/action-usercom_connector.usercom_binding_action") as page:
                    page.see("Ewa Lis")
                    page.click("thead .o_list_record_selector input")
                    page.shoot("linked_contacts_1366")
                    page.press("action_retry")
                    page.see(NOT_FAILED[language], ".o_notification")
                    page.shoot("linked_contacts_retried_1366")
        self.assertTrue(self.waiting(ewa))
        self.assertFalse(self.waiting(jan))


class TestActionTypes(ContactCase):
    def test_push_is_a_type_of_action(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Push",
                "state": "usercom_push",
                "model_id": self.env.ref("base.model_res_partner").id,
            }
        )
        steps = self.env["ir.actions.server"].create(
            {"name": "Steps", "state": "multi", "model_id": action.model_id.id}
        )
        steps.child_ids = action
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                with self.page(f"/odoo/ir.actions.server/{action.id}") as page:
                    page.see("User.com", ".o_field_widget[name=state]")
                    self.shoot(page, "action_push", ".o_field_widget[name=state]")
                    page.go(f"/odoo/ir.actions.server/{steps.id}")
                    page.see("Push", ".o_field_widget[name=child_ids]")
                    icons = page.count(".o_field_widget[name=child_ids] .fa-upload")
                    self.assertEqual(icons, 1)
                    page.shoot("action_steps_1366")
