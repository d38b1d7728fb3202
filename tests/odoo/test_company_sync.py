"""An initial sync tells of companies before it brings them."""

from odoo.tools import SQL

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

    def test_so_is_the_company_that_a_new_person_gets(self):
        acme = self.company()
        self.member(acme, email="ewa@example.org")
        self.rest()
        for name in ("anna", "olga"):
            user_id = self.person(email=f"{name}@example.org")
            self.simulator.patch_company(self.link(acme).external_id, member=user_id)
        sync = self.previewed("both")
        text = "2 contacts will get the company that User.com has"
        self.assertEqual(self.told(sync, "joined_here"), [(text, "Acme")])
        lines = self.env["usercom.sync.line"].search(sync.action_people("joined_here")["domain"])
        self.assertEqual(set(lines.mapped("kind")), {"new_here"})
        self.run_to_end(sync)
        self.assertEqual(self.found("anna@example.org").parent_id, acme)
        sync.invalidate_recordset()
        text = "2 contacts got the company that User.com has"
        self.assertEqual(self.told(sync, "joined_here"), [(text, "Acme")])

    def test_a_new_person_who_becomes_no_contact_gets_no_company(self):
        acme = self.company()
        self.member(acme, email="ewa@example.org")
        self.rest()
        self.backend.new_user_policy = "ignore"
        user_id = self.person(email="anna@example.org")
        self.simulator.patch_company(self.link(acme).external_id, member=user_id)
        self.assertEqual(self.told(self.previewed("both"), "joined_here"), [])

    # ---- values of companies that are linked ----

    def linked(self, *names):
        """Linked companies with a contact each, whose cities may be changed on either side."""
        city = self.backend.company_mapping_ids.filtered(lambda m: m._key() == "city")
        city.direction = "both"
        companies = [self.company(name=name, city="Łódź") for name in names]
        for company in companies:
            self.member(company, email=f"{company.name}@example.org".lower())
        self.rest()
        return companies

    def test_companies_that_get_values_are_named_first_and_get_them(self):
        acme, other, third = self.linked("Acme", "Other", "Third")
        self.unseen(acme, city="Kraków")
        self.simulator.patch_company(self.link(other).external_id, city="Gdańsk")
        sync = self.previewed("both")
        there, here = "companies_updated_there", "companies_updated_here"
        text = "1 company will get values from Odoo"
        self.assertEqual(self.told(sync, there), [(text, "Acme")])
        text = "1 company will get values from User.com"
        self.assertEqual(self.told(sync, here), [(text, "Other")])
        self.assertEqual((self.there(acme)["city"], other.city), ("Łódź", "Łódź"))
        lines = self.env["usercom.sync.line"].search(sync.action_people(here)["domain"])
        self.assertEqual(lines.partner_id, other.child_ids)
        self.run_to_end(sync)
        self.rest()
        self.assertEqual((self.there(acme)["city"], other.city), ("Kraków", "Gdańsk"))
        self.assertEqual((self.there(third)["city"], third.city), ("Łódź", "Łódź"))
        sync.invalidate_recordset()
        text = "1 company got values from Odoo"
        self.assertEqual(self.told(sync, there), [(text, "Acme")])
        text = "1 company got values from User.com"
        self.assertEqual(self.told(sync, here), [(text, "Other")])

    def test_each_direction_tells_its_own_values_only(self):
        acme, other = self.linked("Acme", "Other")
        self.unseen(acme, city="Kraków")
        self.simulator.patch_company(self.link(other).external_id, city="Gdańsk")
        told = {}
        for direction in ("export", "import"):
            sync = self.previewed(direction)
            told[direction] = {effect["code"] for effect in sync.effects if effect["names"]}
            sync.action_change()
            sync.unlink()
        self.assertEqual(
            told, {"export": {"companies_updated_there"}, "import": {"companies_updated_here"}}
        )

    def test_companies_are_read_page_by_page(self):
        self.linked("Acme", "Other", "Third")
        self.simulator.settings(page_size=2)
        self.simulator.clear_journal()
        self.previewed("both")
        pages = [call for call in self.calls("GET") if "/companies/" in call]
        self.assertEqual(len(pages), 2)

    def unseen(self, company, **values):
        """An edit of a company that was not queued, as one that a module's SQL makes."""
        names = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
        )
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE res_partner SET %s WHERE id = %s", names, company.id))
        company.invalidate_recordset()

    def test_nothing_is_told_of_companies_that_are_not_synchronized(self):
        self.backend.sync_companies = False
        self.staffed("Acme")
        self.assertEqual(self.told(self.previewed("both"), "companies_there"), [])
