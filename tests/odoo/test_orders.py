"""Orders (`usercom_connector_sale`): deals, events and purchases, each told once."""

from odoo.fields import Command

from .common_orders import OrderCase

BOUGHT = [("purchase", "CHAIR1", 2), ("purchase", "TABLE", 1)]


class TestConfirmed(OrderCase):
    def test_a_confirmed_order_is_a_deal_an_event_and_purchases(self):
        self.stage("confirmed").write({"pipeline": 4, "stage": 17})
        contact = self.contact(email="jan@example.org")
        order = self.confirmed(contact)
        self.work_off()

        deal = self.deal(order)
        user = self.remote(contact)
        self.assertEqual(deal["user_id"], user["id"])
        self.assertEqual((deal["name"], deal["status"]), (order.name, 2))
        self.assertEqual((deal["pipeline"], deal["stage"]), (4, 17))
        self.assertEqual((deal["value"], deal["currency"]), ("450.00", order.currency_id.name))
        chair = {"product_custom_id": "CHAIR1", "quantity": 2, "value": 100}
        table = {"product_custom_id": "TABLE", "quantity": 1, "value": 250}
        currency = {"currency": order.currency_id.name}
        self.assertEqual(deal["order_products"], [chair | currency, table | currency])
        [(name, data)] = self.events(contact)
        self.assertEqual((name, data["order number"]), ("order_completed", order.name))
        self.assertEqual((data["revenue"], data["tax"], data["shipping"]), (450, 0, 0))
        self.assertEqual(data["products"], ["CHAIR1", "TABLE"])
        self.assertFalse(data["registered_user"])
        self.assertEqual(self.movements(), BOUGHT)

    def test_the_products_are_there_before_the_order(self):
        """User.com refuses an order with a product that it does not know."""
        order = self.confirmed(self.synced(email="jan@example.org"))
        self.work_off()
        self.assertIn(f"odoo-so-{order.id}", self.deals())
        table = self.products()["TABLE"]
        self.assertEqual((table["name"], table["price"], table["sku"]), ("Table", 250, "TABLE"))
        self.assertEqual(table["writes"], 1)
        self.confirmed(self.synced(email="ola@example.org"))
        self.work_off()
        self.assertEqual(self.products()["TABLE"]["writes"], 1)

    def test_a_new_contact_is_there_before_its_order(self):
        contact = self.contact(email="jan@example.org")
        order = self.confirmed(contact)
        self.work_off()
        writes = [call for call in self.calls("POST") if "search" not in call]
        deal = writes.index("POST /deals/update_or_create/")
        self.assertLess(writes.index("POST /users/"), deal)
        self.assertEqual(self.deal(order)["user_id"], self.binding(contact).external_id)

    def test_what_stays_the_same_is_told_once(self):
        contact = self.synced(email="jan@example.org")
        order = self.confirmed(contact)
        self.work_off()
        order.note = "<p>Ring twice.</p>"
        order.order_line[0].name = "A chair for the kitchen"
        self.env.cr.flush()
        self.work_off()
        self.assertEqual(self.deal(order)["writes"], 1)
        self.assertEqual(len(self.queued()), 6)  # two products, a deal, an event, two purchases

    def test_a_quotation_is_sent_only_where_that_is_chosen(self):
        contact = self.synced(email="jan@example.org")
        self.quotation(contact)
        self.assertFalse(self.queued())
        self.stage("quotation").is_sent = True
        order = self.quotation(contact)
        self.work_off()
        self.assertEqual(self.deal(order)["status"], 1)
        self.assertEqual((self.events(contact), self.movements()), ([], []))
        order.action_confirm()
        self.work_off()
        self.assertEqual(self.deal(order)["status"], 2)
        self.assertEqual(self.movements(), BOUGHT)

    def test_nothing_is_sent_until_orders_are_to_be(self):
        self.backend.sends_orders = False
        self.confirmed(self.synced(email="jan@example.org"))
        self.assertFalse(self.queued())

    def test_of_an_order_from_before_the_deal_alone_is_sent(self):
        """Or else User.com's automations would thank for orders of last year."""
        self.backend.sends_orders = False
        contact = self.synced(email="jan@example.org")
        order = self.confirmed(contact)
        order.date_order = "2020-01-01 10:00:00"
        self.env.cr.flush()
        self.backend.sends_orders = True
        order.order_line[0].qty_delivered = 1
        self.work_off()
        self.assertEqual(self.deal(order)["won_at"], "2020-01-01T10:00:00Z")
        self.assertEqual((self.events(contact), self.movements()), ([], []))

    def test_many_orders_cost_no_query_each(self):
        contact = self.synced(email="jan@example.org")
        self.added(contact, 1)
        self.assertLessEqual(self.added(contact, 20), self.added(contact, 2) + 2)

    def added(self, contact, count):
        """How many queries more it takes to confirm so many orders than if none were sent."""
        found = []
        for sends in (True, False):
            self.backend.sends_orders = sends
            orders = self.env["sale.order"].union(*(self.quotation(contact) for _n in range(count)))
            self.env.cr.flush()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.action_confirm()
            self.env.cr.flush()
            found.append(self.env.cr.sql_log_count - before)
        return found[0] - found[1]


