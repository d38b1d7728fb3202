"""Pairs of companies may follow relations, count records, and convert."""

from odoo.exceptions import ValidationError
from odoo.fields import Command

from .common_companies import CompaniesCase


class TestCompanyPaths(CompaniesCase):
    def setUp(self):
        super().setUp()
        for name, kind in (("keeper", "string"), ("people", "integer"), ("since", "date")):
            self.simulator.attribute(name, kind, content_type="company")
        self.backend.action_fetch_attributes()
        self.olga = self.env["res.users"].create(
            {"name": "Olga", "login": "olga", "email": "olga@example.com"}
        )
        self.acme = self.company(user_id=self.olga.id)
        self.jan = self.member(self.acme)
        self.rest()

    def path(self, path, attribute, **values):
        pair = self.pair_company(path.partition(".")[0], attribute, path=path, **values)
        self.link(self.acme).action_push()
        self.rest()
        self.simulator.clear_journal()
        return pair

    def users_written(self):
        return [call for call in self.calls() if "/users/" in call and call.startswith("PUT")]

    def test_the_address_of_the_salesperson_is_sent_and_watched(self):
        self.path("user_id.email", "keeper", direction="export")
        self.assertEqual(self.there(self.acme)["keeper"], "olga@example.com")
        self.olga.partner_id.email = "olga@example.org"
        self.rest()
        self.assertEqual(self.there(self.acme)["keeper"], "olga@example.org")
        self.assertEqual(self.users_written(), [])

    def test_a_record_that_many_companies_hold_is_followed_by_all(self):
        self.path("user_id.email", "keeper", direction="export")
        many = self.env["res.partner"].create(
            [
                {
                    "name": f"C{number}",
                    "is_company": True,
                    "user_id": self.olga.id,
                    "child_ids": [Command.create({"name": "N", "email": f"n{number}@example.org"})],
                }
                for number in range(110)
            ]
        )
        self.rest(5)
        self.assertEqual(len(self.simulator.companies()), 111)
        self.olga.partner_id.email = "olga@example.org"
        self.env.cr.flush()
        self.assertTrue(self.env["usercom.touched"].search([]))
        self.rest(5)
        keepers = {each["keeper"] for each in self.simulator.companies()}
        self.assertEqual(keepers, {"olga@example.org"})
        self.assertTrue(many)

    def test_what_belongs_to_a_company_is_counted_and_watched(self):
        self.path("child_ids", "people", direction="export", summary="count")
        self.assertEqual(self.there(self.acme)["people"], 1)
        ewa = self.member(self.acme, email="ewa@example.org")
        self.rest()
        self.assertEqual(self.there(self.acme)["people"], 2)
        ewa.parent_id = self.company(name="Other")
        self.rest()
        self.assertEqual(self.there(self.acme)["people"], 1)

    def test_a_conversion_holds_for_companies(self):
        name = self.backend.company_mapping_ids.filtered(lambda m: m._key() == "name")
        name.conversion = "upper"
        self.rest()
        self.assertEqual(self.there(self.acme)["name"], "ACME")
        self.acme.name = "Acme Polska"
        self.rest()
        self.assertEqual(self.there(self.acme)["name"], "ACME POLSKA")

    def test_what_cannot_be_sent_is_refused_when_it_is_paired(self):
        for path, attribute, values, told in (
            ("user_id.password", "keeper", {}, "password|secret|kept"),
            ("user_id.email", "keeper", {"direction": "both"}, "only"),
            ("user_id.email", "since", {}, "date"),
            ("child_ids.email", "keeper", {}, "Summary|summary|several"),
        ):
            with (
                self.subTest(path),
                self.assertRaisesRegex(ValidationError, told),
                self.env.cr.savepoint(),
            ):
                self.pair_company(
                    path.partition(".")[0],
                    attribute,
                    path=path,
                    **{"direction": "export", **values},
                )

    def test_the_form_of_a_path_offers_attributes_of_companies(self):
        action = self.env["usercom.field.mapping"].action_add_company_path()
        [(view_id, _kind)] = action["views"]
        arch = self.env["usercom.field.mapping"].get_view(view_id, "form")["arch"]
        self.assertIn("'companies'", arch)
        self.assertNotIn("'users'", arch)
