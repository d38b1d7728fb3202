"""Random stories of orders: at the end as many deals as orders, each line once, nobody erased.

A deal is at the stage that invoices and payments have brought its order to.

A seed makes the same story again, whatever the machine does meanwhile.
"""

from collections import Counter
from random import Random

from .common_merge import MergeCase
from .common_order_history import OrderHistoryCase

STEPS = 30
FAULTS = (
    {"kind": "reset", "apply": True},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429, "headers": {"retry-after": "1"}},
    {"kind": "half_body"},
)
STAGES = {"confirmed": 1, "invoiced": 2, "paid": 3}
PATHS = ("/events/", "/deals/*", "/products-by-id/*", "/products/*")


class TestStories(MergeCase, OrderHistoryCase):
    def setUp(self):
        super().setUp()
        (self.chair + self.table).invoice_policy = "order"
        for state, number in STAGES.items():
            self.stage(state).stage = number
        emails = ("ewa@example.org", "ola@example.org", "adam@example.org")
        self.people = [self.jan, *(self.synced(email=email) for email in emails)]
        self.orders = self.env["sale.order"]
        self.erased = {}  # {key of a deal: how often it was told of until then}

    def live(self, seed):
        self.random = Random(seed)
        steps = [self.buy] * 5 + [self.cancel, self.confirm_again, self.change, self.remove_line]
        steps += [self.bill, self.bill_and_pay, self.settle_bills]
        steps += [self.go_wrong] * 2 + [self.drain] * 3 + [self.join, self.erase, self.look_back]
        for number in range(STEPS):
            step = self.random.choice(steps)
            with self.subTest(seed=seed, number=number, step=step.__name__):
                step()
                self.env.cr.flush()
        self.come_to_rest()
        self.assert_right(seed)

    def chosen(self, state):
        """One of the orders in this state, of somebody who is there; none if there is none."""
        orders = self.orders.filtered(
            lambda order: order.state == state and order.partner_id in self.alive()
        )
        return orders.browse(self.random.choice(orders.ids)) if orders else orders

    def alive(self):
        return self.env["res.partner"].union(*self.people)

    # ---- steps ----

    def buy(self):
        lines = [self.line(self.chair, self.random.randint(1, 3)), self.line(self.table)]
        order = self.confirmed(self.random.choice(self.people), *lines[: self.random.randint(1, 2)])
        self.orders += order.sudo()

    def cancel(self):
        self.chosen("sale")._action_cancel()

    def confirm_again(self):
        if order := self.chosen("cancel"):
            order.action_draft()
            order.action_confirm()

    def change(self):
        if order := self.chosen("sale"):
            order.order_line[0].product_uom_qty += self.random.choice((-1, 1, 2))

    def remove_line(self):
        if order := self.chosen("sale"):
            order.order_line[-1:].product_uom_qty = 0

    def bill(self):
        order = self.chosen("sale")
        is_due = order.invoice_status == "to invoice" and order.amount_to_invoice > 0
        return self.invoiced(order) if is_due else self.env["account.move"]

    def bill_and_pay(self):
        if invoice := self.bill():
            self.pay(invoice)

    def settle_bills(self):
        """All open invoices of an order are paid."""
        invoices = self.chosen("sale").invoice_ids
        for invoice in invoices.filtered(lambda each: each.payment_state == "not_paid"):
            self.pay(invoice)

    def go_wrong(self):
        fault = self.random.choice(FAULTS)
        self.simulator.fault(path=self.random.choice(PATHS), count=1, **fault)

    def join(self):
        """Two contacts are merged."""
        if len(self.people) > 2:
            one, other = self.random.sample(self.people, 2)
            self.people.remove(one)
            self.merge(one, other)

    def erase(self):
        if len(self.people) > 2:
            person = self.people.pop(self.random.randrange(len(self.people)))
            person._usercom_anonymize()
            self.env.cr.flush()
            keys = {f"odoo-so-{order.id}" for order in self.orders if order.partner_id == person}
            told = {key: deal["writes"] for key, deal in self.deals().items()}
            self.erased |= {key: told.get(key, 0) for key in keys}

    def look_back(self):
        """The history of orders is sent, once."""
        if not self.env["usercom.order.history"].search_count([]):
            self.sent(sends_known=self.random.random() < 0.5)

    # ---- the end ----

    def come_to_rest(self):
        self.simulator.clear_faults()
        for _run in range(4):
            self.work_off()
            self.env["usercom.outbox"].search([]).next_attempt_at = False
            self.drain()
        rows = self.env["usercom.event"].search([("state", "not in", ("done", "superseded"))])
        self.assertFalse(rows, rows.read(["kind", "key", "state", "error"]))

    def assert_right(self, seed):
        found = self.simulator.commerce()
        deals = Counter(deal["custom_id"] for deal in found["deals"])
        self.assertEqual(set(deals.values()), {1})
        living = self.orders.filtered(lambda order: order.partner_id in self.alive())
        self.assertGreater(len(living), 2, seed)
        for order in living:
            deal, person = self.deal(order), self.binding(order.partner_id).external_id
            status = 3 if order.state == "cancel" else 2
            self.assertEqual((deal["status"], deal["user_id"]), (status, person), order)
            self.assertEqual(float(deal["value"]), order.amount_total)
            if order.state == "sale":
                self.assertEqual(deal["stage"], STAGES[self.come_to(order)], order)
            self.assert_each_line_once(order, found["product_events"])
        writes = {deal["custom_id"]: deal["writes"] for deal in found["deals"]}
        self.assertEqual({key: writes.get(key, 0) for key in self.erased}, self.erased)

    def come_to(self, order):
        """The state to which an order has come, as people see it in Odoo."""
        if order.invoice_status not in ("invoiced", "upselling"):
            return "confirmed"
        states = set(order.invoice_ids.mapped("payment_state"))
        return "paid" if states <= {"paid", "in_payment"} else "invoiced"

    def assert_each_line_once(self, order, events):
        """What was bought and returned of each line, doubled by lost answers or not."""
        for line in order.order_line:
            own = f"odoo-sol-{line.id}-"
            told = {
                event["custom_data"]["odoo_key"]: event
                for event in events
                if event["custom_data"]["odoo_key"].startswith(own)
            }
            signs = {"purchase": 1, "return": -1}
            quantities = [
                signs[event["event_type"]] * event["custom_data"]["quantity"]
                for event in told.values()
            ]
            bought = line.product_uom_qty if order.state == "sale" else 0
            self.assertEqual(sum(quantities), bought, (order, line, quantities))

    def test_one_story(self):
        self.live(1)

    def test_another_story(self):
        self.live(2)

    def test_a_third_story(self):
        self.live(3)
