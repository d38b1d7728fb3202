"""Companies fare alike however User.com answers, and whatever it does by itself."""

from .common_companies import CompaniesCase
from .common_lists import ListCase
from .common_sync import SyncCase

DOMAIN = "acme.example"


class Flows(ListCase, SyncCase, CompaniesCase):
    """Each flow of companies, under the ``switches`` of the simulator that a subclass names."""

    switches = {}
    is_by_domain = False
    """Whether User.com makes members by itself: such memberships are heeded, and not ended."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.partner_domain = "[('email', '!=', False), ('is_company', '=', False)]"
        city = cls.backend.company_mapping_ids.filtered(lambda m: m._key() == "city")
        city.direction = "both"

    def setUp(self):
        super().setUp()
        self.simulator.settings(**self.switches)

    def staffed(self, name="Acme", **values):
        """A company and a contact of it, both at User.com."""
        company = self.company(name=name, email=f"info@{DOMAIN}", city="Łódź", **values)
        contact = self.member(company, email=f"{name}@{DOMAIN}".lower())
        self.rest()
        return company, contact

    def user_id(self, contact):
        return self.binding(contact).external_id

    def members(self, company):
        return self.there(company)["members"]

    def company_calls(self):
        return [call for call in self.calls() if "compan" in call and not call.startswith("GET")]


class FlowTests:
    def test_a_company_comes_with_its_contacts_and_to_rest(self):
        acme, jan = self.staffed()
        ewa = self.member(acme, email=f"ewa@{DOMAIN}")
        self.rest()
        self.assertEqual([each["name"] for each in self.simulator.companies()], ["Acme"])
        self.assertEqual(self.members(acme), sorted(map(self.user_id, (jan, ewa))))
        self.assertEqual(self.link(acme).state, "synced")
        self.simulator.clear_journal()
        self.rest()
        self.assertEqual(self.company_calls(), [])

    def test_values_go_both_ways(self):
        acme, _jan = self.staffed()
        acme.city = "Kraków"
        self.rest()
        self.assertEqual(self.there(acme)["city"], "Kraków")
        self.simulator.patch_company(self.link(acme).external_id, city="Gdańsk")
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.rest()
        self.assertEqual(acme.city, "Gdańsk")
        acme.city = False
        self.rest()
        self.assertFalse(self.there(acme)["city"])

    def test_who_changes_companies_in_odoo_is_a_member_of_the_new_one(self):
        acme, jan = self.staffed()
        other, _ewa = self.staffed("Other")
        jan.parent_id = other
        self.rest()
        jan.phone = "600100200"
        self.rest()
        self.receive(id=self.user_id(jan))
        self.rest()
        self.assertEqual(jan.parent_id, other)
        self.assertIn(self.user_id(jan), self.members(other))
        if not self.is_by_domain:
            self.assertEqual(self.members(acme), [])

    def test_who_leaves_a_company_in_odoo_does_not_come_back(self):
        acme, jan = self.staffed()
        jan.parent_id = False
        self.rest()
        jan.phone = "600100200"
        self.rest()
        self.receive(id=self.user_id(jan))
        self.rest()
        self.assertFalse(jan.parent_id)
        if not self.is_by_domain:
            self.assertEqual(self.members(acme), [])

    def test_who_gets_a_company_there_gets_it_in_odoo(self):
        acme, _jan = self.staffed()
        olga = self.synced(email="olga@elsewhere.example")
        self.assertFalse(olga.parent_id)
        self.simulator.patch_company(self.link(acme).external_id, member=self.user_id(olga))
        self.receive(id=self.user_id(olga))
        self.rest()
        self.assertEqual(olga.parent_id, acme)
        self.assertIn(self.user_id(olga), self.members(acme))

    def test_who_leaves_a_company_there_for_another_leaves_it_in_odoo(self):
        acme, jan = self.staffed()
        other, _ewa = self.staffed("Other")
        self.receive(id=self.user_id(jan))
        self.simulator.patch_company(self.link(other).external_id, member=self.user_id(jan))
        self.simulator.patch_company(self.link(acme).external_id, leaving=self.user_id(jan))
        self.receive(id=self.user_id(jan))
        self.rest()
        self.assertEqual(jan.parent_id, other)

    def test_a_lost_answer_doubles_no_company(self):
        self.lose_answer("/companies/")
        acme, jan = self.staffed()
        self.pass_time()
        self.rest()
        self.assertEqual(len(self.simulator.companies()), 1)
        self.assertEqual(self.members(acme), [self.user_id(jan)])

    def test_a_lost_answer_about_a_member_makes_no_other(self):
        self.lose_answer("*add_member*")
        acme, jan = self.staffed()
        self.pass_time()
        self.rest()
        self.assertEqual(self.members(acme), [self.user_id(jan)])
        self.assertEqual(self.link(acme).state, "synced")

    def test_one_deleted_there_is_created_again_when_somebody_pushes_it(self):
        acme, jan = self.staffed()
        self.simulator.delete_company(self.link(acme).external_id)
        acme.city = "Kraków"
        self.rest()
        self.assertEqual(self.link(acme).state, "gone")
        self.link(acme).action_push()
        self.rest()
        self.assertEqual((self.there(acme)["city"], self.link(acme).state), ("Kraków", "synced"))
        self.assertEqual(self.members(acme), [self.user_id(jan)])

    def test_one_archived_in_odoo_is_deleted_there_where_the_policy_says_so(self):
        self.backend.company_removal_policy = "delete"
        acme, jan = self.staffed()
        jan.parent_id = False
        acme.active = False
        self.rest()
        self.assertEqual(self.simulator.companies(), [])
        self.assertEqual(self.binding(jan).state, "synced")

    def test_of_merged_companies_one_stays_with_all_members(self):
        self.backend.company_removal_policy = "delete"
        acme, jan = self.staffed()
        other, ewa = self.staffed("Other")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge([acme.id, other.id], acme)
        self.rest(4)
        self.assertEqual(
            [each["id"] for each in self.simulator.companies()], [self.link(acme).external_id]
        )
        self.assertEqual(self.members(acme), sorted(map(self.user_id, (jan, ewa))))

    def test_a_full_comparison_finds_no_difference_at_rest(self):
        self.staffed()
        self.env["usercom.sweep"]._request(self.backend, "compare")
        self.rest()
        self.assertEqual(self.env["usercom.drift"].search([]).mapped("details"), [])

    def test_an_initial_sync_brings_companies_and_members(self):
        self.backend.state = "authenticated"
        acme = self.company(email=f"info@{DOMAIN}", city="Łódź")
        jan = self.member(acme, email=f"jan@{DOMAIN}")
        self.env.cr.flush()
        self.backend.state = "running"
        sync = self.previewed("both")
        self.assertIn("companies_there", [effect["code"] for effect in sync.effects])
        self.run_to_end(sync)
        self.rest()
        self.assertEqual(self.members(acme), [self.user_id(jan)])
        self.assertEqual(self.there(acme)["city"], "Łódź")


class TestPlain(FlowTests, Flows):
    switches = {"company_members": "told", "companies_by_domain": False}


class TestMembersUntold(FlowTests, Flows):
    switches = {"company_members": "absent", "companies_by_domain": False}


class TestMembersByDomain(FlowTests, Flows):
    switches = {"company_members": "told", "companies_by_domain": True}
    is_by_domain = True


class TestOtherAnswers(FlowTests, Flows):
    """Those switches that are not of companies alone, and both that are."""

    switches = {
        "company_members": "absent",
        "companies_by_domain": True,
        "attributes_shape": "list",
        "unset_attributes": "absent",
        "create_status": 200,
        "delete_status": 200,
        "setter_body": "empty",
        "updated_at_moves": "change",
        "page_order": "descending",
        "final_next_404": True,
        "page_size": 1,
    }
    is_by_domain = True
