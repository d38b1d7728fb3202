"""Orders told before User.com had their company: the deals get it once it is there, and no more."""

from unittest.mock import patch

from odoo.addons.usercom_connector_sale.services import late_companies

from .common_companies import CompaniesCase
from .common_order_history import OrderHistoryCase


class LateCase(CompaniesCase, OrderHistoryCase):
    def setUp(self):
        super().setUp()
        self.firm = self.company()
        self.ola = self.member(self.firm, email="ola@example.org")

    def refuse_companies(self):
        self.simulator.fault(status=400, path="/companies/*", body={"detail": "No."})
        self.rest()
        self.assertFalse(self.link(self.firm).external_id)

    def take_companies(self):
        """The company is mended, and sent again."""
        self.simulator.clear_faults()
        self.firm.name = "Acme Mended"
        self.rest()

    def told(self, *contacts):
        """Orders of the contacts, whose deals are there without a company."""
        orders = [self.confirmed(contact) for contact in contacts]
        self.work_off()
        for order in orders:
            self.assertNotIn("company_custom_id", self.deal(order))
        return orders

    def assert_the_companys(self, *orders, writes=2):
        there = self.there(self.firm)["custom_id"]
        for order in orders:
            deal = self.deal(order)
            self.assertEqual((deal["company_custom_id"], deal["writes"]), (there, writes))
        self.assert_at_rest()

    def assert_at_rest(self):
        """Nothing is told any more."""
        self.simulator.clear_journal()
        self.rest()
        self.assertEqual(self.calls("POST"), [])
        self.assertFalse(self.env["usercom.company"].search([("are_deals_due", "=", True)]))


class TestLateCompanies(LateCase):
    def test_a_company_that_could_not_be_sent_at_first(self):
        self.refuse_companies()
        orders = self.told(self.ola, self.jan)
        before = self.events(self.ola), self.movements()
        self.take_companies()
        self.assert_the_companys(orders[0])
        self.assertEqual(self.deal(orders[1])["writes"], 1)
        self.assertEqual((self.events(self.ola), self.movements()), before)

    def test_companies_that_are_switched_on_later(self):
        self.backend.sync_companies = False
        orders = self.told(self.ola, self.ola, self.jan)
        self.backend.sync_companies = True
        self.rest()
        self.assert_the_companys(*orders[:2])
        self.assertEqual(self.deal(orders[2])["writes"], 1)

    def test_and_those_that_were_off_for_a_while(self):
        self.rest()
        first = self.confirmed(self.ola)
        self.work_off()
        self.backend.sync_companies = False
        [second] = self.told(self.ola)
        self.backend.sync_companies = True
        self.rest()
        self.assert_the_companys(second)
        self.assertEqual(self.deal(first)["writes"], 1)

    def test_a_deal_that_waited_for_its_company_is_told_once(self):
        self.simulator.fault(status=503, path="/companies/*", count=2)
        order = self.confirmed(self.ola)
        self.work_off()
        self.assert_the_companys(order, writes=1)

    def test_an_order_of_a_company_itself_is_told_once_the_company_is_there(self):
        self.refuse_companies()
        order = self.confirmed(self.firm)
        self.work_off()
        self.assertEqual(self.deals(), {})
        self.take_companies()
        self.assert_the_companys(order, writes=1)

    def test_many_orders_go_a_few_at_a_time(self):
        self.refuse_companies()
        orders = self.told(*[self.ola] * 5)
        with patch.object(late_companies, "REFILL", 2):
            self.take_companies()
            self.assert_the_companys(*orders)

    def test_a_company_that_is_merged_into_the_one_of_the_order(self):
        self.refuse_companies()
        [order] = self.told(self.ola)
        self.simulator.clear_faults()
        twin = self.company(name="Acme Twin")
        self.member(twin, email="ewa@example.org")
        self.rest()
        self.assertTrue(self.link(twin).external_id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((twin + self.firm).ids, self.firm)
        self.env.cr.flush()
        self.rest()
        self.assertIn("company_custom_id", self.deal(order))
        self.assert_at_rest()

    def test_one_that_is_not_synchronized_any_more_starts_nothing(self):
        self.refuse_companies()
        self.told(self.ola)
        self.take_companies()
        self.link(self.firm)._note_due_deals()
        self.firm.active = False
        self.assert_at_rest()

    def test_orders_that_were_in_files(self):
        self.backend.sync_companies = False
        order = self.past(self.ola)
        self.sent()
        self.assertNotIn("company_custom_id", self.deal(order))
        self.backend.sync_companies = True
        self.rest()
        self.assert_the_companys(order)

    def test_while_orders_are_not_sent_nothing_is_told(self):
        self.refuse_companies()
        [order] = self.told(self.ola)
        self.backend.sends_orders = False
        self.take_companies()
        self.assertEqual(self.deal(order)["writes"], 1)
        self.backend.sends_orders = True
        self.rest()
        self.assert_the_companys(order)
