"""The history of orders: opened from the settings, previewed, sent, and looked at."""

from odoo import fields

from .common import LANGUAGES, BrowserCase

WORDS = {
    "en_US": {
        "open": "Send Order History",
        "choose": "Choose how many months back",
        "ready": "Nothing has been sent yet",
        "lines": "The customer is not synchronized",
        "paused": "The order history is paused.",
        "done": "The order history is finished",
    },
    "pl_PL": {
        "open": "Wyślij historię zamówień",
        "choose": "Należy wybrać, ile miesięcy wstecz",
        "ready": "Nic nie zostało jeszcze wysłane",
        "lines": "Klient nie jest synchronizowany",
        "paused": "Historia zamówień jest wstrzymana.",
        "done": "Historia zamówień została wysłana",
    },
}


class TestOrderHistory(BrowserCase):
    modules = (*BrowserCase.modules, "sale", "product")

    def setUp(self):
        super().setUp()
        self.chair = self.env["product.product"].create(
            {"name": "Chair", "default_code": "CHAIR", "list_price": 1200, "taxes_id": [(5,)]}
        )
        jan = self.synced(name="Jan Kowalski", email="jan@example.org")
        firm = self.contact(name="Meble Sp. z o.o.", is_company=True)
        self.orders = self.env["sale.order"].union(*map(self.order, [jan] * 4 + [firm]))
        self.orders.date_order = fields.Datetime.subtract(fields.Datetime.now(), days=40)
        self.env.cr.flush()
        self.backend.sends_orders = True

    def order(self, contact):
        lines = [(0, 0, {"product_id": self.chair.id})]
        order = self.env["sale.order"].create({"partner_id": contact.id, "order_line": lines})
        order.action_confirm()
        return order

    def test_the_orders_of_a_year_are_sent(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                self._fresh_simulator()
                for model in ("usercom.order.history", "usercom.order", "usercom.product"):
                    self.env[model].search([]).unlink()
                for link in self.orders.partner_id.usercom_binding_ids.filtered("external_id"):
                    link.external_id = self.person(email=link.partner_id.email)
                self.send(WORDS[language])
                self.assertEqual(len(self.simulator.commerce()["deals"]), 4)

    def send(self, words):
        with self.page("/odoo/usercom-settings") as page:
            page.see(words["open"], "#usercom_sends_orders")
            page.scroll_to("#usercom_product_id_rule")
            page.press("action_usercom_order_history")
            page.see(words["choose"], ".o_form_view")
            page.fill("months", "6")
            page.shoot("order_history_new")
            page.press("action_preview")
            page.gone('button[name="action_preview"]')
            self.drain()
            page.see(words["ready"], ".o_form_view")
            page.shoot("order_history_ready")
            self.assertTrue(page.fits_in_width())
            page.click("a[name='not_synchronized']")
            page.see(words["lines"], ".o_list_view")
            self.back(page, words)
            page.press("action_orders")
            page.see(words["lines"], ".o_list_view")
            page.shoot("order_history_orders")
            self.back(page, words)
            self.on_a_phone(page, words)
            page.press("action_confirm")
            page.see("4", ".modal")
            page.shoot("order_history_confirm")
            page.press("action_run")
            page.gone(".modal")
            page.shoot("order_history_running")
            self.pause(page, words)
        for _run in range(3):
            self.drain()
        history = self.env["usercom.order.history"].search([])
        with self.page(f"/odoo/usercom-order-histories/{history.id}") as page:
            page.see(words["done"], ".o_form_view")
            page.shoot("order_history_done")

    def pause(self, page, words):
        """What stands still is on the dashboard, with the way back."""
        page.press("action_pause")
        page.gone("button[name=action_pause]")
        page.go("/odoo/usercom")
        page.see(words["paused"], "[name=order_history_paused]")
        page.shoot("order_history_dashboard")
        page.click("[name=order_history_paused] button")
        page.press("action_resume")
        page.gone("button[name=action_resume]")

    def on_a_phone(self, page, words):
        page.resize(390, 844)
        self.back(page, words)
        page.shoot("order_history_phone")
        self.assertTrue(page.fits())
        page.click("a[name='not_synchronized']")
        page.see(words["lines"], ".o_kanban_view")
        page.shoot("order_history_orders_phone")
        page.resize(1366, 768)
        self.back(page, words)

    def back(self, page, words):
        history = self.env["usercom.order.history"].search([])
        page.go(f"/odoo/usercom-order-histories/{history.id}")
        page.see(words["ready"], ".o_form_view")
