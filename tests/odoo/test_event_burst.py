"""Many events at once: of one contact, and of products that orders wait for."""

from datetime import timedelta

from odoo import fields

from odoo.addons.usercom_connector.services.queue.event_claims import EventClaims

from .common_events import EventCase

BLOCKS = 12  # of the table that a claim may read for each row that waits


class TestBurst(EventCase):
    def blocks(self):
        """How many blocks of the table, not of its indexes, this transaction has read."""
        self.env.cr.execute("SELECT pg_stat_get_xact_blocks_fetched('usercom_event'::regclass)")
        return self.env.cr.fetchone()[0]

    def read_by_a_claim(self):
        """``(rows claimed, blocks read)``, where PostgreSQL knows nothing of the last changes."""
        self.env.flush_all()
        before = self.blocks()
        rows = EventClaims(self.backend).claim(-1)
        return rows, self.blocks() - before

    def burst(self, count, **item):
        item = {"partner": self.synced(email="jan@example.org"), "name": "visit"} | item
        items = [item | {"key": f"e{number}"} for number in range(count)]
        rows = self.env["usercom.event"]._queue(self.backend, items, priority=-1)
        self.env.flush_all()
        self.env.cr.execute("ANALYZE usercom_event")
        return rows

    def test_the_rows_of_one_contact_are_claimed_fast_although_all_were_just_rewritten(self):
        rows = self.burst(2000)
        rows.write({"next_attempt_at": fields.Datetime.now() - timedelta(minutes=1)})
        claimed, read = self.read_by_a_claim()
        self.assertEqual(claimed, rows[0])
        self.assertLess(read, 2000 * BLOCKS)
        claimed, read = self.read_by_a_claim()
        self.assertFalse(claimed)
        self.assertLess(read, 2000 * BLOCKS)

    def test_orders_do_not_read_all_products_each(self):
        names = [f"p{number}" for number in range(1000)]
        products = [{"kind": "product", "key": name, "name": name} for name in names]
        self.env["usercom.event"]._queue(self.backend, products, priority=-1).state = "done"
        self.burst(1000, kind="deal", product_keys=["p1", "p2"])
        claimed, read = self.read_by_a_claim()
        self.assertEqual(len(claimed), 1)
        self.assertLess(read, 1000 * BLOCKS)


class TestUrgency(EventCase):
    """What is less urgent goes first where what is more urgent waits for it."""

    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")
        people = [{"name": f"P{number}", "email": f"p{number}@example.org"} for number in range(60)]
        self.others = self.env["res.partner"].create(people)
        self.drain()
        self.simulator.clear_journal()

    def queue(self, items, priority=-1):
        return self.env["usercom.event"]._queue(self.backend, items, priority=priority)

    def visits(self, contacts):
        return [{"partner": contact, "name": "visit"} for contact in contacts]

    def posts(self, path):
        """The bodies of the calls, in the order in which they came."""
        entries = self.simulator.journal(kind="request", method="POST", path=f"/api/public{path}")
        return [entry["body"] for entry in entries]

    def test_the_products_of_an_order_go_before_what_can_wait(self):
        many = [{"kind": "product", "key": f"p{n}", "name": f"P{n}"} for n in range(12)]
        self.queue([*many, {"kind": "product", "key": "zz-desk", "name": "Desk"}])
        self.deal(self.jan, product_keys=["zz-desk"])
        self.drain()
        products = [body["custom_id"] for body in self.posts("/products/")]
        self.assertLess(products.index("zz-desk"), 6)
        self.assertEqual(len(self.deals()), 1)

    def test_so_do_those_of_an_earlier_order_of_the_same_contact(self):
        many = [{"kind": "product", "key": f"p{n}", "name": f"P{n}"} for n in range(12)]
        self.queue([*many, {"kind": "product", "key": "zz-desk", "name": "Desk"}])
        deal = {"partner": self.jan, "kind": "deal", "key": "SO0", "name": "Order 0"}
        self.queue([deal | {"product_keys": ["zz-desk"]}])
        self.deal(self.jan)
        self.drain()
        products = [body["custom_id"] for body in self.posts("/products/")]
        self.assertLess(products.index("zz-desk"), 6)
        self.assertEqual(len(self.deals()), 2)

    def test_a_withdrawal_goes_before_all_events_of_its_contact(self):
        self.jan.x_email_consent = True
        self.drain()
        self.queue(self.visits([self.jan] * 20))
        self.tell(self.jan, "paid")
        self.simulator.clear_journal()
        self.jan.x_email_consent = False
        self.drain()
        self.assertIn("PUT", self.calls()[0] + self.calls()[1])
        self.assertEqual(len(self.told(self.jan)), 21)

    def test_the_earlier_ones_of_a_contact_go_with_its_more_urgent_one(self):
        self.backend.rate_limit = 20  # a few at a time
        self.queue(self.visits(self.others))
        self.queue(self.visits([self.jan] * 3))
        self.tell(self.jan, "paid")
        self.drain()
        self.assertEqual(self.told(self.jan), ["visit", "visit", "visit", "paid"])
        calls = [body["name"] for body in self.posts("/events/")]
        self.assertLess(calls.index("paid"), len(calls) / 2 + 4)  # others go while it is answered
