"""The history of orders: what goes wrong on the way, and what happens meanwhile."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.usercom_connector.usercom.imports import ImportCalls
from odoo.addons.usercom_connector_sale.services.products import Products

from .common_merge import MergeCase
from .common_order_history import OrderHistoryCase

FILE = "/deals/import/"


class Killed(BaseException):
    """The worker was killed: nothing of ours catches it."""


@contextmanager
def killed(method, *, before):
    """The worker dies as it makes this call of an import, or as it has got the answer."""
    original = getattr(ImportCalls, method)

    def call(calls, *arguments, **named):
        if not before:
            original(calls, *arguments, **named)
        raise Killed

    with patch.object(ImportCalls, method, call):
        yield


class TestFaults(OrderHistoryCase):
    def setUp(self):
        super().setUp()
        self.orders = [self.past() for _n in range(5)]

    def begun(self, **fault):
        history = self.previewed()
        if fault:
            self.simulator.fault(**fault)
        self.simulator.clear_journal()
        history.action_run()
        return history

    def assert_all_are_there_once(self, history):
        self.run_to_end(history)
        self.assertEqual(self.results(history), [("new", "done")] * 5)
        found = {deal["custom_id"]: deal["value"] for deal in self.deals().values()}
        self.assertEqual(found, {f"odoo-so-{order.id}": "450.00" for order in self.orders})
        self.assertEqual(len(self.simulator.commerce()["deals"]), 5)
        self.assertEqual((self.events(self.jan), self.movements()), ([], []))
        digests = self.env["usercom.order"].search([]).mapped("digest")
        self.assertEqual(len([digest for digest in digests if digest]), 5)

    def test_killed_at_each_call(self):
        for method in ("deals", "status"):
            for before in (True, False):
                with self.subTest(method=method, before=before):
                    self.begin_anew()
                    history = self.begun()
                    with killed(method, before=before), self.assertRaises(Killed):
                        self.drain()
                    self.env.invalidate_all()
                    self.assert_all_are_there_once(history)

    def test_throttled(self):
        history = self.begun(
            kind="status", path=FILE, count=1, status=429, headers={"retry-after": "1"}
        )
        self.assert_all_are_there_once(history)
        self.assertEqual((self.files(), self.singles()), (3, 0))

    def test_the_answer_is_lost_after_its_effect(self):
        for kind in ("half_body", "reset", "status"):
            with self.subTest(kind=kind):
                self.begin_anew()
                history = self.begun(kind=kind, path=FILE, count=1, apply=True)
                self.drain()
                self.assertTrue(history.error)
                self.assert_all_are_there_once(history)
                self.assertEqual(self.singles(), 0)

    def test_the_key_is_refused(self):
        history = self.begun(kind="status", path=FILE, count=1, status=401)
        self.drain()
        self.assertEqual((self.backend.state, history.state), ("paused", "running"))
        self.backend.state = "running"
        self.assert_all_are_there_once(history)

    def test_files_are_not_served(self):
        history = self.begun(kind="status", path=FILE, status=404)
        self.assert_all_are_there_once(history)
        self.assertEqual((history.single_reason, history.use_csv), ("refused", False))
        self.assertEqual((self.files(), self.singles()), (1, 5))

    def test_files_may_not_be_that_long(self):
        self.simulator.settings(import_limit=2)
        history = self.begun()
        self.assert_all_are_there_once(history)
        self.assertEqual(self.singles(), 0)

    def test_the_one_that_user_com_refuses_is_named(self):
        """Ever shorter files find it; then it is sent alone, and told what is wrong."""
        bad = self.product("Zebra", default_code="ZEBRA")
        self.orders.append(self.past(self.jan, self.line(bad)))
        Products(self.backend).queue(self.chair | self.table)
        self.drain()
        self.simulator.fault(kind="status", status=400, path="/products/")
        history = self.begun()
        self.run_to_end(history)
        refused = self.line_of(history, self.orders[-1])
        self.assertEqual((refused.result, refused.name), ("failed", self.orders[-1].name))
        self.assertIn("ZEBRA", refused.problems)
        self.assertEqual(len(self.deals()), 5)
        effects = {effect["code"]: effect["pieces"][1][0] for effect in history.effects}
        self.assertEqual((effects["failed"], effects["sent"]), ("1", "5"))

    def test_the_end_of_an_import_is_not_told_for_hours(self):
        self.simulator.settings(import_seconds=600)
        history = self.begun()
        self.drain()
        self.assertEqual(history.step, "verify")
        self.assertGreater(history.next_at, history.import_seen_at)
        history.write({"import_seen_at": "2020-01-01 00:00:00", "next_at": False})
        self.drain()
        self.assertEqual((history.single_reason, history.use_csv), ("untold", False))
        self.assert_all_are_there_once(history)

    def test_a_product_that_is_put_off_stops_no_order(self):
        self.simulator.settings(unknown_product="ignore")
        self.simulator.fault(kind="status", status=500, path="/products/")
        history = self.begun()
        self.assert_all_are_there_once(history)


class TestMeanwhile(MergeCase, OrderHistoryCase):
    def under_way(self, order, **switches):
        """A history whose file User.com has not imported yet."""
        self.simulator.settings(**switches)
        history = self.previewed()
        history.action_run()
        self.drain()
        self.assertEqual(self.line_of(history, order).result, "importing")
        return history

    def test_an_order_that_changes_while_its_file_is_imported(self):
        """The change is there before the file, which undoes it; it is sent once more."""
        for change in ("cancel", "quantity"):
            with self.subTest(change):
                order = self.past()
                history = self.under_way(order, import_seconds=2)
                self.change(order, change)
                self.work_off()
                self.simulator.settings(import_seconds=0)
                self.simulator.quiet(2.5)
                self.run_to_end(history)
                self.work_off()
                self.assert_changed(order, change)

    def change(self, order, change):
        if change == "cancel":
            order.with_context(disable_cancel_warning=True)._action_cancel()
        else:
            order.order_line[0].product_uom_qty = 5
        self.env.cr.flush()

    def assert_changed(self, order, change):
        deal = self.deal(order)
        expected = {"cancel": (3, "450.00"), "quantity": (2, "750.00")}[change]
        self.assertEqual((deal["status"], deal["value"]), expected)
        self.assertEqual(len([key for key in self.deals() if key == deal["custom_id"]]), 1)

    def test_an_order_that_changes_after_the_end_while_deals_still_appear(self):
        order = self.past()
        self.simulator.settings(import_appears_after=2)
        history = self.sent()
        self.change(order, "quantity")
        self.work_off()
        self.simulator.quiet(2.5)
        self.assertEqual(self.deal(order)["value"], "450.00")  # the file has undone it
        self.settle(history)
        self.assert_changed(order, "quantity")
        self.assertFalse(history.settle_at)

    def test_what_did_not_change_is_not_sent_again(self):
        order = self.past()
        history = self.sent()
        self.env.cr.flush()
        self.env.cr.execute("UPDATE sale_order SET write_date = '2020-01-01'")
        self.env.cr.execute("UPDATE sale_order_line SET write_date = '2020-01-01'")
        self.settle(history)
        self.assertEqual(self.deal(order)["writes"], 1)

    def test_a_history_that_was_cancelled_leaves_no_order_unknown(self):
        order = self.past()
        history = self.under_way(order, import_seconds=600)
        history.action_cancel()
        again = self.previewed()
        self.assertEqual(self.line_of(again, order).kind, "changed")
        self.change(order, "cancel")
        self.work_off()
        self.assert_changed(order, "cancel")

    def test_who_stops_taking_part_or_is_erased_after_the_preview_is_not_sent(self):
        eva = self.synced(email="eva@example.org")
        left, mine = self.past(eva), self.past()
        history = self.previewed()
        eva.active = False
        self.drain()
        history.action_run()
        self.run_to_end(history)
        self.assertEqual(list(self.deals()), [f"odoo-so-{mine.id}"])
        self.assertEqual(self.line_of(history, left).result, "skipped")
        self.assertEqual(self.line_of(history, left).kind, "not_synchronized")

    def test_contacts_that_are_merged_after_the_preview(self):
        twin = self.synced(email="twin@example.org")
        order = self.past(twin)
        history = self.previewed()
        self.merge(twin, self.jan)
        self.drain()
        history.action_run()
        self.run_to_end(history)
        self.assertEqual(self.deal(order)["user_id"], self.binding(self.jan).external_id)

    def test_a_user_who_is_deleted_there_while_the_file_is_on_its_way(self):
        eva = self.synced(email="eva@example.org")
        lost, mine = self.past(eva), self.past()
        history = self.previewed()
        self.simulator.delete_user(self.binding(eva).external_id)
        history.action_run()
        self.run_to_end(history)
        self.work_off()
        self.assertIn(f"odoo-so-{mine.id}", self.deals())
        self.assertIn(self.line_of(history, lost).result, ("skipped", "done"))

    def test_two_companies_send_their_own_orders(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.account(other, "elsewhere")
        theirs.sends_orders = True
        order = self.past()
        history = self.env["usercom.order.history"].create({"backend_id": theirs.id})
        history.action_preview()
        self.env.cr.flush()
        mine, self.backend = self.backend, theirs
        self.drain()
        self.assertEqual((history.state, len(history.line_ids)), ("ready", 0))
        self.backend = mine
        self.assertEqual(self.sent().line_ids.order_id, order)

    def test_an_account_that_moves_to_another_system_ends_it(self):
        order = self.past()
        history = self.under_way(order, import_seconds=600)
        self.backend.linked_subdomain = "other"
        self.assertEqual((history.state, history.settle_at), ("cancelled", False))


class TestRestarted(OrderHistoryCase):
    def test_a_preview_that_was_broken_off_goes_on(self):
        orders = [self.past() for _n in range(3)]
        history = self.history()
        history.action_preview()
        self.backend.state = "paused"
        self.drain()
        self.assertEqual(history.state, "previewing")
        self.backend.state = "running"
        self.drain()
        self.assertEqual((history.state, len(history.line_ids)), ("ready", len(orders)))
