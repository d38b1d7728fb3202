"""Companies of Odoo are companies in User.com, and their contacts members of them."""

from .common_companies import CompaniesCase


class TestCompanies(CompaniesCase):
    # ---- the company itself ----

    def test_the_company_of_a_contact_becomes_a_company_with_the_contact_as_member(self):
        acme = self.company(street="Długa 1", zip="00-001", city="Warszawa")
        jan = self.member(acme)
        self.rest()
        [there] = self.simulator.companies()
        self.assertEqual(
            (there["name"], there["address"], there["city"], there["custom_id"]),
            ("Acme", "Długa 1", "Warszawa", f"odoo-{acme.id}"),
        )
        self.assertEqual(there["members"], [self.binding(jan).external_id])
        self.assertEqual(self.link(acme).state, "synced")
        self.assertEqual(self.link(acme).external_id, there["id"])
        self.assertFalse(self.binding(acme))

    def test_nothing_is_sent_of_companies_until_that_is_switched_on(self):
        self.backend.sync_companies = False
        acme = self.company()
        self.member(acme)
        self.rest()
        self.assertEqual(self.simulator.companies(), [])
        self.backend.sync_companies = True
        self.rest()
        self.assertEqual([c["name"] for c in self.simulator.companies()], ["Acme"])
        self.assertEqual(len(self.simulator.companies()[0]["members"]), 1)

    def test_a_company_without_a_synchronized_contact_is_not_sent(self):
        acme = self.company()
        self.env["res.partner"].create(
            {"name": "Delivery", "parent_id": acme.id, "type": "delivery"}
        )
        self.rest()
        self.assertEqual(self.simulator.companies(), [])

    def test_an_edit_sends_what_changed_and_comes_to_rest(self):
        acme = self.company(city="Łódź")
        self.member(acme)
        self.rest()
        self.simulator.clear_journal()
        acme.city = "Kraków"
        self.rest()
        self.assertEqual(
            self.calls("PUT /companies"), [f"PUT /companies/{self.there(acme)['id']}/"]
        )
        self.assertEqual(self.there(acme)["city"], "Kraków")
        self.simulator.clear_journal()
        acme.city = "Kraków"
        acme.comment = "nobody maps this"
        self.rest()
        self.assertEqual([call for call in self.calls() if "compan" in call], [])

    def test_an_answer_that_is_lost_doubles_no_company(self):
        acme = self.company()
        self.lose_answer("/companies/")
        self.member(acme)
        self.rest()
        self.assertEqual(len(self.simulator.companies()), 1)
        self.assertFalse(self.link(acme).external_id)
        self.pass_time()
        self.rest()
        self.assertEqual(len(self.simulator.companies()), 1)
        self.assertEqual(self.link(acme).external_id, self.simulator.companies()[0]["id"])
        self.assertEqual(len(self.simulator.companies()[0]["members"]), 1)

    def test_a_company_that_was_there_with_our_custom_id_is_linked(self):
        acme = self.company(city="Łódź")
        other = self.simulator_company(custom_id=f"odoo-{acme.id}", name="ACME sp. z o.o.")
        self.member(acme)
        self.rest()
        [there] = self.simulator.companies()
        self.assertEqual((there["id"], there["name"], there["city"]), (other, "Acme", "Łódź"))

    def test_a_company_deleted_there_is_gone_until_somebody_pushes_it(self):
        acme = self.company()
        self.member(acme)
        self.rest()
        self.simulator.delete_company(self.link(acme).external_id)
        acme.city = "Kraków"
        self.rest()
        self.assertEqual((self.link(acme).state, self.simulator.companies()), ("gone", []))
        self.link(acme).action_push()
        self.rest()
        [there] = self.simulator.companies()
        self.assertEqual((there["city"], self.link(acme).state), ("Kraków", "synced"))
        self.assertEqual(len(there["members"]), 1)

    def test_the_custom_id_may_be_a_field(self):
        self.backend.company_id_field_id = self.env["ir.model.fields"]._get("res.partner", "ref")
        acme, plain = self.company(ref="C-1"), self.company(name="Plain")
        self.member(acme)
        self.member(plain, email="ewa@example.org")
        self.rest()
        known = {c["name"]: c["custom_id"] for c in self.simulator.companies()}
        self.assertEqual(known, {"Acme": "C-1", "Plain": f"odoo-{plain.id}"})

    def test_two_companies_of_one_custom_id_are_not_made_one(self):
        self.backend.company_id_field_id = self.env["ir.model.fields"]._get("res.partner", "ref")
        first = self.company(ref="C-1")
        self.member(first)
        self.rest()
        second = self.company(name="Branch", ref="C-1")
        self.member(second, email="ewa@example.org")
        self.rest()
        self.assertEqual([c["name"] for c in self.simulator.companies()], ["Acme"])
        self.assertEqual(self.link(second).state, "failed")
        self.assertIn("Acme", self.link(second).last_error)

    def test_a_value_that_user_com_refuses_is_told_and_the_others_go(self):
        acme = self.company(name="A" * 10_000, city="Łódź")
        self.member(acme)
        self.rest()
        [there] = self.simulator.companies()
        self.assertEqual((there["name"], there["city"]), (None, "Łódź"))
        self.assertEqual(self.link(acme).state, "failed")
        self.assertEqual(len(there["members"]), 1)
        acme.name = "Acme"
        self.rest()
        self.assertEqual((self.there(acme)["name"], self.link(acme).state), ("Acme", "synced"))

    # ---- members ----

    def test_a_contact_that_changes_companies_changes_memberships(self):
        acme, other = self.company(), self.company(name="Other")
        jan, ewa = self.member(acme), self.member(other, email="ewa@example.org")
        self.rest()
        jan.parent_id = other
        self.rest()
        ids = [self.binding(each).external_id for each in (jan, ewa)]
        self.assertEqual(self.there(acme)["members"], [])
        self.assertEqual(self.there(other)["members"], sorted(ids))
        jan.parent_id = False
        self.rest()
        self.assertEqual(self.there(other)["members"], ids[1:])

    def test_a_membership_that_user_com_made_is_not_ended(self):
        acme, other = self.company(email="office@acme.example"), self.company(name="Other")
        self.member(acme, email="piotr@elsewhere.example")
        self.member(other, email="ewa@elsewhere.example")
        self.rest()
        self.simulator.settings(companies_by_domain=True)
        jan = self.member(acme, email="jan@acme.example")
        self.rest()
        self.assertIn(self.binding(jan).external_id, self.there(acme)["members"])
        jan.parent_id = other
        self.rest()
        self.assertIn(self.binding(jan).external_id, self.there(acme)["members"])
        self.assertIn(self.binding(jan).external_id, self.there(other)["members"])

    def test_a_membership_whose_answer_is_lost_is_ended_by_odoo_all_the_same(self):
        acme = self.company()
        self.lose_answer("/companies/*/add_member/")
        jan = self.member(acme)
        self.rest()
        self.pass_time()
        self.rest()
        self.assertEqual(self.there(acme)["members"], [self.binding(jan).external_id])
        jan.parent_id = False
        self.rest()
        self.assertEqual(self.there(acme)["members"], [])

    def test_so_it_is_where_the_contact_leaves_before_the_next_attempt(self):
        acme = self.company()
        self.lose_answer("/companies/*/add_member/")
        jan = self.member(acme)
        self.simulator.fault(path="/companies/[0-9]*/", method="GET", skip=1, kind="reset")
        self.drain()
        self.simulator.clear_faults()
        self.assertEqual(self.link(acme).member_count, 0)
        self.assertTrue(self.there(acme)["members"])
        jan.parent_id = False
        self.put(id=self.binding(jan).external_id)
        self.pass_time()
        self.rest()
        self.assertFalse(jan.parent_id)
        self.assertEqual(self.there(acme)["members"], [])

    def test_an_end_of_a_membership_whose_answer_is_lost_is_no_news(self):
        acme = self.company()
        jan = self.member(acme)
        self.rest()
        self.lose_answer("/companies/*/remove_member/")
        jan.parent_id = False
        self.drain()
        self.put(id=self.binding(jan).external_id)
        self.pass_time()
        self.rest()
        self.assertFalse(jan.parent_id)
        self.assertEqual(self.there(acme)["members"], [])

    def test_many_members_follow_a_few_at_a_time(self):
        acme = self.company()
        for number in range(120):
            self.member(acme, email=f"m{number}@example.org")
        self.rest(6)
        self.assertEqual(len(self.there(acme)["members"]), 120)
        self.assertEqual(self.link(acme).member_count, 120)

    def test_a_member_whose_user_is_gone_holds_nobody_up(self):
        acme = self.company()
        jan, ewa = self.member(acme), self.member(acme, email="ewa@example.org")
        self.backend.sync_companies = False
        self.rest()
        self.simulator.delete_user(self.binding(jan).external_id)
        self.backend.sync_companies = True
        self.rest()
        self.assertEqual(self.there(acme)["members"], [self.binding(ewa).external_id])
        self.assertFalse(self.waiting(acme))

    def test_contacts_below_contacts_are_members_of_the_company_above_all(self):
        acme = self.company()
        jan = self.member(acme)
        below = self.member(jan, email="ewa@example.org")
        self.rest()
        self.assertEqual(len(self.there(acme)["members"]), 2)
        self.assertEqual(len(self.simulator.companies()), 1)
        self.assertEqual(below.commercial_partner_id, acme)

    # ---- whose company ----

    def test_our_own_companies_are_never_sent(self):
        own = self.env.company.partner_id
        self.member(own)
        own.city = "Kraków"
        self.rest()
        self.assertEqual(self.simulator.companies(), [])

    def test_a_company_may_be_a_user_too(self):
        self.backend.partner_domain = "[]"
        acme = self.company(email="office@acme.example")
        jan = self.member(acme)
        self.rest()
        acme.email = "info@acme.example"
        self.rest()
        self.assertEqual(self.remote(acme)["email"], "info@acme.example")
        self.assertEqual(self.there(acme)["email"], "info@acme.example")
        self.assertEqual(self.there(acme)["members"], [self.binding(jan).external_id])

    def test_another_companys_company_is_not_sent(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        acme = self.company(company_id=elsewhere.id)
        jan = self.member(acme, company_id=elsewhere.id)
        self.rest()
        self.assertEqual(self.simulator.companies(), [])
        self.assertFalse(jan.usercom_binding_ids)

    def test_two_accounts_each_have_their_own_link(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        second = self.account(elsewhere, "second")
        second.sync_companies = True
        acme = self.company()
        self.member(acme)
        self.rest()
        first, self.backend = self.backend, second
        self.rest()
        links = self.env["usercom.company"].search([("partner_id", "=", acme.id)])
        self.assertEqual(links.backend_id, first + second)

    # ---- failures ----

    def test_a_refusal_is_shown_and_retried(self):
        acme = self.company()
        self.simulator.fault(path="/companies/", method="POST", status=400, count=1)
        self.member(acme)
        self.rest()
        row = self.env["usercom.outbox"].search(
            [("partner_id", "=", acme.id), ("state", "=", "failed")]
        )
        self.assertEqual((row.resource, self.link(acme).state), ("companies", "failed"))
        self.assertFalse(self.binding(acme))
        row.action_retry()
        self.rest()
        self.assertEqual(len(self.simulator.companies()), 1)

    def test_a_changed_pair_sends_the_companies_anew(self):
        self.simulator.attribute("tier", "string", content_type="company")
        acme = self.company(ref="gold")
        self.member(acme)
        self.rest()
        self.backend.action_fetch_attributes()
        self.pair_company("ref", "tier", direction="export")
        acme.ref = "platinum"
        self.rest()
        self.assertEqual(self.there(acme)["tier"], "platinum")
