"""What counts as an edit: every way in which a mapped value can change, and none besides."""

import re

from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.usercom_connector.services.consents.answers import EmailConsent

from .common import UsercomCase


class EditCase(UsercomCase):
    """Contacts that are synced, with pairs for a country, a salesperson and tags."""

    @classmethod
    def account(cls, company, subdomain="acme"):
        backend = super().account(company, subdomain)
        cls.pair(backend, "country_id", "country")
        cls.pair(backend, "city", "city")
        cls.pair(backend, "user_id", "salesperson", direction="export")
        cls.pair(backend, "category_id", "labels", direction="export")
        return backend

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.attribute("labels", "string")
        cls.simulator.attribute("salesperson", "string")

    def tag(self, name="VIP", **values):
        return self.env["res.partner.category"].create({"name": name, **values})


class TestDoors(EditCase):
    def test_who_becomes_an_employee_leaves_and_a_new_login_creates_nobody(self):
        contact = self.synced(email="jan@example.org")
        self.env["res.users"].create({"login": "jan", "partner_id": contact.id})
        self.env["res.users"].create({"name": "Ola", "login": "ola", "email": "ola@example.org"})
        self.drain()
        self.assertTrue(self.binding(contact).left_at)
        self.assertEqual(self.simulator.users(email="ola@example.org"), [])

    def test_an_import_queues_what_it_changes(self):
        contact = self.synced(email="jan@example.org", ref="J-1")
        self.env["res.partner"].load(
            [".id", "name", "email", "city"],
            [[str(contact.id), "Jan Nowak", "jan@example.org", "Łódź"]],
        )
        self.env["res.partner"].load(["name", "email"], [["Ewa", "ewa@example.org"]])
        ewa = self.found("ewa@example.org")
        self.assertTrue(self.waiting(contact))
        self.assertTrue(self.waiting(ewa))

    def test_an_import_tried_out_queues_nothing(self):
        before = self.env["usercom.outbox"].search_count([])
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "res.partner",
                "file": b"name,email\nEwa,ewa@example.org\n",
                "file_type": "text/csv",
                "file_name": "people.csv",
            }
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        result = wizard.execute_import(["name", "email"], [], options, dryrun=True)
        self.assertFalse(result["messages"])
        self.env.cr.flush()
        self.assertEqual(self.env["usercom.outbox"].search_count([]), before)

    def test_an_edit_in_the_form_queues(self):
        contact = self.synced(email="jan@example.org")
        with Form(contact) as form:
            form.phone = "+48 22 111 11 11"
        self.assertTrue(self.waiting(contact))

    def test_archiving_and_restoring_queue(self):
        self.backend.removal_policy = "unsubscribe"
        contact = self.synced(email="jan@example.org")
        contact.action_archive()
        self.assertTrue(self.waiting(contact))
        self.drain()
        contact.action_unarchive()
        self.assertTrue(self.waiting(contact))

    def test_entering_the_domain_sends_the_contact_whole(self):
        contact = self.synced(email="jan@example.org", is_company=True, phone="1", city="Łódź")
        self.assertFalse(self.simulator.users())
        contact.is_company = False
        self.drain()
        user = self.remote(contact)
        self.assertEqual((user["email"], user["phone_number"]), ("jan@example.org", "1"))

    def test_a_domain_over_another_record_is_followed(self):
        tag = self.tag()
        self.backend.partner_domain = "[('category_id.name', '=', 'Customer')]"
        self.synced(email="jan@example.org", category_id=[Command.link(tag.id)])
        self.assertFalse(self.simulator.users())
        tag.name = "Customer"
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)

    def test_what_changes_nothing_makes_no_call(self):
        contact = self.synced(email="jan@example.org", city="Łódź")
        contact.write({"city": "Łódź", "email": "jan@example.org"})
        self.drain()
        self.assertEqual(self.calls(), [])


