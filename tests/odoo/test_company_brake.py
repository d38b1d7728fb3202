"""What would be done to very many companies within a day is asked about first."""

from odoo.fields import Command

from .common_companies import CompaniesCase

MANY, KEPT = 120, 20


class TestCompanyBrake(CompaniesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.brake_share = 0

    def companies(self, count, **values):
        """New companies with a contact each, who is in User.com already."""
        self.backend.sync_companies = False
        companies = self.staffed(count, **values)
        self.drain()
        self.backend.sync_companies = True
        return companies

    def staffed(self, count, **values):
        companies = self.env["res.partner"].create(
            [{"name": f"C{n}", "is_company": True, **values} for n in range(count)]
        )
        for number, each in enumerate(companies):
            each.child_ids = [
                Command.create({"name": f"No {number}", "email": f"no{number}@example.org"})
            ]
        return companies

    def at_both(self, **values):
        """Companies that are in User.com already, long ago."""
        companies = self.companies(MANY + KEPT, **values)
        self.rest()
        self.assertEqual(len(self.simulator.companies()), MANY + KEPT)
        self.backend.brake_share = 20
        return companies

    def assert_asks(self, what):
        self.assertEqual(self.backend.state, "paused")
        self.assertRegex(self.backend.pause_reason, what)
        self.assertTrue(self.backend.is_braked)
        self.backend.action_let_through()
        self.rest()
        self.assertEqual(self.backend.state, "running")

    def there(self, name):
        return [each[name] for each in self.simulator.companies()]

    def test_many_new_companies_are_asked_about(self):
        self.companies(MANY)
        self.backend.brake_share = 20
        self.rest()
        self.assertLessEqual(len(self.simulator.companies()), 100)
        self.assert_asks(r"create \d+ companies in User.com.*20 %.*\(1?\d\d\)")
        self.assertEqual(len(self.simulator.companies()), MANY)

    def test_many_emptied_values_of_companies_are_asked_about(self):
        companies = self.at_both(city="Łódź")
        companies[:MANY].city = False
        self.rest()
        self.assertGreaterEqual(self.there("city").count("Łódź"), KEPT)
        self.assert_asks(r"empty values of \d+ companies in User.com")
        self.assertEqual(self.there("city").count("Łódź"), KEPT)

    def test_many_companies_emptied_there_are_asked_about(self):
        self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city").direction = "both"
        companies = self.at_both(city="Łódź")
        for company in companies[:MANY]:
            link = self.link(company)
            self.simulator.patch_company(link.external_id, city=None)
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.rest()
        self.assertGreaterEqual(companies.mapped("city").count("Łódź"), KEPT)
        self.assert_asks(r"empty values of \d+ companies in Odoo")
        self.assertEqual(companies.mapped("city").count("Łódź"), KEPT)

    def test_changed_values_are_not(self):
        self.at_both(city="Łódź").city = "Kraków"
        self.rest()
        self.assertEqual(self.backend.state, "running")
        self.assertEqual(set(self.there("city")), {"Kraków"})

    def test_an_initial_sync_has_asked_already(self):
        self.backend.state = "authenticated"
        self.staffed(MANY)
        self.env.cr.flush()
        self.backend.state = "running"
        self.backend.brake_share = 20
        sync = self.env["usercom.sync"].create({"direction": "both", "use_csv": False})
        sync.action_preview()
        self.drain()
        sync.action_run()
        self.rest(6)
        self.assertEqual((sync.state, self.backend.state), ("done", "running"))
        self.assertEqual(len(self.simulator.companies()), MANY)
