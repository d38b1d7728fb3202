"""Many events at once: of one contact, and of products that orders wait for."""

from datetime import timedelta

from odoo import fields

from odoo.addons.usercom_connector.services.queue.claims import EventClaims

from .common_events import EventCase

BLOCKS = 8  # of the table that a claim may read for each row that waits


class TestBurst(EventCase):
    def blocks(self):
        """How many blocks of the table, not of its indexes, this transaction has read."""
        self.env.cr.execute("SELECT pg_stat_get_xact_blocks_fetched('usercom_event'::regclass)")
        return self.env.cr.fetchone()[0]

    def read_by_a_claim(self):
        """``(rows claimed, blocks read)``, where PostgreSQL knows nothing of the last changes."""
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
