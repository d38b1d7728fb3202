"""An order history that stands still: on the dashboard, and in what monitors are told."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.account.health import health

from .common_dashboard import MANAGER, USER, DashboardCase
from .common_order_history import OrderHistoryCase


class TestStandstill(DashboardCase, OrderHistoryCase):
    def setUp(self):
        super().setUp()
        self.order = self.past()

    def told(self, user=None):
        """What the dashboard tells of the history."""
        todo = self.shown(user=user)["dashboard"]["todo"]
        return {what: why for what, why in todo.items() if what.startswith("order_history")}

    def under_way(self):
        history = self.previewed()
        history.action_run()
        return history

    def test_paused_by_hand(self):
        history = self.under_way()
        self.assertEqual((self.told(), health(self.backend)["problems"]), ({}, []))
        history.action_pause()
        self.assertEqual(self.told(), {"order_history_paused": True})
        report = health(self.backend)
        self.assertEqual(report["problems"], ["The order history is paused."])
        self.assertEqual(report["level"], "attention")
        history.action_resume()
        self.assertEqual((self.told(), health(self.backend)["problems"]), ({}, []))

    def test_it_cannot_go_on(self):
        history = self.under_way()
        self.backend.sends_orders = False
        self.drain()
        self.assertEqual(self.told(), {"order_history": "Sending orders is turned off."})
        self.assertEqual(health(self.backend)["problems"], ["The order history cannot continue."])
        history.action_cancel()
        self.assertEqual((self.told(), health(self.backend)["problems"]), ({}, []))

    def test_beside_an_initial_sync_that_stands_still(self):
        self.under_way().action_pause()
        self.env["usercom.sync"].create({"state": "paused"})
        self.assertEqual(
            health(self.backend)["problems"],
            ["The initial sync is paused.", "The order history is paused."],
        )

    def test_orders_one_by_one_after_a_refused_file_stand_not_still(self):
        self.simulator.fault(kind="status", path="/deals/import/", status=404)
        history = self.under_way()
        self.simulator.fault(kind="status", path="/deals/update_or_create/", status=503)
        self.drain()
        self.assertEqual((history.state, history.step), ("running", "send"))
        self.assertEqual((self.told(), health(self.backend)["problems"]), ({}, []))

    def test_managers_open_it_from_there(self):
        history = self.under_way()
        history.action_pause()
        manager = new_test_user(self.env, "history_manager", MANAGER)
        self.assertEqual(self.told(manager), {"order_history_paused": True})
        action = self.backend.with_user(manager).action_order_history()
        self.assertEqual((action["res_model"], action["res_id"]), (history._name, history.id))
        user = new_test_user(self.env, "history_reader", USER)
        self.assertEqual(self.told(user), {})
        with self.assertRaises(AccessError):
            self.backend.with_user(user).action_order_history()
