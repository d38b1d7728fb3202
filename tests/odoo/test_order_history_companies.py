"""The history of orders of companies: the same deals as those of today's orders."""

from .common_companies import CompaniesCase
from .common_order_history import OrderHistoryCase


class TestHistoryOfCompanies(CompaniesCase, OrderHistoryCase):
    def setUp(self):
        super().setUp()
        self.firm = self.company()
        self.employee = self.member(self.firm, email="ola@example.org")
        self.rest()

    def test_the_deal_is_the_companys(self):
        order, own = self.past(self.employee), self.past(self.firm)
        history = self.sent()
        self.assertEqual(self.results(history), [("new", "done")] * 2)
        there = self.there(self.firm)["custom_id"]
        self.assertEqual(self.deal(order)["company_custom_id"], there)
        self.assertEqual(self.deal(order)["user_id"], self.binding(self.employee).external_id)
        self.assertEqual(self.deal(own)["company_custom_id"], there)
        self.assertNotIn("user_id", self.deal(own))
        self.assertEqual(self.singles(), 0)

    def test_where_companies_are_not_synchronized_it_is_the_contacts_alone(self):
        self.backend.sync_companies = False
        order, own = self.past(self.employee), self.past(self.firm)
        history = self.sent()
        self.assertNotIn("company_custom_id", self.deal(order))
        self.assertEqual(self.line_of(history, own).kind, "not_synchronized")