class TestValuesOfOtherRecords(EditCase):
    """Mapped values that change without the contact being written."""

    def test_a_renamed_tag_reaches_the_contacts_that_carry_it(self):
        tag = self.tag()
        contact = self.synced(email="jan@example.org", category_id=[Command.link(tag.id)])
        self.synced(email="ewa@example.org")  # who does not carry it
        tag.name = "Gold"
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["labels"], "Gold")
        self.assertEqual(self.calls("PUT"), [f"PUT /users/{self.binding(contact).external_id}/"])

    def test_a_translated_tag_reaches_them_too(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.backend.company_id.partner_id.lang = "fr_FR"
        tag = self.tag()
        contact = self.synced(email="jan@example.org", category_id=[Command.link(tag.id)])
        tag.update_field_translations("name", {"fr_FR": "Or"})
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["labels"], "Or")

    def test_a_tag_given_and_taken_from_its_own_side(self):
        tag = self.tag()
        contact = self.synced(email="jan@example.org")
        tag.partner_ids = [Command.link(contact.id)]
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["labels"], "VIP")
        tag.partner_ids = [Command.clear()]
        self.drain()
        self.assertIsNone(self.remote(contact)["attributes"]["labels"])

    def test_a_tag_created_with_its_contacts(self):
        contact = self.synced(email="jan@example.org")
        tag = self.tag(partner_ids=[Command.link(contact.id)])
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["labels"], tag.name)

    def test_a_deleted_tag_leaves_its_contacts(self):
        tag = self.tag()
        contact = self.synced(email="jan@example.org", category_id=[Command.link(tag.id)])
        tag.unlink()
        self.drain()
        self.assertIsNone(self.remote(contact)["attributes"]["labels"])

    def test_a_salesperson_renamed_through_their_own_contact(self):
        user = self.env["res.users"].create({"name": "Ola", "login": "ola"})
        contact = self.synced(email="jan@example.org", user_id=user.id)
        user.partner_id.name = "Aleksandra"
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["salesperson"], "Aleksandra")

    def test_a_name_that_no_pair_reads_is_of_no_concern(self):
        contact = self.synced(email="jan@example.org", industry_id=self.industry().id)
        contact.industry_id.name = "Other"
        self.assertFalse(self.waiting(contact))

    def industry(self):
        return self.env["res.partner.industry"].create({"name": "Some"})

    def test_the_address_that_odoo_copies_between_a_company_and_its_people(self):
        company = self.contact(name="Acme", is_company=True, city="Łódź")
        anna, ewa = (
            self.synced(email=f"{name}@example.org", parent_id=company.id)
            for name in ("anna", "ewa")
        )
        company.city = "Gdynia"
        self.drain()
        self.assertEqual(self.remote(anna)["city"], "Gdynia")
        anna.city = "Sopot"
        self.drain()
        self.assertEqual(self.remote(ewa)["city"], "Sopot")

    def test_a_stored_computed_value(self):
        self.pair(self.backend, "commercial_company_name", "region", direction="export")
        company = self.contact(name="Acme", is_company=True)
        contact = self.synced(email="anna@example.org", parent_id=company.id)
        company.name = "Acme & Sons"
        self.drain()
        self.assertEqual(self.remote(contact)["region"], "Acme & Sons")


class TestBlacklist(EditCase):
    def test_an_address_on_the_blacklist_queues_its_contacts(self):
        contact = self.synced(email="Jan@Example.org")
        entry = self.env["mail.blacklist"]._add("jan@example.org")
        self.assertTrue(self.waiting(contact))
        self.drain()
        self.env["mail.blacklist"]._remove("jan@example.org")
        self.assertTrue(self.waiting(contact))
        self.env["mail.blacklist"]._add("jan@example.org")
        self.drain()
        entry.unlink()
        self.assertTrue(self.waiting(contact))

    def test_it_is_of_no_concern_where_it_does_not_travel(self):
        contact = self.synced(email="jan@example.org")
        EmailConsent(self.backend).blacklist.unlink()
        self.drain()
        self.env["mail.blacklist"]._add("jan@example.org")
        self.assertFalse(self.waiting(contact))


