"""The full comparison finds what differs of companies, and who is a member of another one."""

from .common_companies import CompaniesCase


class TestCompanyComparison(CompaniesCase):
    def setUp(self):
        super().setUp()
        self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city").direction = "both"
        self.acme = self.company(city="Łódź")
        self.jan = self.member(self.acme)
        self.rest()
        self.there_id = self.link(self.acme).external_id

    def compared(self):
        """The differences that a full comparison finds."""
        self.env["usercom.sweep"]._request(self.backend, "compare")
        self.rest()
        return self.env["usercom.drift"].search([])

    def told(self, drifts):
        return [(each.resource, each.kind, each.partner_id, each.details) for each in drifts]

    def test_sides_that_agree_have_no_difference(self):
        self.assertFalse(self.compared())

    def test_values_of_companies_that_differ_are_told_and_repaired_either_way(self):
        for repair, city in (
            ("action_repair_in_odoo", "Gdańsk"),
            ("action_repair_in_usercom", "X"),
        ):
            with self.subTest(repair):
                self.acme.city = "X"
                self.rest()
                self.simulator.patch_company(self.there_id, city="Gdańsk")
                drifts = self.compared()
                self.assertEqual(
                    self.told(drifts), [("companies", "different", self.acme, "City: X ≠ Gdańsk")]
                )
                getattr(drifts, repair)()
                self.rest()
                self.assertEqual((self.acme.city, self.there(self.acme)["city"]), (city, city))
                self.assertFalse(self.compared())

    def test_a_company_deleted_there_is_told_and_created_again(self):
        self.simulator.delete_company(self.there_id)
        drifts = self.compared().filtered(lambda d: d.resource == "companies")
        self.assertEqual(self.told(drifts), [("companies", "only_odoo", self.acme, "")])
        drifts.action_repair_in_usercom()
        self.rest()
        self.assertEqual(self.there(self.acme)["members"], [self.binding(self.jan).external_id])
        self.assertFalse(self.compared())

    def test_a_member_moved_there_without_a_call_is_told(self):
        other = self.company(name="Other")
        self.member(other, email="ewa@example.org")
        self.rest()
        user_id, other_id = self.binding(self.jan).external_id, self.link(other).external_id
        for repair, ours in (
            ("action_repair_in_usercom", self.acme),
            ("action_repair_in_odoo", other),
        ):
            with self.subTest(repair):
                self.simulator.patch_company(self.there_id, leaving=user_id)
                self.simulator.patch_company(other_id, member=user_id)
                drifts = self.compared()
                self.assertEqual(
                    self.told(drifts),
                    [("members", "different", self.jan, "Member of: Acme ≠ Other")],
                )
                getattr(drifts, repair)()
                self.rest()
                self.assertEqual(self.jan.parent_id, ours)
                self.assertIn(user_id, self.there(ours)["members"])
                self.assertNotIn(
                    user_id, self.there(other if ours == self.acme else self.acme)["members"]
                )
                self.assertFalse(self.compared())

    def test_a_member_taken_out_there_is_told_and_put_back(self):
        user_id = self.binding(self.jan).external_id
        self.simulator.patch_company(self.there_id, leaving=user_id)
        drifts = self.compared()
        self.assertEqual(
            self.told(drifts), [("members", "different", self.jan, "Member of: Acme ≠ -")]
        )
        drifts.action_repair_in_usercom()
        self.rest()
        self.assertEqual(self.there(self.acme)["members"], [user_id])

    def test_a_membership_of_user_coms_own_that_odoo_left_is_no_difference(self):
        self.simulator.settings(companies_by_domain=True)
        self.acme.email = "office@acme.example"
        self.rest()
        other = self.company(name="Other")
        piotr = self.member(self.acme, email="piotr@acme.example")
        self.rest()
        piotr.parent_id = other
        self.rest()
        self.assertIn(self.binding(piotr).external_id, self.there(self.acme)["members"])
        self.assertFalse(self.compared())

    def test_what_waits_to_be_sent_is_no_difference(self):
        self.backend.company_mapping_ids.direction = "export"
        self.rest()
        self.simulator.fault(path="/companies/*", method="PUT", status=503)
        self.acme.city = "Kraków"
        self.rest(1)
        self.assertFalse(self.compared())
        self.simulator.clear_faults()

    def test_companies_are_read_only_where_they_are_synchronized(self):
        self.backend.sync_companies = False
        self.simulator.clear_journal()
        self.compared()
        self.assertEqual(self.calls("GET /companies"), [])

    def test_another_companys_manager_sees_none_of_it(self):
        self.simulator.patch_company(self.there_id, city="Gdańsk")
        drifts = self.compared()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        manager = self.env["res.users"].create(
            {
                "name": "M",
                "login": "m",
                "company_id": elsewhere.id,
                "company_ids": [(6, 0, elsewhere.ids)],
                "group_ids": [(4, self.env.ref("usercom_connector.group_usercom_manager").id)],
            }
        )
        self.assertFalse(self.env["usercom.drift"].with_user(manager).search([]))
        self.assertTrue(drifts)