class TestAmounts(OrderCase):
    def deal_of(self, *lines, **values):
        order = self.confirmed(self.synced(email="jan@example.org"), *lines, **values)
        self.work_off()
        return self.deal(order)

    def taxed(self):
        tax = self.env["account.tax"].create(
            {
                "name": "VAT",
                "amount": 23,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
            }
        )
        return {"tax_ids": [Command.set(tax.ids)]}

    def test_with_taxes(self):
        deal = self.deal_of(self.line(self.chair, 2, **self.taxed()))
        self.assertEqual(deal["value"], "246.00")
        self.assertEqual(deal["order_products"][0]["value"], 123)

    def test_without_taxes(self):
        self.backend.order_amounts = "untaxed"
        deal = self.deal_of(self.line(self.chair, 2, **self.taxed()))
        self.assertEqual(deal["value"], "200.00")
        self.assertEqual(deal["order_products"][0]["value"], 100)

    def test_the_price_is_what_is_paid_after_the_discount(self):
        deal = self.deal_of(self.line(self.chair, 2, discount=10))
        self.assertEqual((deal["value"], deal["order_products"][0]["value"]), ("180.00", 90))

    def test_what_is_no_product_is_no_line(self):
        """Notes, sections, a discount on the whole order, and a combo, whose parts are there."""
        discount = self.product("Discount", list_price=0)
        self.env.company.sale_discount_product_id = discount
        combo = self.product("Set", type="combo", list_price=100, combo_ids=[self.combo()])
        note = Command.create({"display_type": "line_note", "name": "Thank you."})
        section = Command.create({"display_type": "line_section", "name": "Furniture"})
        reduced = self.line(discount, price_unit=-50)
        deal = self.deal_of(section, self.line(self.chair, 2), note, reduced, self.line(combo))
        self.assertEqual(deal["value"], "150.00")
        self.assertEqual([p["product_custom_id"] for p in deal["order_products"]], ["CHAIR1"])
        self.assertEqual(self.movements(), [("purchase", "CHAIR1", 2)])

    def combo(self):
        items = [Command.create({"product_id": self.table.id})]
        return Command.link(
            self.env["product.combo"].create({"name": "Tables", "combo_item_ids": items}).id
        )

    def test_the_currency_is_the_orders(self):
        euro = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")])
        )
        euro.active = True
        prices = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        deal = self.deal_of(self.line(self.chair, price_unit=33), pricelist_id=prices.id)
        self.assertEqual((deal["currency"], deal["value"]), ("EUR", "33.00"))


