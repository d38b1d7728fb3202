"""Orders under faults: at the end as many deals as orders, and each line once."""

from collections import Counter

from .common_deaths import DeathCase, Killed
from .common_orders import OrderCase

STEPS = (
    ("/users/", "POST /users/"),
    ("/products/", "POST /products/"),
    ("/deals/update_or_create/", "POST /deals/"),
    ("/events/", "POST /events/"),
    ("/product_event/", "product_event"),
)


class OrderFaultCase(OrderCase, DeathCase):
    def setUp(self):
        super().setUp()
        self.jan = self.contact(email="jan@example.org")

    def work_off(self):
        for _run in range(4):
            self.pass_time()  # until it is sure that nobody is being created any more
            waiting = self.env["usercom.outbox"].search([("state", "=", "pending")])
            waiting.next_attempt_at = False
            self.drain()
            super().work_off()

    def keys(self):
        """How often each event and purchase is there, by our own keys."""
        user_id = self.binding(self.jan).external_id
        found = [event["data"]["odoo_key"] for event in self.simulator.events(user_id)]
        moved = self.simulator.commerce()["product_events"]
        return Counter(found + [event["custom_data"]["odoo_key"] for event in moved])

    def told(self, *orders):
        """The keys that User.com is to have, each once."""
        keys = [f"odoo-so-{order.id}-confirmed" for order in orders]
        return {*keys, *(f"odoo-sol-{line.id}-1" for order in orders for line in order.order_line)}

    def check(self, *orders, doubled=()):
        self.assertEqual(set(self.deals()), {f"odoo-so-{order.id}" for order in orders})
        user_ids = {deal["user_id"] for deal in self.deals().values()}
        self.assertEqual(user_ids, {self.binding(self.jan).external_id})
        keys = self.keys()
        self.assertEqual(set(keys), self.told(*orders))
        self.assertLessEqual({key for key, count in keys.items() if count > 1}, set(doubled))
        self.assertFalse(self.queued().filtered(lambda row: row.state == "pending"))


class TestKills(OrderFaultCase):
    late = None

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        answer = super()._request_handler(session, request, **options)
        if cls.late and request.method != "GET" and cls.late in request.url:
            raise Killed
        return answer

    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, type(self), "late", None)

    def test_a_worker_that_dies_before_a_call_loses_and_doubles_nothing(self):
        orders = []
        for path, _step in STEPS:
            with self.subTest(path):
                orders.append(self.confirmed(self.jan))
                self.chair.list_price += 1  # so that there is a product to be sent
                self.env.cr.flush()
                self.die_of(path)
                self.dies()
                self.die_of(None)
                self.work_off()
                self.check(*orders)

    def test_one_that_dies_after_a_call_doubles_but_what_it_told_and_that_if_so_chosen(self):
        orders = []
        for choice in ("fail", "repeat"):
            self.backend.event_lost_answer = choice
            for path in ("/products", "/deals/", "/events/", "/product_event/"):
                with self.subTest(path=path, choice=choice):
                    orders.append(self.confirmed(self.jan))
                    self.chair.list_price += 1
                    self.env.cr.flush()
                    type(self).late = path
                    self.assertTrue(self.dies())
                    type(self).late = None
                    self.work_off()
                    doubled = self.told(*orders) if choice == "repeat" else ()
                    self.check(*orders, doubled=doubled)


