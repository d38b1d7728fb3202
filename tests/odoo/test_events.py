"""What happens in Odoo is told to User.com, of each contact in order and after the contact."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import UserError

from .common_events import EventCase


class TestOneEvent(EventCase):
    def test_it_arrives_with_its_data_its_moment_and_our_key(self):
        contact = self.synced(email="jan@example.org")
        row = self.tell(
            contact,
            "invoice_overdue",
            data={"number": "INV/1", "amount": 12.5},
            key="inv-1",
            occurred_at=datetime(2026, 3, 1, 10, 0),
        )
        self.drain()
        [event] = self.simulator.events(self.binding(contact).external_id)
        self.assertEqual(event["name"], "invoice_overdue")
        self.assertEqual(event["data"], {"number": "INV/1", "amount": 12.5, "odoo_key": "inv-1"})
        self.assertEqual(event["timestamp"], 1772359200 * 10**6)
        self.assertEqual((row.state, row.outcome), ("done", "sent"))
        self.assertEqual(row.answer, {"id": 1, "created": True})

    def test_it_is_queued_with_what_caused_it_or_not_at_all(self):
        contact = self.synced(email="jan@example.org")
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.tell(contact)
            raise ZeroDivisionError
        self.assertFalse(self.env["usercom.event"].search([]))

    def test_a_product_event_leaves_our_key_out_of_the_product(self):
        contact = self.synced(email="jan@example.org")
        self.tell(
            contact,
            "purchase",
            kind="product_event",
            product="p/1 a",
            key="line-1",
            data={"name": "Desk", "custom_data": {"quantity": 2}},
        )
        self.simulator.settings(encoded_slash="kept")
        self.drain()
        found = self.simulator.commerce()
        [event], [product] = found["product_events"], found["products"]
        self.assertEqual(event["custom_data"], {"quantity": 2, "odoo_key": "line-1"})
        self.assertEqual(
            (product["custom_id"], product["name"], "odoo_key" in product), ("p/1 a", "Desk", False)
        )

    def test_nothing_is_queued_for_an_account_that_never_ran(self):
        contact = self.synced(email="jan@example.org")
        self.backend.state = "authenticated"
        self.assertFalse(self.tell(contact))

    def test_many_are_queued_with_few_queries(self):
        people = self.env["res.partner"].concat(
            *(self.synced(email=f"p{number}@example.org") for number in range(3))
        )
        few = [{"partner": person, "name": "visit"} for person in people]
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            rows = self.env["usercom.event"]._queue(self.backend, few * 20)
        self.assertEqual(len(rows), 60)
        self.assertEqual(set(rows.mapped("priority")), {0})

    def test_a_burst_waits_for_what_others_do(self):
        contact = self.synced(email="jan@example.org")
        many = [{"partner": contact, "name": "visit"}] * 101
        rows = self.env["usercom.event"]._queue(self.backend, many)
        self.assertEqual(set(rows.mapped("priority")), {-1})


class TestDashboard(EventCase):
    def card(self):
        self.env.invalidate_all()
        return self.backend.dashboard

    def test_events_have_figures_of_their_own_once_there_are_any(self):
        contact = self.synced(email="jan@example.org")
        self.assertEqual(self.card()["event"], {})
        fault = {"kind": "status", "status": 400, "path": "/events/", "count": 1}
        self.simulator.fault(**fault, body={"detail": "No."})
        self.tell(contact, "a"), self.tell(contact, "b")
        self.assertEqual(self.card()["event"]["waiting"], "2")
        self.drain()
        card = self.card()
        self.assertEqual(card["event"], {"waiting": "0", "failed": "1", "last_day": "1"})
        self.assertEqual((card["outbox"]["last_day"], card["todo"]["event_failed"]), ("1", "1"))
        [line] = self.env["usercom.failure"].search([])
        self.assertEqual((line.queue, line.error_code, line.rows), ("event", "refused", 1))
        self.assertEqual(line.action_open_entries()["res_model"], "usercom.event")
        line.action_retry()
        self.drain()
        self.assertEqual(len(self.told(contact)), 2)

    def test_the_contacts_history_tells_of_them(self):
        contact = self.synced(email="jan@example.org")
        self.tell(contact, "visit")
        self.drain()
        entries = self.env["usercom.history"].search([("partner_id", "=", contact.id)])
        self.assertIn(("event", "Event: visit"), [(e.kind, e.details) for e in entries])


class TestOrder(EventCase):
    def test_a_contact_is_sent_before_its_events(self):
        contact = self.contact(email="jan@example.org")
        self.tell(contact, "first")
        self.tell(contact, "second")
        self.drain()
        writes = [call for call in self.calls("POST") if "search" not in call]
        self.assertEqual(writes, ["POST /users/", "POST /events/", "POST /events/"])
        self.assertEqual(self.told(contact), ["first", "second"])

    def test_a_contact_from_before_the_account_ran_is_sent_first(self):
        contact = self.unsent(email="jan@example.org")
        self.tell(contact)
        self.drain()
        self.assertEqual(self.told(contact), ["signup"])

    def test_events_of_one_contact_never_overlap(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.settings(latency_ms=60)
        for number in range(6):
            self.tell(contact, f"e{number}")
        self.drain()
        self.assertEqual(self.told(contact), [f"e{number}" for number in range(6)])
        self.assertEqual(self.simulator.stats()["max_in_flight"], 1)

    def test_events_of_different_contacts_overlap(self):
        people = [self.synced(email=f"p{number}@example.org") for number in range(6)]
        self.simulator.settings(latency_ms=60)
        for person in people:
            self.tell(person)
        self.drain()
        self.assertGreater(self.simulator.stats()["max_in_flight"], 2)

    def test_one_that_waits_for_its_retry_holds_back_the_later_ones(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.fault(kind="status", status=500, path="/events/", count=1)
        first, second = self.tell(contact, "first"), self.tell(contact, "second")
        first.next_attempt_at = fields.Datetime.now() + timedelta(hours=1)
        self.drain()
        self.assertEqual(self.told(contact), [])
        self.retry_now(first)
        self.retry_now(first)
        self.assertEqual(self.told(contact), ["first", "second"])
        self.assertEqual(second.state, "done")

    def test_one_that_is_refused_lets_the_later_ones_pass(self):
        contact = self.synced(email="jan@example.org")
        fault = {"kind": "status", "status": 400, "path": "/events/", "count": 1}
        self.simulator.fault(**fault, body={"detail": "No."})
        first, _second = self.tell(contact, "first"), self.tell(contact, "second")
        self.drain()
        self.assertEqual(self.told(contact), ["second"])
        self.assertEqual((first.state, first.error_code), ("failed", "refused"))
        self.assertEqual(self.binding(contact).state, "synced")

    def test_an_event_goes_before_the_edits_that_waited(self):
        people = [self.synced(email=f"p{number}@example.org") for number in range(12)]
        for person in people:
            person.phone = "600100200"
        self.env.cr.flush()
        self.tell(people[0])
        self.drain()
        self.assertLess(self.calls().index("POST /events/"), 11)

    def test_a_new_contact_with_an_event_goes_before_the_edits_that_waited(self):
        people = [self.synced(email=f"p{number}@example.org") for number in range(12)]
        contact = self.unsent(email="jan@example.org")
        for person in people:
            person.phone = "600100200"
        self.env.cr.flush()
        self.tell(contact)
        self.env["usercom.outbox"].search([("partner_id", "=", contact.id)]).priority = -1
        self.drain()
        self.assertIn("search", self.calls()[0])
        self.assertEqual(self.told(contact), ["signup"])


class TestOneRowOfEach(EventCase):
    def test_a_deal_that_waits_is_replaced_by_its_newer_state(self):
        contact = self.synced(email="jan@example.org")
        row = self.deal(contact, data={"value": 10, "stage": 1})
        self.assertEqual(self.deal(contact, data={"value": 20, "stage": 2}), row)
        self.drain()
        [deal] = self.deals()
        self.assertEqual((deal["value"], deal["stage"], deal["writes"]), ("20.00", 2, 1))
        self.assertEqual(deal["user_id"], self.binding(contact).external_id)

    def test_the_same_deal_twice_at_once_is_queued_once(self):
        contact = self.synced(email="jan@example.org")
        item = {"partner": contact, "kind": "deal", "key": "SO1", "name": "Order 1"}
        items = [item | {"data": {"stage": stage}} for stage in (1, 2)]
        self.env["usercom.event"]._queue(self.backend, items)
        self.drain()
        self.assertEqual([deal["stage"] for deal in self.deals()], [2])

    def test_an_event_with_a_key_waits_once(self):
        contact = self.synced(email="jan@example.org")
        self.tell(contact, "first", key="a")
        self.assertFalse(self.tell(contact, "again", key="a"))
        self.drain()
        self.assertEqual(self.told(contact), ["first"])

    def test_a_key_that_is_too_long_is_refused_with_the_reason(self):
        with self.assertRaisesRegex(UserError, "“SOSO.*255"):
            self.deal(self.synced(email="jan@example.org"), key="SO" * 1500)

    def test_a_failed_state_of_a_deal_never_follows_a_newer_one(self):
        contact = self.synced(email="jan@example.org")
        fault = {"kind": "status", "status": 400, "path": "/deals/*", "count": 1}
        self.simulator.fault(**fault, body={"detail": "No."})
        old = self.deal(contact, data={"stage": 1})
        self.drain()
        self.assertEqual(old.state, "failed")
        self.deal(contact, data={"stage": 2})
        old.action_retry()
        self.assertEqual(old.state, "done")
        self.drain()
        self.assertEqual([deal["stage"] for deal in self.deals()], [2])

    def test_a_failed_state_of_a_deal_is_superseded_by_a_newer_one(self):
        contact = self.synced(email="jan@example.org")
        fault = {"kind": "status", "status": 400, "path": "/deals/*", "count": 1}
        self.simulator.fault(**fault, body={"detail": "No."})
        old = self.deal(contact, data={"stage": 1})
        self.drain()
        self.deal(contact, data={"stage": 2})
        self.drain()
        self.assertEqual(old.state, "superseded")


class TestProducts(EventCase):
    def product(self, key="desk", **data):
        item = {"kind": "product", "key": key, "name": "Desk", "data": data}
        return self.env["usercom.event"]._queue(self.backend, [item])

    def test_one_is_created_and_later_changed(self):
        for update in ("served", "absent"):
            with self.subTest(update):
                self.simulator.settings(product_update=update)
                self.product(update, price=1)
                self.drain()
                self.product(update, price=2)
                self.drain()
                found = self.simulator.commerce()["products"]
                [product] = [each for each in found if each["custom_id"] == update]
                self.assertEqual((product["price"], product["writes"]), (2, 2))

    def test_a_deal_waits_for_its_products(self):
        contact = self.synced(email="jan@example.org")
        lines = [{"product_custom_id": "desk", "quantity": 1, "value": 10}]
        self.deal(contact, data={"order_products": lines}, product_keys=["desk"])
        self.product()
        self.simulator.fault(kind="status", status=500, path="/products/", count=1)
        self.drain()
        self.drain()
        self.assertEqual([deal["custom_id"] for deal in self.deals()], ["SO1"])

    def test_a_deal_with_an_unknown_product_fails_with_the_reason_if_it_is_refused(self):
        contact = self.synced(email="jan@example.org")
        lines = [{"product_custom_id": "desk", "quantity": 1, "value": 10}]
        for policy, state in (("reject", "failed"), ("create", "done"), ("ignore", "done")):
            with self.subTest(policy):
                self.simulator.settings(unknown_product=policy)
                row = self.deal(contact, key=policy, data={"order_products": lines})
                self.drain()
                self.assertEqual(row.state, state)
