"""The company of a user in User.com becomes the company of its contact, by id where it is known."""

import random

from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.companies.settlement import CompanySettlement
from odoo.addons.usercom_connector.services.companies.user_companies import UserCompanies
from odoo.addons.usercom_connector.usercom import User

from .common_companies import CompaniesCase

LATER = "2099-01-01T00:00:00Z"
EVENTS = ("city", "city there", "move", "leave", "join there", "part there", "drain")


class TestCompanyImport(CompaniesCase):
    def setUp(self):
        super().setUp()
        self.acme = self.company()
        self.member(self.acme, email="ewa@example.org")
        self.other = self.company(name="Other")
        self.member(self.other, email="piotr@example.org")
        self.jan = self.contact(email="jan@example.org")
        self.rest()

    def join_there(self, contact, company):
        """A person makes the user of ``contact`` a member in User.com, and Odoo reads it."""
        user_id = self.binding(contact).external_id
        self.simulator.patch_company(self.link(company).external_id, member=user_id)
        self.receive(id=user_id)
        self.rest()

    def test_a_contact_without_a_company_gets_the_users(self):
        self.join_there(self.jan, self.acme)
        self.assertEqual(self.jan.parent_id, self.acme)
        self.assertIn(self.binding(self.jan).external_id, self.there(self.acme)["members"])

    def test_a_new_person_comes_with_the_company(self):
        user_id = self.person(email="anna@example.org", first_name="Anna")
        self.simulator.patch_company(self.link(self.acme).external_id, member=user_id)
        self.receive(id=user_id)
        self.rest()
        self.assertEqual(self.found().parent_id, self.acme)

    def test_a_company_is_known_by_its_id_whatever_its_name(self):
        self.company(name="Acme")  # a namesake
        self.simulator.patch_company(self.link(self.acme).external_id, name="ACME Holding")
        self.join_there(self.jan, self.acme)
        self.assertEqual(self.jan.parent_id, self.acme)

    def test_what_was_left_in_odoo_does_not_come_back(self):
        self.join_there(self.jan, self.acme)
        self.jan.parent_id = False
        self.rest()
        self.receive(id=self.binding(self.jan).external_id)
        self.rest()
        self.assertFalse(self.jan.parent_id)
        self.assertFalse(self.waiting(self.acme))

    def test_who_moves_in_user_com_moves_in_odoo(self):
        self.jan.parent_id = self.acme
        self.rest()
        user_id = self.binding(self.jan).external_id
        self.simulator.patch_company(self.link(self.acme).external_id, leaving=user_id)
        self.join_there(self.jan, self.other)
        self.assertEqual(self.jan.parent_id, self.other)
        self.assertEqual(
            self.there(self.acme)["members"],
            [self.binding(self.found("ewa@example.org")).external_id],
        )

    def test_a_second_company_does_not_take_the_place_of_the_first(self):
        self.jan.parent_id = self.acme
        self.rest()
        self.join_there(self.jan, self.other)
        self.assertEqual(self.jan.parent_id, self.acme)

    def test_of_two_new_companies_none_is_guessed(self):
        user_id = self.binding(self.jan).external_id
        for company in (self.acme, self.other):
            self.simulator.patch_company(self.link(company).external_id, member=user_id)
        self.receive(id=user_id)
        self.rest()
        self.assertFalse(self.jan.parent_id)

    def test_a_contact_with_a_login_keeps_its_company(self):
        new_test_user(self.env, "portal_jan", "base.group_portal", partner_id=self.jan.id)
        self.join_there(self.jan, self.acme)
        self.assertFalse(self.jan.parent_id)

    def test_a_company_named_as_our_own_is_not_our_own(self):
        own = self.env.company.partner_id
        before = own.name
        there = self.simulator_company(name=before, custom_id=f"odoo-{own.id}")
        user_id = self.binding(self.jan).external_id
        self.simulator.patch_company(there, member=user_id)
        self.receive(id=user_id)
        own.city = "Kraków"
        self.rest()
        self.assertFalse(self.jan.parent_id)
        self.assertFalse(self.link(own))

    def test_values_go_both_ways_where_the_pair_says_so(self):
        pair = self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city")
        pair.direction = "both"
        self.rest()
        self.simulator.patch_company(self.link(self.acme).external_id, city="Gdańsk")
        self.link(self.acme).action_push()
        self.rest()
        self.assertEqual(self.acme.city, "Gdańsk")
        self.acme.city = "Sopot"
        self.rest()
        self.assertEqual(self.there(self.acme)["city"], "Sopot")

    def test_what_changes_there_is_found_in_the_list_of_companies(self):
        self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city").direction = "both"
        self.rest()
        self.simulator.patch_company(self.link(self.acme).external_id, city="Gdańsk", name="X")
        self.simulator_company(name="Of nobody here", city="Gdynia")
        self.simulator.settings(page_size=1)
        self.simulator.clear_journal()
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.rest()
        self.assertEqual((self.acme.city, self.acme.name), ("Gdańsk", "Acme"))
        self.assertEqual(len([c for c in self.calls("GET /companies/")]), 3)
        self.assertEqual(self.calls("PUT /companies"), [])
        self.acme.city = "Sopot"
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.rest()
        self.assertEqual((self.acme.city, self.there(self.acme)["city"]), ("Sopot", "Sopot"))

    def test_what_changes_there_just_before_an_edit_is_sent_comes_with_its_answer(self):
        self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city").direction = "both"
        self.rest()
        self.simulator.patch_company(self.link(self.acme).external_id, city="Gdańsk")
        self.acme.street = "Długa 1"
        self.rest()
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.rest()
        self.assertEqual((self.acme.city, self.there(self.acme)["address"]), ("Gdańsk", "Długa 1"))

    def test_the_list_of_companies_is_not_read_where_nothing_is_taken_from_it(self):
        self.simulator.clear_journal()
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.rest()
        self.assertEqual(self.calls("GET /companies"), [])