class TestAnswers(OrderFaultCase):
    def lose(self, path, count=1):
        self.simulator.fault(kind="reset", apply=True, path=path, count=count)

    def test_lost_ones_are_repeated(self):
        for path in ("/products/", "/deals/*", "/events/", "*/product_event/"):
            self.lose(path)
        order = self.confirmed(self.jan)
        self.work_off()
        self.check(order, doubled=self.told(order))

    def test_or_looked_at_if_so_chosen(self):
        self.backend.event_lost_answer = "fail"
        for path in ("/products/", "/deals/*", "/events/", "*/product_event/"):
            self.lose(path)
        order = self.confirmed(self.jan)
        self.work_off()
        self.check(order)
        failed = self.queued().filtered(lambda row: row.state == "failed")
        self.assertEqual(sorted(failed.mapped("kind")), ["event", "product_event"])

    def test_too_many_calls_are_made_later_at_each_step(self):
        self.backend.event_lost_answer = "fail"
        for path in ("/users/", "/products/", "/deals/*", "/events/", "*/product_event/"):
            self.simulator.fault(status=429, path=path, count=2)
        order = self.confirmed(self.jan)
        self.work_off()
        self.check(order)

    def test_a_product_that_user_com_lost_is_sent_anew_before_the_order(self):
        self.work_off()
        first = self.confirmed(self.jan)
        self.work_off()
        for reading in ("reject", "create", "ignore"):
            with self.subTest(reading):
                self.simulator.settings(unknown_product=reading)
                self.simulator.forget_products()
                order = self.confirmed(self.jan)
                self.work_off()
                self.assertIn(f"odoo-so-{order.id}", self.deals())
        self.assertIn(f"odoo-so-{first.id}", self.deals())

    def test_a_deal_that_is_refused_for_another_reason_fails_after_the_second_time(self):
        self.simulator.fault(status=400, path="/deals/*", count=9, body={"detail": "No stage."})
        self.confirmed(self.jan)
        self.work_off()
        [deal] = self.queued("deal")
        self.assertEqual((deal.state, deal.attempts), ("failed", 2))


class TestPeople(OrderFaultCase):
    def test_who_was_deleted_there_meanwhile_is_not_created_by_an_order(self):
        self.drain()
        order = self.confirmed(self.jan)
        self.simulator.delete_user(self.binding(self.jan).external_id)
        self.work_off()
        self.assertEqual((self.deals(), self.movements()), ({}, []))
        self.assertEqual(self.simulator.users(), [])
        self.assertEqual(order.state, "sale")

    def test_who_was_merged_here_meanwhile_hands_over_the_orders(self):
        other = self.synced(email="ola@example.org")
        mine, theirs = self.confirmed(self.jan), self.confirmed(other)
        self.env.cr.flush()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.jan + other).ids, self.jan)
        self.env.cr.flush()
        self.work_off()
        self.check(mine, theirs)

    def test_who_was_merged_there_meanwhile_is_found_again(self):
        self.drain()
        lost = self.binding(self.jan).external_id
        survivor = self.person(email="jan@example.org")
        self.simulator.deduplicate()
        if self.simulator.users()[0]["id"] == lost:
            lost, survivor = survivor, lost
        self.binding(self.jan).external_id = lost
        order = self.confirmed(self.jan)
        self.work_off()
        self.assertEqual(self.binding(self.jan).external_id, survivor)
        self.check(order)

    def test_who_takes_no_part_and_who_is_erased_have_nothing(self):
        self.backend.partner_domain = "[('ref', '=', False)]"
        out = self.contact(email="out@example.org", ref="no")
        gone = self.synced(email="gone@example.org")
        orders = self.confirmed(out) + self.confirmed(gone)
        kept = self.confirmed(self.jan)
        self.env.cr.flush()
        gone._usercom_anonymize()
        self.work_off()
        self.check(kept)
        self.assertEqual(len(orders), 2)


class TestTwoCompanies(OrderFaultCase):
    def test_each_account_has_its_own_deals(self):
        other, orders = self.elsewhere()
        theirs = orders.create({"partner_id": self.jan.id, "order_line": [self.line(self.chair)]})
        theirs.action_confirm()
        ours = self.confirmed(self.jan)
        for path in ("/deals/*", "/events/"):
            self.simulator.fault(status=503, path=path, count=2)
        mine = self.backend
        for self.backend in (other, mine):
            self.work_off()
            self.drain()
        self.assertEqual(set(self.deals()), {f"odoo-so-{ours.id}", f"odoo-so-{theirs.id}"})
        bought = Counter((product, quantity) for _kind, product, quantity in self.movements())
        self.assertEqual(bought, {("CHAIR1", 2): 1, ("TABLE", 1): 1, ("x-CHAIR1", 1): 1})
