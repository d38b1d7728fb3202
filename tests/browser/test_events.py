"""An administrator writes an action that sends an event, tests it on a record, sees it arrive."""

from odoo.fields import Command

from .common import LANGUAGES, BrowserCase

PICKED = ".o_model_field_selector_popover_item"
TYPE = '.o_selection_badge[value="\\"usercom_event\\""]'


class TestEvents(BrowserCase):
    def setUp(self):
        super().setUp()
        admin = self.env.ref("base.user_admin")
        manager = self.env.ref("usercom_connector.group_usercom_manager")
        admin.group_ids = [Command.link(manager.id)]
        contact = self.synced(name="Anna Nowak", email="a@example.org")
        self.person = contact
        banks = self.env["res.partner.bank"]
        self.bank = banks.create({"acc_number": "PL61 1090 w", "partner_id": contact.id})

    def test_in_both_languages(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.walk(language)

    def walk(self, language):
        self.speak(language)
        action = self.env["ir.actions.server"].create(
            {
                "name": "Bank account added",
                "model_id": self.env["ir.model"]._get_id("res.partner.bank"),
                "state": "code",
                "group_ids": [Command.clear()],
            }
        )
        with self.page(f"/odoo/action-base.action_server_action/{action.id}") as page:
            page.click(TYPE)
            page.fill("usercom_event_name", "account_added")
            page.see("", '[name="usercom_contact_path"]')
            page.click('[name="usercom_value_ids"] .o_field_x2many_list_row_add a')
            self.add_value(page)
            page.shoot("event_action")
            page.press("action_usercom_test")
            page.see("Anna Nowak", '.modal [name="partner_id"]')
            page.see("PL61 1090 W", '.modal [name="preview"]')
            page.shoot("event_test")
            page.close_dialog()
            page.resize(390, 844)
            page.shoot("event_action_phone")
        context = {"active_model": self.bank._name, "active_ids": self.bank.ids}
        action.with_context(**context).run()
        self.drain()
        with self.page("/odoo/usercom-events") as page:
            page.see("account_added", ".o_data_row")
            page.shoot("event_list")
            page.click(".o_data_row td[name=name]")
            page.see("PL61 1090 W", '[name="data_text"]')
            page.shoot("event_form")
            page.resize(390, 844)
            page.go("/odoo/usercom-events")
            page.see("account_added", ".o_kanban_record")
            page.shoot("event_list_phone")
            page.resize(1366, 900)
            page.go("/odoo/usercom")
            page.see("", '[name="event"]')
            page.shoot("event_dashboard")
        self.assertEqual(action.usercom_value_ids.mapped("path"), ["acc_number"])

    def add_value(self, page):
        page.fill("usercom_name", "number")
        page.click(".modal .o_model_field_selector")
        page.click(f'{PICKED}[data-name="acc_number"] {PICKED}_name')
        page.click(
            ".modal [name=conversion] .o_select_menu_toggler, .modal [name=conversion] input"
        )
        page.click(".o_select_menu_item")
        page.shoot("event_value")
        page.click(".modal footer .btn-primary")
        page.gone(".modal")
