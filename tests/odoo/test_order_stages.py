"""The table of order states, and the settings of orders."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user

from .common_orders import OrderCase


class TestOrderStages(OrderCase):
    def test_the_table_has_each_state_once_it_is_needed(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.account(company, "elsewhere")
        self.assertFalse(other.order_stage_ids)
        other.sends_orders = True
        labels = self.env["usercom.order.stage"]._fields["order_state"].get_values(self.env)
        self.assertEqual(other.order_stage_ids.mapped("order_state"), labels)
        other.sends_orders = False
        other.sends_orders = True
        self.assertEqual(len(other.order_stage_ids), len(labels))

    def test_quotations_are_not_sent_unless_they_are_chosen(self):
        sent = self.backend.order_stage_ids.filtered("is_sent").mapped("order_state")
        self.assertNotIn("quotation", sent)
        self.assertNotIn("sent", sent)
        self.assertIn("confirmed", sent)

    def test_only_a_quotation_can_be_abandoned(self):
        self.stage("quotation").status = "0"
        self.stage("sent").status = "0"
        for state in ("confirmed", "delivered", "invoiced", "paid", "cancelled", "refunded"):
            with self.subTest(state), self.assertRaises(ValidationError):
                self.stage(state).status = "0"

    def test_ids_are_above_0(self):
        with self.assertRaises(ValidationError):
            self.stage("paid").stage = -1

    def test_a_manager_tries_a_stage(self):
        manager = new_test_user(self.env, "boss", "usercom_connector.group_usercom_manager")
        stage = self.stage("paid").with_user(manager)
        stage.write({"pipeline": 3, "stage": 14})
        said = stage.action_test()
        self.assertEqual(said["params"]["type"], "success")
        deal = self.deals()["odoo-so-test"]
        self.assertEqual((deal["pipeline"], deal["stage"], deal["status"]), (3, 14, 2))

    def test_what_user_com_refuses_is_told(self):
        self.simulator.fault(status=400, path="/deals/*")
        with self.assertRaises(UserError):
            self.stage("paid").action_test()

    def test_a_user_of_user_com_cannot_try_or_change_it(self):
        user = new_test_user(self.env, "reader", "usercom_connector.group_usercom_user")
        stage = self.stage("paid").with_user(user)
        with self.assertRaises(AccessError):
            stage.action_test()
        with self.assertRaises(AccessError):
            stage.status = "1"

    def test_the_settings_lead_to_the_table(self):
        with Form(self.env["res.config.settings"]) as settings:
            self.assertTrue(settings.usercom_sends_orders)
            settings.usercom_order_amounts = "untaxed"
            settings.usercom_product_id_prefix = "pl-"
        action = settings.record.action_usercom_order_stages()
        self.assertEqual(action["res_model"], "usercom.order.stage")
        self.assertEqual(self.backend.order_amounts, "untaxed")
        self.assertEqual(self.backend.product_id_prefix, "pl-")

    def test_there_are_menus_of_orders_only_where_they_are_sent(self):
        menus = {
            self.env.ref(f"usercom_connector_sale.menu_usercom_order_{name}").id
            for name in ("history", "stage")
        }
        self.assertLessEqual(menus, set(self.env["ir.ui.menu"].load_menus(False)))
        self.backend.sends_orders = False
        self.assertFalse(menus & set(self.env["ir.ui.menu"].load_menus(False)))