class TestChanges(OrderCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")
        self.order = self.confirmed(self.jan)
        self.work_off()

    def changed(self):
        """The product events since the confirmation."""
        self.work_off()
        movements = self.movements()
        self.assertEqual(movements[:2], BOUGHT)
        return movements[2:]

    def test_a_cancelled_order_is_lost_and_its_products_come_back(self):
        self.order.action_cancel()
        returned = [("return", "CHAIR1", 2), ("return", "TABLE", 1)]
        self.assertEqual(self.changed(), returned)
        self.assertEqual(self.deal(self.order)["status"], 3)
        self.assertEqual(len(self.events(self.jan)), 1)

    def test_one_that_is_confirmed_again_is_bought_again(self):
        self.order.action_cancel()
        self.work_off()
        self.order.action_draft()
        self.order.action_confirm()
        self.assertEqual(self.changed()[2:], BOUGHT)
        self.assertEqual(self.deal(self.order)["status"], 2)
        self.assertEqual(len(self.events(self.jan)), 1)  # the order is completed once

    def test_a_quotation_that_user_com_never_heard_of_is_not_cancelled_there(self):
        quotation = self.quotation(self.jan)
        quotation.action_cancel()
        self.work_off()
        self.assertNotIn(f"odoo-so-{quotation.id}", self.deals())

    def test_a_quotation_that_is_deleted_is_cancelled_there(self):
        self.stage("quotation").is_sent = True
        quotation = self.quotation(self.jan)
        self.work_off()
        key = f"odoo-so-{quotation.id}"
        self.assertEqual(self.deals()[key]["status"], 1)
        quotation.sudo().unlink()
        self.work_off()
        self.assertEqual(self.deals()[key]["status"], 3)

    def test_another_rule_for_products_makes_no_purchase(self):
        self.backend.product_id_prefix = "new-"
        self.order.order_line[0].qty_delivered = 1
        self.order._usercom_note()
        self.assertEqual(self.changed(), [])
        products = self.deal(self.order)["order_products"]
        self.assertEqual(products[0]["product_custom_id"], "new-CHAIR1")

    def test_what_is_added_later_is_bought_too(self):
        self.order.order_line[0].product_uom_qty = 5
        self.assertEqual(self.changed(), [("purchase", "CHAIR1", 3)])
        self.assertEqual(self.deal(self.order)["value"], "750.00")
        self.order.order_line[0].product_uom_qty = 4
        self.order.order_line = [self.line(self.table)]
        expected = [("return", "CHAIR1", 1), ("purchase", "TABLE", 1)]
        self.assertEqual(self.changed()[1:], expected)

    def test_what_is_added_later_is_bought_when_it_is_added(self):
        self.order.date_order = "2026-01-01 10:00:00"
        self.order.order_line = [self.line(self.table)]
        [*_before, added] = self.queued("product_event")
        self.assertGreater(added.occurred_at, self.order.date_order)

    def test_what_was_bought_comes_back_although_orders_were_not_sent_for_a_while(self):
        self.backend.sends_orders = False
        self.order.date_order = "2026-01-01 10:00:00"
        self.env.cr.flush()
        self.backend.sends_orders = True
        self.order._action_cancel()
        self.assertEqual(self.changed(), [("return", "CHAIR1", 2), ("return", "TABLE", 1)])

    def test_a_delivered_order_moves_on(self):
        self.stage("delivered").stage = 21
        for line in self.order.order_line:
            line.qty_delivered = line.product_uom_qty
        self.assertEqual(self.changed(), [])
        self.assertEqual(self.deal(self.order)["stage"], 21)

    def test_a_state_may_have_an_event_of_its_own(self):
        self.stage("delivered").event_name = "order_delivered"
        for line in self.order.order_line:
            line.qty_delivered = line.product_uom_qty
        self.work_off()
        self.assertEqual([name for name, _data in self.events(self.jan)][1:], ["order_delivered"])

    def test_a_state_that_is_not_sent_leaves_the_deal_where_it_is(self):
        self.stage("delivered").write({"stage": 21, "is_sent": False})
        for line in self.order.order_line:
            line.qty_delivered = line.product_uom_qty
        self.work_off()
        self.assertNotIn("stage", self.deal(self.order))

    def test_the_order_of_the_table_says_which_state_counts(self):
        """A shop is paid first: there, delivered comes after paid."""
        self.stage("confirmed").write({"stage": 5, "sequence": 45})
        self.stage("delivered").stage = 21
        for line in self.order.order_line:
            line.qty_delivered = line.product_uom_qty
        self.work_off()
        self.assertEqual(self.deal(self.order)["stage"], 5)

    def test_another_customer_has_the_deal(self):
        ola = self.synced(email="ola@example.org")
        self.order.partner_id = ola
        self.work_off()
        self.assertEqual(self.deal(self.order)["user_id"], self.binding(ola).external_id)


class TestWhoTakesPart(OrderCase):
    def test_nothing_is_told_of_who_is_not_synchronized(self):
        self.backend.partner_domain = "[('ref', '=', False)]"
        self.confirmed(self.contact(email="jan@example.org", ref="no"))
        self.assertFalse(self.queued())
        self.assertFalse(self.env["usercom.order"].search([]))

    def test_who_is_synchronized_later_has_the_order_with_its_next_state(self):
        self.backend.partner_domain = "[('ref', '=', False)]"
        contact = self.contact(email="jan@example.org", ref="no")
        order = self.confirmed(contact)
        self.env.cr.flush()
        contact.ref = False
        self.drain()
        for line in order.order_line:
            line.qty_delivered = line.product_uom_qty
        self.work_off()
        self.assertEqual(self.deal(order)["status"], 2)
        self.assertEqual(self.movements(), BOUGHT)

    def test_nothing_is_told_of_who_is_erased(self):
        contact = self.synced(email="jan@example.org")
        order = self.confirmed(contact)
        self.env.cr.flush()
        contact._usercom_anonymize()
        self.confirmed(contact)
        order.action_cancel()
        self.work_off()
        self.assertEqual((self.deals(), self.movements()), ({}, []))

    def test_the_account_of_the_orders_company_is_told(self):
        other, orders = self.elsewhere()
        contact = self.contact(email="jan@example.org")
        order = orders.create({"partner_id": contact.id, "order_line": [self.line(self.chair)]})
        order.action_confirm()
        self.assertEqual(self.queued().backend_id, other)
        self.assertEqual(self.queued("product").key, "x-CHAIR1")

    def test_who_sells_learns_nothing_of_user_com(self):
        order = self.confirmed(self.synced(email="jan@example.org"))
        self.env.cr.flush()
        for model in ("usercom.order", "usercom.event", "usercom.product", "usercom.order.stage"):
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(self.salesperson).has_access("read"))
        self.assertTrue(self.env["usercom.order"].search([("order_id", "=", order.id)]))


class TestFaults(OrderCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")

    def assert_all_told(self, order):
        self.assertEqual(list(self.deals()), [f"odoo-so-{order.id}"])
        self.assertEqual(len(self.events(self.jan)), 1)
        self.assertEqual(sorted(self.movements()), sorted(BOUGHT))

    def test_too_many_calls_are_made_later(self):
        self.simulator.fault(status=429, path="/deals/*", count=1)
        order = self.confirmed(self.jan)
        self.work_off()
        self.assert_all_told(order)

    def test_a_lost_answer_of_a_deal_makes_no_second_one(self):
        self.simulator.fault(kind="reset", apply=True, path="/deals/*", count=1)
        order = self.confirmed(self.jan)
        self.work_off()
        self.assert_all_told(order)
        self.assertEqual(self.deal(order)["writes"], 2)

    def test_a_product_that_user_com_lost_holds_up_nothing_where_it_does_not_mind(self):
        for reading in ("create", "ignore"):
            with self.subTest(reading):
                self.simulator.settings(unknown_product=reading)
                order = self.confirmed(self.jan)
                self.work_off()
                self.assertIn(f"odoo-so-{order.id}", self.deals())
