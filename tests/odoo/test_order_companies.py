"""Orders of companies: the deal belongs to the company that User.com has, once it has it."""

from .common_companies import CompaniesCase
from .common_orders import OrderCase


class TestOrdersOfCompanies(CompaniesCase, OrderCase):
    def company_there(self, **values):
        """A company that User.com has, since it has one of its contacts."""
        company = self.company(**values)
        member = self.member(company)
        self.rest()
        self.assertTrue(self.link(company).external_id)
        return company, member

    def order_told(self, contact):
        order = self.confirmed(contact)
        self.work_off()
        return self.deal(order)

    def test_the_order_of_a_companys_contact_is_the_companys_deal(self):
        company, member = self.company_there()
        deal = self.order_told(member)
        self.assertEqual(deal["company_custom_id"], self.there(company)["custom_id"])
        self.assertEqual(deal["user_id"], self.binding(member).external_id)

    def test_one_without_a_custom_id_is_named_by_its_id(self):
        company, member = self.company_there()
        self.link(company).custom_id = False
        self.assertEqual(self.order_told(member)["company_id"], self.link(company).external_id)

    def test_a_company_that_orders_itself_has_the_deal_alone(self):
        company, _member = self.company_there()
        deal = self.order_told(company)
        self.assertEqual(deal["company_custom_id"], self.there(company)["custom_id"])
        self.assertNotIn("user_id", deal)
        self.assertEqual(self.movements(), [])

    def test_a_new_company_is_there_before_the_deal(self):
        company = self.company()
        member = self.member(company)
        self.simulator.fault(status=503, path="/companies/*", count=2)
        deal = self.order_told(member)
        self.assertEqual(deal["company_custom_id"], self.there(company)["custom_id"])
        self.assertEqual(deal["writes"], 1)

    def test_a_company_that_cannot_be_sent_holds_up_nothing(self):
        self.simulator.fault(status=400, path="/companies/*", count=99, body={"detail": "No."})
        deal = self.order_told(self.member(self.company()))
        self.assertNotIn("company_custom_id", deal)

    def test_nothing_is_told_of_a_company_that_user_com_does_not_have(self):
        self.confirmed(self.company())
        self.assertFalse(self.queued())

    def test_nor_of_one_that_is_erased(self):
        company, _member = self.company_there()
        self.confirmed(company)
        self.env.cr.flush()
        company._usercom_anonymize()
        self.work_off()
        self.assertEqual(self.deals(), {})

    def test_no_company_is_named_where_companies_are_not_synchronized(self):
        company, member = self.company_there()
        self.backend.sync_companies = False
        self.assertNotIn("company_custom_id", self.order_told(member))
        self.confirmed(company)
        self.assertFalse(self.queued().filtered(lambda row: row.partner_id == company))
