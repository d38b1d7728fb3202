"""The history of orders (`usercom_connector_sale`): which are sent, how, and what comes after."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common_order_history import OrderHistoryCase


class TestPreview(OrderHistoryCase):
    """The preview tells which orders will be sent, and calls nobody."""

    def kind(self, history, order):
        return self.line_of(history, order).kind

    def test_it_tells_why_an_order_is_left_out(self):
        outside = self.contact(name="Firm", is_company=True)
        unsent = self.unsent(email="ola@example.org")
        erased = self.synced(email="ewa@example.org")
        gone = self.synced(email="adam@example.org")
        self.binding(gone).state = "gone"
        orders = {
            "new": self.past(),
            "not_synchronized": self.past(outside),
            "not_there": self.past(unsent),
            "erased": self.past(erased),
            "gone": self.past(gone),
            "state": self.past(),
        }
        self.binding(erased).state = "erased"
        orders["state"].with_context(disable_cancel_warning=True)._action_cancel()
        self.env["usercom.event"].search([]).unlink()
        self.simulator.clear_journal()
        history = self.previewed()
        self.assertEqual(
            {kind: self.kind(history, orders[kind]) for kind in orders}, {k: k for k in orders}
        )
        self.assertEqual(self.calls(), [])
        self.assertFalse(self.env["usercom.order"].search([]))
        codes = {effect["code"]: effect["pieces"][1][0] for effect in history.effects}
        self.assertEqual(codes, dict.fromkeys(["to_send", *(orders.keys() - {"new"})], "1"))
        for code in codes:
            found = self.env["usercom.order.history.line"].search(
                history.action_orders(code)["domain"]
            )
            self.assertEqual(found.order_id, orders["new" if code == "to_send" else code])

    def test_it_counts_lines_products_and_sums_of_each_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        prices = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        self.past()
        self.past(self.jan, self.line(self.chair), pricelist_id=prices.id)
        history = self.previewed()
        self.assertEqual((history.line_count, history.product_count), (3, 2))
        self.assertIn("450.00", history.amounts)
        self.assertIn("€", history.amounts)
        self.assertEqual(history.cost, "8 calls, about a minute")
        self.assertEqual(history.api_cost, "6 calls, about a minute")

    def test_orders_from_before_and_of_other_companies_are_not_in_it(self):
        old = self.past()
        old.date_order = fields.Datetime.now() - timedelta(days=400)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.past()
        self.env.cr.flush()
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s", [other.id, theirs.id]
        )
        self.env.invalidate_all()
        mine = self.past()
        history = self.previewed()
        self.assertEqual(history.line_ids.order_id, mine)
        self.assertEqual(self.previewed_anew(history, months=24).line_ids.order_id, old | mine)

    def previewed_anew(self, history, **values):
        history.action_change()
        history.write(values)
        history.action_preview()
        self.drain()
        return history

    def test_what_user_com_has_already_is_not_sent_again(self):
        known = self.confirmed(self.jan)
        self.work_off()
        changed = self.confirmed(self.jan)
        self.work_off()
        note = self.env["usercom.order"].search([("order_id", "=", changed.id)])
        note.digest = "other"
        history = self.previewed()
        self.assertEqual(self.kind(history, known), "known")
        self.assertEqual(self.kind(history, changed), "changed")
        history.action_run()
        self.run_to_end(history)
        self.assertEqual((self.deal(known)["writes"], self.deal(changed)["writes"]), (1, 2))

    def test_what_it_has_already_is_sent_again_where_that_is_chosen(self):
        order = self.past()
        self.sent()
        history = self.sent(sends_known=True)
        self.assertEqual(self.line_of(history, order).result, "done")
        self.assertEqual((len(self.deals()), self.deal(order)["writes"]), (1, 2))

    def test_there_may_be_none(self):
        history = self.previewed()
        self.assertEqual([effect["code"] for effect in history.effects], ["nothing"])
        history.action_run()
        self.run_to_end(history)


class TestSent(OrderHistoryCase):
    """Files of deals, without any event or automation."""

    def test_orders_are_deals_and_nothing_else(self):
        self.stage("confirmed").write({"pipeline": 4, "stage": 17})
        orders = [self.past() for _n in range(5)]
        self.simulator.clear_journal()
        history = self.sent()
        self.assertEqual(self.files(), 2)  # a first one of two orders, and the others
        self.assertEqual((self.singles(), self.events(self.jan), self.movements()), (0, [], []))
        user = self.remote(self.jan)
        for order in orders:
            deal = self.deal(order)
            self.assertEqual((deal["user_id"], deal["name"]), (user["id"], order.name))
            self.assertEqual((deal["pipeline"], deal["stage"], deal["status"]), (4, 17, 2))
            self.assertEqual(
                (deal["value"], deal["won_at"][:4]), ("450.00", str(order.date_order.year))
            )
            self.assertEqual([line["quantity"] for line in deal["order_products"]], [2, 1])
            self.assertEqual((deal["writes"], deal["fired"]), (1, 0))
        self.assertEqual(self.products()["TABLE"]["writes"], 1)
        self.assertEqual(self.results(history), [("new", "done")] * 5)
        self.assertEqual((history.progress, history.error), (100, False))

    def test_a_later_change_moves_the_same_deal(self):
        order = self.past()
        self.sent()
        self.env.cr.flush()
        self.assertFalse(self.queued("deal"))
        order.with_context(disable_cancel_warning=True)._action_cancel()
        self.work_off()
        self.assertEqual(len(self.deals()), 1)
        self.assertEqual((self.deal(order)["status"], self.deal(order)["writes"]), (3, 2))
        self.assertEqual((self.events(self.jan), self.movements()), ([], []))

    def test_one_by_one_where_that_is_chosen(self):
        orders = [self.past() for _n in range(3)]
        history = self.sent(use_csv=False)
        self.assertEqual((self.files(), len(self.deals())), (0, 3))
        self.assertEqual(self.results(history), [("new", "done")] * 3)
        self.work_off()
        self.assertEqual(self.deal(orders[0])["writes"], 1)

    def test_under_each_reading_of_the_documentation(self):
        order = self.past()
        for switches in (
            {"import_answer": "report"},
            {"import_automations": "query"},
            {"import_automations": "form"},
            {"deal_value": "number"},
            {"unknown_product": "ignore"},
            {"import_appears_after": 0.2},
            {"import_seconds": 0.2},
            {"import_order_products": "drop"},
            {"import_order_products": "reject"},
            {"import_status": "absent"},
        ):
            with self.subTest(**switches):
                self.begin_anew(**switches)
                history = self.sent()
                self.simulator.quiet(0.4)
                deal = self.deal(order)
                self.assertEqual(float(deal["value"]), 450)
                is_single = {"import_order_products": "reject", "import_status": "absent"}
                is_single = not is_single.items().isdisjoint(switches.items())
                self.assertEqual(deal["fired"], int(is_single))
                self.assertEqual(self.results(history), [("new", "done")])
                has_lines = switches.get("import_order_products") != "drop"
                self.assertEqual("order_products" in deal, has_lines)

    def test_many_orders_take_no_query_each(self):
        for _n in range(4):
            self.past()
        self.queries()
        few = self.queries()
        for _n in range(10):
            self.past()
        self.assertLessEqual(self.queries(), few + 6)

    def queries(self):
        """How many it takes to preview and send all orders."""
        self.env["usercom.order"].search([]).unlink()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.sent()
        return self.env.cr.sql_log_count - before


class TestButtons(OrderHistoryCase):
    def test_orders_have_to_be_sent_at_all(self):
        self.backend.sends_orders = False
        with self.assertRaisesRegex(UserError, "Send orders"):
            self.history().action_preview()

    def test_it_stops_where_orders_are_not_sent_any_more(self):
        self.past()
        history = self.previewed()
        history.action_run()
        self.backend.sends_orders = False
        self.drain()
        self.assertEqual(history.state, "paused")
        self.assertIn("turned off", history.error)
        self.assertFalse(self.deals())

    def test_what_was_chosen_stays(self):
        history = self.previewed().with_user(self.manager())
        with self.assertRaises(UserError):
            history.months = 3
        history.use_csv = False
        history.action_run()
        with self.assertRaises(UserError):
            history.use_csv = True
        with self.assertRaises(UserError):
            history.unlink()
        history.action_cancel()
        history.unlink()

    def manager(self):
        return new_test_user(self.env, "history_manager", "usercom_connector.group_usercom_manager")

    def test_months_are_a_sensible_number(self):
        for months in (0, 241):
            with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
                self.history(months=months)
                self.env.flush_all()
            self.assertIn("months", str(caught.exception) + ValidationError.__name__)

    def test_paused_and_resumed(self):
        for _n in range(5):
            self.past()
        history = self.previewed()
        history.action_run()
        history.action_pause()
        self.drain()
        self.assertFalse(self.deals())
        history.action_resume()
        self.run_to_end(history)
        self.assertEqual(len(self.deals()), 5)

    def test_the_last_one_is_opened_or_a_new_one(self):
        model = self.env["usercom.order.history"]
        self.assertFalse(model.action_open()["res_id"])
        history = self.sent()
        self.assertEqual(model.action_open()["res_id"], history.id)
        self.assertTrue(history.can_begin)
        self.assertFalse(history.action_new()["res_id"])
        self.previewed()
        self.assertFalse(history.can_begin)

    def test_the_orders_go_with_the_log(self):
        self.past()
        history = self.sent()
        history.settle_at = False
        self.env["usercom.order.history.line"]._gc_lines()
        self.assertTrue(history.line_ids)
        history.ended_at = fields.Datetime.now() - timedelta(days=self.backend.log_days + 1)
        self.env["usercom.order.history.line"]._gc_lines()
        self.assertFalse(history.line_ids)
