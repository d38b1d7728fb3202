"""What people see of companies: explanation, dashboard, buttons, menus."""

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from .common_companies import CompaniesCase


class TestCompanyScreens(CompaniesCase):
    def explained(self, contact):
        """What *Explain This Contact* says of the company."""
        action = contact.action_usercom_explain()
        return self.env["usercom.explanation"].browse(action["res_id"]).company_text

    def test_the_explanation_tells_how_a_contact_stands_as_a_company_or_member(self):
        acme, alone = self.company(), self.company(name="Alone")
        jan = self.member(acme)
        self.assertEqual(self.explained(jan), "Not a member of Acme in User.com yet.")
        self.rest()
        self.assertIn("Linked to the User.com company 1. Members: 1.", self.explained(acme))
        self.assertIn("none of its contacts", self.explained(alone))
        self.assertIn("your own", self.explained(self.env.company.partner_id))
        self.assertEqual(self.explained(jan), "Odoo made it a member of Acme in User.com.")
        self.backend.sync_companies = False
        self.assertFalse(self.explained(acme))

    def values_explained(self, company, read=True):
        """{attribute: (in Odoo, in User.com, last agreed, what happens)} of its explanation."""
        action = company.action_usercom_explain()
        explanation = self.env["usercom.explanation"].browse(action["res_id"])
        if read:
            explanation.action_read()
        return explanation, {
            line.mapping_id._key(): (line.odoo, line.usercom, line.agreed, line.verdict)
            for line in explanation.company_line_ids
        }

    def test_the_explanation_shows_what_would_happen_to_each_value_of_a_company(self):
        city = self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city")
        acme = self.company(city="Łódź", street="Długa 1", zip="00-001")
        self.member(acme)
        self.rest()
        city.direction = "both"
        self.rest()
        self.simulator.patch_company(self.link(acme).external_id, city="Gdańsk", address="Krótka 2")
        acme.zip = "90-001"
        explanation, values = self.values_explained(acme, read=False)
        self.assertEqual(values["postal_code"], ("90-001", "", "00-001", "send"))
        self.assertEqual(values["city"], ("Łódź", "", "Łódź", "unread"))
        self.assertFalse(explanation.line_ids & explanation.company_line_ids)
        explanation, values = self.values_explained(acme)
        self.assertEqual(values["city"], ("Łódź", "Gdańsk", "Łódź", "write"))
        self.assertEqual(values["address"], ("Długa 1", "Krótka 2", "Długa 1", "leave"))
        self.assertEqual(values["postal_code"], ("90-001", "00-001", "00-001", "send"))
        self.assertEqual(values["name"], ("Acme", "Acme", "Acme", "equal"))
        self.assertEqual((acme.city, self.there(acme)["city"]), ("Łódź", "Gdańsk"))

    def test_who_may_not_read_a_field_sees_no_value_of_it(self):
        acme = self.company(city="Łódź")
        self.member(acme)
        self.rest()
        user = new_test_user(self.env, "u", "base.group_user,usercom_connector.group_usercom_user")
        hidden = self.env["res.partner"]._fields["city"]
        with patch.object(hidden, "groups", "base.group_system"):
            _explanation, values = self.values_explained(acme.with_user(user), read=False)
        self.assertIn("name", values)
        self.assertNotIn("city", values)

    def test_the_explanation_tells_of_a_company_that_failed_or_is_gone_there(self):
        acme = self.company(name="A" * 10_000)
        self.member(acme)
        self.rest()
        self.assertIn("The last attempt failed:", self.explained(acme))
        self.assertIn("as a company failed:", acme.usercom_reason)
        self.simulator.delete_company(self.link(acme).external_id)
        explanation, values = self.values_explained(acme)
        self.assertIn("is not in User.com any more", explanation.company_text)
        self.assertEqual(values["city"][3], "unread")
        acme.name = "Acme"
        self.rest()
        self.env.invalidate_all()
        self.assertIn("was deleted in User.com", self.explained(acme))
        self.assertEqual(acme.usercom_step, "push")
        acme.action_usercom_push()
        self.rest()
        self.assertEqual(acme.usercom_reason, "Sent to User.com as a company, not as a contact.")

    def test_the_dashboard_counts_companies(self):
        self.member(self.company())
        self.member(self.company(name="A" * 10_000), email="ewa@example.org")
        self.rest()
        figures = self.backend.dashboard["companies"]
        self.assertEqual((figures["synced"], figures["failed"]), ("1", "1"))
        self.backend.sync_companies = False
        self.env.invalidate_all()
        self.assertFalse(self.backend.dashboard["companies"])

    def test_a_company_is_pushed_from_its_page_which_says_that_it_is_one(self):
        acme = self.company()
        self.member(acme)
        self.rest()
        self.assertIn("as a company", acme.usercom_reason)
        self.assertFalse(acme.usercom_step)
        self.simulator.delete_company(self.link(acme).external_id)
        told = acme.action_usercom_push()["params"]
        self.assertEqual(told["type"], "success")
        self.rest()
        self.assertEqual(len(self.simulator.companies()), 1)
        history = self.env["usercom.history"].search([("partner_id", "=", acme.id)])
        self.assertIn("Synchronize, as a company", history[0].details)

    def test_an_attribute_of_companies_is_created_and_paired(self):
        acme = self.company(ref="gold")
        self.member(acme)
        action = self.env["usercom.field.mapping"].action_create_company_attribute()
        creation = self.env[action["res_model"]].with_context(**action["context"])
        ref = self.env["ir.model.fields"]._get("res.partner", "ref")
        creation.create({"field_id": ref.id, "name": "Tier"}).action_create()
        pair = self.backend.company_mapping_ids.filtered(lambda m: m.field_name == "ref")
        self.assertEqual((pair._key(), pair.resource), ("tier", "companies"))
        self.assertNotIn(pair, self.backend.mapping_ids)
        self.rest()
        self.assertEqual(self.there(acme)["tier"], "gold")

    def test_a_company_gives_no_consent(self):
        pair = self.backend.company_mapping_ids[0]
        with self.assertRaises(ValidationError):
            pair.is_consent = True

    def test_there_are_menus_of_companies_only_where_they_are_synchronized(self):
        menu = self.env.ref("usercom_connector.menu_usercom_company").id
        self.assertIn(menu, self.env["ir.ui.menu"].load_menus(False))
        self.backend.sync_companies = False
        self.assertNotIn(menu, self.env["ir.ui.menu"].load_menus(False))

    def test_a_pair_of_companies_may_have_a_conversion(self):
        self.contact(city="Poznań")
        acme = self.company(city="Łódź")
        self.member(acme)
        pair = self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city")
        pair.conversion = "upper"
        self.assertEqual(pair.preview, "Acme: Łódź → ŁÓDŹ")
        self.rest()
        self.assertEqual(self.there(acme)["city"], "ŁÓDŹ")