class TestCost(EditCase):
    def queries(self, edit):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        edit()
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def test_an_edit_costs_no_query_while_no_account_runs(self):
        contact = self.contact(email="jan@example.org")
        self.backend.state = "authenticated"
        tag = self.tag()
        tag.name = contact.phone = "warm"
        self.env.cr.flush()
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            tag.name = contact.phone = "new"
            self.env.cr.flush()
        self.assertTrue([line for line in queries.output if "UPDATE" in line])
        self.assertFalse([line for line in queries.output if "usercom" in line])

    def test_an_edit_costs_one_query(self):
        contact = self.synced(email="jan@example.org")
        contact.phone = "warm"
        self.env.cr.flush()
        self.env.invalidate_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            contact.phone = "new"
            self.env.cr.flush()
        ours = re.compile(r'(?:FROM|INTO|UPDATE) "?(usercom_\w+|ir_model_fields)\b')
        [query] = [line for line in queries.output if ours.search(line)]
        self.assertIn("INSERT INTO usercom_outbox", query)

    def test_the_queries_of_a_rename_do_not_depend_on_how_many_hold_it(self):
        tags = self.tag() + self.tag("Big")
        for tag, count in zip(tags, (1, 40), strict=True):
            self.env["res.partner"].create(
                [
                    {"name": f"{tag.name} {n}", "category_id": [Command.link(tag.id)]}
                    for n in range(count)
                ]
            )
        self.drain()
        self.queries(lambda: tags[0].write({"name": "warm"}))
        self.drain()
        counts = [self.queries(lambda tag=tag: tag.write({"name": "new"})) for tag in tags]
        self.assertEqual(*counts)


class TestWhileLinking(EditCase):
    """What other apps write as a contact gets its user."""

    def rule(self, trigger, code):
        """An automation rule on contacts whose field ``trigger`` changes."""
        if "base.automation" not in self.env:
            self.skipTest("Odoo's automation rules are not installed")
        model = self.env.ref("base.model_res_partner")
        rule = self.env["base.automation"].create(
            {
                "name": "Rule",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": self.env["ir.model.fields"]._get("res.partner", trigger).ids,
            }
        )
        rule.action_server_ids = self.env["ir.actions.server"].create(
            {
                "name": "Step",
                "model_id": model.id,
                "state": "code",
                "code": code,
                "usage": "base_automation",
                "base_automation_id": rule.id,
            }
        )

    def test_what_a_rule_writes_to_who_gets_a_user_is_sent(self):
        self.rule("usercom_key", "if record.usercom_key: record.write({'city': 'Gdynia'})")
        contact = self.synced(email="jan@example.org", city="Łódź")
        self.assertEqual(contact.city, "Gdynia")
        self.assertEqual(self.remote(contact)["city"], "Gdynia")

    def test_the_link_itself_is_not(self):
        contact = self.synced(email="jan@example.org")
        self.assertFalse(self.waiting(contact))

    def test_the_address_of_a_new_person_does_not_become_the_company_s(self):
        self.backend.partner_domain = "[]"
        self.pair(self.backend, "parent_id", "region", direction="import")
        company = self.synced(name="Firma", is_company=True, email="firma@example.org")
        colleague = self.synced(email="jan@example.org", parent_id=company.id)
        self.env.cr.execute("UPDATE res_partner SET create_date = create_date - interval '1 day'")
        self.env.invalidate_all()
        row = self.receive(id=self.person(region="Firma", city="Sopot"))
        self.assertEqual(self.found().parent_id, company)
        self.assertEqual((company.city, colleague.city), (False, False))
        self.assertIn("City", row.error)
        self.drain()
        user_id = self.binding(self.found()).external_id
        self.assertEqual(self.calls(f"PUT /users/{user_id}/"), [])
