"""The stage table is filled in, a salesperson confirms an order, and User.com has it."""

from odoo.tests import new_test_user

from .common import LANGUAGES, BrowserCase

WORDS = {
    "en_US": {
        "send": "Send orders",
        "confirmed": "Confirmed",
        "taken": "User.com takes this stage",
    },
    "pl_PL": {
        "send": "Wysyłaj zamówienia",
        "confirmed": "Potwierdzone",
        "taken": "User.com przyjmuje ten etap",
    },
}


class TestOrders(BrowserCase):
    modules = (*BrowserCase.modules, "sale", "product")

    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")
        self.chair = self.env["product.product"].create(
            {"name": "Chair", "default_code": "CHAIR", "list_price": 100, "taxes_id": [(5,)]}
        )
        self.seller = new_test_user(self.env, "salesperson", "sales_team.group_sale_salesman")

    def test_an_order_is_confirmed_and_seen_at_user_com(self):
        for language in LANGUAGES:
            with self.subTest(language):
                self.speak(language)
                self.seller.lang = language
                self.backend.sends_orders = False
                self.switch_on(WORDS[language])
                self.fill_in_the_table(WORDS[language])
                order = self.confirm()
                deals = self.simulator.commerce()["deals"]
                [deal] = [each for each in deals if each["custom_id"] == f"odoo-so-{order.id}"]
                self.assertEqual((deal["name"], deal["stage"]), (order.name, 17))

    def switch_on(self, words):
        with self.page("/odoo/usercom-settings") as page:
            page.see(words["send"], "#usercom_sends_orders")
            page.click('[name="usercom_sends_orders"] input')
            page.scroll_to("#usercom_product_id_rule")
            page.shoot("orders_settings")
            page.press("action_usercom_order_stages")
            page.see(words["confirmed"], ".o_list_view")
        self.assertTrue(self.backend.sends_orders)

    def fill_in_the_table(self, words):
        stage = self.backend.order_stage_ids.filtered(lambda s: s.order_state == "confirmed")
        with self.page("/odoo/usercom-order-stages") as page:
            page.see(words["confirmed"], ".o_list_view")
            page.shoot("order_stages")
            page.click(".o_data_row:nth-child(3) [name='stage']")
            page.fill("pipeline", "4")
            page.fill("stage", "17")
            page.click(".o_list_button_save")
            page.gone(".o_list_button_save")
            page.click(".o_data_row:nth-child(3) button[name='action_test']")
            page.see(words["taken"])
            page.shoot("order_stages_tested")
            self.assertTrue(page.fits_in_width())
            page.resize(390, 844)
            page.go("/odoo/usercom-order-stages")
            page.see(words["confirmed"], ".o_kanban_view")
            page.shoot("order_stages_phone")
            page.click(".o_kanban_record:nth-child(3)")
            page.see("order_completed", ".o_form_view")
            page.shoot("order_stage_phone")
            self.assertTrue(page.fits())
        self.assertEqual((stage.pipeline, stage.stage), (4, 17))

    def confirm(self):
        orders = self.env["sale.order"].with_user(self.seller)
        lines = [(0, 0, {"product_id": self.chair.id})]
        order = orders.create({"partner_id": self.jan.id, "order_line": lines})
        with self.page(
            f"/odoo/action-sale.action_quotations/{order.id}", login="salesperson"
        ) as page:
            page.see("Chair", ".o_form_view")
            page.click('button[name="action_confirm"]')
            page.gone('button[name="action_confirm"]')
            page.shoot("order_confirmed")
        self.assertEqual(order.state, "sale")
        for _run in range(4):
            self.drain()
        return order