class TestCompanyHistories(CompaniesCase):
    """Whatever both sides do, in whatever order, they come to rest, and to the same."""

    def test_a_page_of_users_or_companies_is_looked_up_at_once(self):
        self.backend.company_mapping_ids.direction = "both"
        few, many = (self.staff(count) for count in (2, 12))
        self.assertGreaterEqual(self.cost(few), self.cost(many))

    def staff(self, count):
        """[(contact, the user as a member of its company)]."""
        contacts = [
            self.member(self.company(name=f"{count} {n}"), email=f"{count}-{n}@example.org")
            for n in range(count)
        ]
        self.rest()
        found = []
        for contact in self.env["res.partner"].union(*contacts):  # as they are read: together
            link, user_id = self.link(contact.parent_id), self.binding(contact).external_id
            companies = [{"id": link.external_id}]
            found.append((contact, User.from_json({"id": user_id, "companies": companies})))
        return found

    def cost(self, staff):
        """The number of queries that read what the users, and their companies, are."""
        companies = [self.there(contact.parent_id) for contact, _user in staff]
        read = [User.from_json({**each, "updated_at": LATER}) for each in companies]
        self.env.cr.flush()
        self.env.invalidate_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as logs:
            UserCompanies(self.backend).bring(staff)
            CompanySettlement(self.backend).bring(read)
        return len([line for line in logs.output if "SELECT" in line])

    def test_random_histories_end_alike_and_at_rest(self):
        self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city").direction = "both"
        self.companies = [self.company(name=name) for name in ("Acme", "Other", "Third")]
        self.people = [
            self.member(company, email=f"{company.name}@example.org") for company in self.companies
        ]
        self.rest()
        for seed in range(4):
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                for _step in range(8):
                    self.happen(chance)
                self.come_to_rest()
                for company in self.companies:
                    self.assertEqual(self.there(company)["city"], company.city or None)
                self.simulator.clear_journal()
                self.come_to_rest()
                written = [call for call in self.calls() if not call.startswith("GET")]
                self.assertEqual(written, [])

    def come_to_rest(self):
        for _round in range(2):
            self.env["usercom.sweep"]._request(self.backend, "reconcile")
            for person in self.people:
                self.put(id=self.binding(person).external_id)
            self.rest()

    def happen(self, chance):
        """Something happens on one of the sides, or a drain runs."""
        company, person = chance.choice(self.companies), chance.choice(self.people)
        there, user_id = self.link(company).external_id, self.binding(person).external_id
        match chance.choice(EVENTS):
            case "city":
                company.city = chance.choice(("Łódź", "Kraków", False))
            case "city there":
                self.simulator.patch_company(there, city=chance.choice(("Gdańsk", "Sopot", None)))
            case "move":
                person.parent_id = company
            case "leave":
                person.parent_id = False
            case "join there":
                self.simulator.patch_company(there, member=user_id)
            case "part there":
                self.simulator.patch_company(there, leaving=user_id)
            case "drain":
                self.drain()
