"""What becomes of companies in User.com whose company in Odoo goes."""

from .common_companies import CompaniesCase


class TestCompanyRemoval(CompaniesCase):
    def setUp(self):
        super().setUp()
        self.acme = self.company()
        self.jan = self.member(self.acme)
        self.rest()
        self.there_id = self.link(self.acme).external_id

    def ids(self):
        return [each["id"] for each in self.simulator.companies()]

    def merge(self, *companies):
        """Merge the companies into the first, as Odoo's wizard does."""
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([each.id for each in companies], companies[0])
        self.rest()

    # ---- archived and deleted ----

    def test_by_default_an_archived_company_is_kept_as_it_is(self):
        self.acme.action_archive()
        self.acme.city = "Kraków"
        self.rest()
        self.assertEqual(self.there(self.acme)["city"], None)
        self.assertTrue(self.link(self.acme).left_at)
        self.acme.action_unarchive()
        self.rest()
        self.assertEqual(self.there(self.acme)["city"], "Kraków")
        self.assertFalse(self.link(self.acme).left_at)

    def test_an_archived_company_is_deleted_where_the_policy_says_so(self):
        self.backend.company_removal_policy = "delete"
        self.acme.action_archive()
        self.rest()
        self.assertEqual((self.ids(), len(self.link(self.acme))), ([], 0))
        self.assertTrue(self.remote(self.jan))
        self.acme.action_unarchive()
        self.rest()
        self.assertEqual(self.there(self.acme)["members"], [self.binding(self.jan).external_id])

    def test_a_deleted_company_is_deleted_there_where_the_policy_says_so(self):
        for policy, left in (("keep", [self.there_id]), ("delete", [])):
            with self.subTest(policy):
                self.backend.company_removal_policy = policy
                acme = self.acme if policy == "keep" else self.company(name="Other")
                jan = self.jan if policy == "keep" else self.member(acme, email="ewa@example.org")
                self.rest()
                jan.parent_id = False
                self.rest()
                acme.unlink()
                self.rest()
                self.assertEqual(self.ids()[:1] if left else self.ids()[1:], left)

    def test_one_that_is_no_company_any_more_leaves(self):
        self.backend.company_removal_policy = "delete"
        self.acme.is_company = False
        self.rest()
        self.assertEqual(self.ids(), [])

    def test_one_that_is_given_to_another_company_leaves(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.jan.parent_id = False
        self.acme.write({"company_id": elsewhere.id, "city": "Kraków"})
        self.rest()
        self.assertTrue(self.link(self.acme).left_at)
        self.assertFalse(self.there(self.acme)["city"])

    def test_to_switch_companies_off_deletes_none(self):
        self.backend.company_removal_policy = "delete"
        self.acme.action_archive()
        self.assertTrue(self.waiting(self.acme))
        self.backend.sync_companies = False
        self.acme.city = "Kraków"
        self.rest()
        self.assertEqual(self.ids(), [self.there_id])

    def test_nor_one_whose_company_was_deleted_before(self):
        self.backend.company_removal_policy = "delete"
        self.jan.parent_id = False
        self.acme.unlink()
        self.backend.sync_companies = False
        self.rest()
        self.assertEqual(self.ids(), [self.there_id])

    def test_a_user_of_the_same_id_is_not_touched(self):
        self.assertEqual(self.there_id, self.binding(self.jan).external_id)
        self.backend.company_removal_policy = "delete"
        self.backend.removal_policy = "delete"
        self.acme.action_archive()
        self.rest()
        self.assertTrue(self.remote(self.jan))

    # ---- merged ----

    def test_of_merged_companies_one_stays_with_all_members(self):
        other = self.company(name="Acme Polska")
        ewa = self.member(other, email="ewa@example.org")
        self.rest()
        self.backend.company_removal_policy = "delete"
        self.merge(self.acme, other)
        self.assertEqual(self.ids(), [self.there_id])
        members = [self.binding(each).external_id for each in (self.jan, ewa)]
        self.assertEqual(self.there(self.acme)["members"], members)
        self.assertEqual(self.link(self.acme).external_id, self.there_id)

    def test_a_survivor_without_a_link_takes_over_the_other(self):
        fresh = self.company(name="Fresh")
        self.merge(fresh, self.acme)
        self.assertEqual(self.ids(), [self.there_id])
        self.assertEqual(self.there(fresh)["name"], "Fresh")
        self.assertEqual(self.there(fresh)["members"], [self.binding(self.jan).external_id])

    # ---- too many ----

    def test_many_deletions_are_asked_about(self):
        companies = self.env["res.partner"].create(
            [{"name": f"C{number}", "is_company": True} for number in range(120)]
        )
        for number, each in enumerate(companies):
            self.env["usercom.company"].create(
                {
                    "backend_id": self.backend.id,
                    "partner_id": each.id,
                    "external_id": 1000 + number,
                    "state": "synced",
                }
            )
        self.backend.write({"company_removal_policy": "delete", "brake_share": 20})
        companies.action_archive()
        self.rest()
        self.assertEqual(self.backend.state, "paused")
        self.assertIn("companies", self.backend.pause_reason)
        self.assertLessEqual(len(self.calls("DELETE /companies")), 100)
        self.backend.action_let_through()
        self.rest()
        self.assertFalse(self.env["usercom.company"].search([("external_id", ">=", 1000)]))

    # ---- anonymized ----

    def test_a_company_that_is_anonymized_is_sent_no_more(self):
        self.acme._usercom_anonymize()
        self.acme.write({"name": "Anonymous", "city": "Kraków"})
        self.rest()
        self.assertFalse(self.link(self.acme).external_id)
        [there] = self.simulator.companies()
        self.assertEqual((there["name"], there["city"]), ("Acme", None))

    def test_a_company_that_is_anonymized_is_deleted_where_the_policy_says_so(self):
        self.backend.company_removal_policy = "delete"
        self.acme._usercom_anonymize()
        self.acme.name = "Anonymous"
        self.rest()
        self.assertEqual(self.ids(), [])
