"""An initial sync tells of companies before it brings them."""

from .common_companies import CompaniesCase
from .common_sync import SyncCase


class TestCompanySync(SyncCase, CompaniesCase):
    def staffed(self, *names):
        """Companies with a contact each, of whom nothing was sent yet."""
        self.backend.state = "authenticated"
        companies = [self.company(name=name) for name in names]
        for company in companies:
            self.member(company, email=f"{company.name}@example.org".lower())
        self.env.cr.flush()
        self.backend.state = "running"
        return companies

    def told(self, sync, code):
        """``(sentence, names)`` of an effect; empty where there is none."""
        found = [effect for effect in sync.effects if effect["code"] == code]
        return [("".join(text for text, _of in e["pieces"]), e["names"]) for e in found]

    def test_the_companies_that_come_to_user_com_are_named_first_and_come(self):
        acme, other = self.staffed("Acme", "Other")
        self.simulator_company(custom_id=f"odoo-{other.id}", name="There before")
        sync = self.previewed("both")
        text = "2 companies will be created in User.com, or linked with ones there"
        self.assertEqual(self.told(sync, "companies_there"), [(text, "Acme, Other")])
        self.assertEqual(len(self.simulator.companies()), 1)
        lines = self.env["usercom.sync.line"].search(
            sync.action_people("companies_there")["domain"]
        )
        self.assertEqual(lines.partner_id, (acme + other).child_ids)
        self.run_to_end(sync)
        self.rest()
        self.assertEqual({each["name"] for each in self.simulator.companies()}, {"Acme", "Other"})
        sync.invalidate_recordset()
        text = "2 companies were created in User.com, or linked with ones there"
        self.assertEqual(self.told(sync, "companies_there"), [(text, "Acme, Other")])

    def test_one_that_is_linked_already_is_not_named(self):
        acme = self.company()
        self.member(acme)
        self.rest()
        self.assertEqual(self.told(self.previewed("both"), "companies_there"), [])

    def test_a_sync_that_only_imports_creates_no_company(self):
        [acme] = self.staffed("Acme")
        self.person(email="acme@example.org")
        sync = self.previewed("import")
        self.assertEqual(self.told(sync, "companies_there"), [])
        self.run_to_end(sync)
        self.rest()
        self.assertTrue(self.binding(acme.child_ids).external_id)
        self.assertEqual(self.simulator.companies(), [])

    def test_the_company_that_a_contact_gets_from_user_com_is_named_first(self):
        acme = self.company()
        self.member(acme, email="ewa@example.org")
        self.rest()
        jan = self.unsent(email="jan@example.org")
        user_id = self.person(email="jan@example.org")
        self.simulator.patch_company(self.link(acme).external_id, member=user_id)
        sync = self.previewed("both")
        text = "1 contact will get the company that User.com has"
        self.assertEqual(self.told(sync, "joined_here"), [(text, "Acme")])
        self.assertFalse(jan.parent_id)
        self.run_to_end(sync)
        self.assertEqual(jan.parent_id, acme)
        self.assertEqual(self.told(self.previewed("export"), "joined_here"), [])

    def test_nothing_is_told_of_companies_that_are_not_synchronized(self):
        self.backend.sync_companies = False
        self.staffed("Acme")
        self.assertEqual(self.told(self.previewed("both"), "companies_there"), [])
