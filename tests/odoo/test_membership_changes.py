"""The history of fields tells who got which tag, list and company, and who lost it."""

from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common_companies import CompaniesCase
from .common_mailing_lists import MailingListCase
from .common_value_changes import ValueChangeCase

EMAIL = "jan@example.org"


class MembershipCase(ValueChangeCase, MailingListCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vip = cls.tag("VIP")
        cls.vip_pair = cls.pair_tags(cls.vip, "vip")

    def told(self, contact):
        """``[(what, from, to, direction, by)]`` of a contact, oldest first."""
        self.env.cr.flush()
        changes = self.env["usercom.value.change"].search(
            [("partner_id", "=", contact.id)], order="id"
        )
        return [(c.display_name, c.old_text, c.new_text, c.direction, c.author) for c in changes]

    def known(self, **values):
        contact = self.synced(email=EMAIL, **values)
        self.forget()
        return contact


class TestTagsAndLists(MembershipCase):
    def test_a_tag_that_was_sent_is_noted_with_who_gave_it(self):
        contact = self.known()
        contact.with_user(self.marta).category_id = self.vip
        self.drain()
        self.assertEqual(self.told(contact), [("Tag: VIP", "no", "yes", "sent", "Marta Nowak")])
        self.forget()
        contact.with_user(self.marta).category_id = False
        self.drain()
        self.assertEqual(self.told(contact), [("Tag: VIP", "yes", "no", "sent", "Marta Nowak")])

    def test_a_new_contact_had_no_tag_there(self):
        contact = self.contact(email=EMAIL, category_id=self.vip.ids)
        self.drain()
        self.drain()
        self.assertIn(("Tag: VIP", "no", "yes", "sent", "Automatic"), self.told(contact))

    def test_a_tag_that_was_given_there_is_noted(self):
        contact = self.known()
        self.set_tags_there(contact, "vip")
        self.assertEqual(self.told(contact), [("Tag: VIP", "no", "yes", "received", "User.com")])

    def test_lists_are_noted_both_ways(self):
        contact = self.known()
        self.member(EMAIL, self.news)
        self.drain()
        self.set_lists_there(contact, "newsletter", "offers")
        self.assertEqual(
            [line[:4] for line in self.told(contact)],
            [
                ("Mailing list: News", "no", "yes", "sent"),
                ("Mailing list: Offers", "no", "yes", "received"),
            ],
        )

    def test_a_list_that_the_contact_opted_out_of_was_not_received(self):
        contact = self.known()
        self.member(EMAIL, self.news, opt_out=True)
        self.set_lists_there(contact, "newsletter")
        self.assertEqual([line for line in self.told(contact) if line[3] == "received"], [])

    def test_a_tag_that_many_got_there_is_noted_in_one_statement(self):
        contacts = self.many(20)
        for contact in contacts:
            self.simulator.patch_user(self.binding(contact).external_id, tags=["vip"])
        self.env["usercom.sweep"]._request(self.backend, "reconcile")
        self.assertEqual(self.statements(), 1)
        moved = [("Tag: VIP", "no", "yes", "received", "User.com")]
        self.assertEqual([self.told(contact) for contact in contacts], [moved] * 20)

    def test_nothing_is_noted_where_no_history_is_kept(self):
        contact = self.known()
        self.backend.history_days = 0
        contact.category_id = self.vip
        self.drain()
        self.assertEqual(self.told(contact), [])


class TestKeptAndShown(MembershipCase):
    def moved(self):
        contact = self.known()
        contact.with_user(self.marta).category_id = self.vip
        self.drain()
        self.set_lists_there(contact, "newsletter")
        return contact

    def test_it_stands_in_the_contacts_history(self):
        contact = self.moved()
        for reader in (self.marta, self.olga):
            details = self.entries(contact, reader).mapped("details")
            self.assertIn("Tag: VIP: no → yes (Marta Nowak)", details)
            self.assertIn("Mailing list: News: no → yes (User.com)", details)

    def test_a_pair_opens_what_it_moved(self):
        contact = self.moved()
        self.assertTrue(self.vip_pair.has_history)
        action = self.vip_pair.with_user(self.marta).action_open_history()
        found = self.env[action["res_model"]].with_user(self.marta).search(action["domain"])
        self.assertEqual((found.partner_id, found.display_name), (contact, "Tag: VIP"))
        self.backend.history_days = 0
        self.assertFalse(self.vip_pair.has_history)

    def test_it_outlives_the_pair(self):
        contact = self.moved()
        self.vip_pair.unlink()
        [entry] = self.entries(contact, self.marta).filtered("label_id")[-1:]
        self.assertEqual(entry.details, "vip: no → yes (Marta Nowak)")

    def test_it_goes_with_the_contact_and_with_the_days(self):
        contact = self.moved()
        self.env.cr.execute(
            "UPDATE usercom_value_change SET create_date = %s",
            [fields.Datetime.now() - timedelta(days=31)],
        )
        self.env["usercom.value.change"]._gc_old()
        self.assertEqual(self.told(contact), [])
        contact.category_id = False
        self.drain()
        self.assertTrue(self.told(contact))
        contact._usercom_anonymize()
        self.assertFalse(self.env["usercom.value.change"].search([]))

    def test_whoever_may_not_read_tags_reads_not_who_had_one(self):
        contact = self.moved()
        changes = self.env["usercom.value.change"].search([("partner_id", "=", contact.id)])
        tags = changes.filtered(lambda change: change.label_id.kind == "tags")
        self.assertEqual((len(changes), len(tags)), (2, 1))
        self.patch(self.env["res.partner"]._fields["category_id"], "groups", "base.group_system")
        for reader in (self.marta, self.olga):
            found = changes.with_user(reader).search([])
            self.assertEqual(found, changes - tags)
            self.assertEqual(found, changes.with_user(reader)._filtered_access("read"))
            self.assertEqual(self.entries(contact, reader).mapped("source_id"), found.ids)

    def test_each_names_one_pair(self):
        change = {"backend_id": self.backend.id, "direction": "sent", "origin": "sync"}
        change["partner_id"] = self.contact(email=EMAIL).id
        mapping, label = self.backend.mapping_ids[0].id, self.vip_pair.label_id.id
        for named in (
            {},
            {"mapping_id": mapping, "label_id": label},
            {"kind": "group", "mapping_id": mapping},
            {"kind": "company", "label_id": label},
        ):
            with (
                self.subTest(named),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env["usercom.value.change"].create({**change, **named})


class TestCompanies(MembershipCase, CompaniesCase):
    def setUp(self):
        super().setUp()
        self.acme, self.other = self.company(), self.company(name="Other")
        self.member(self.acme, email="ewa@example.org")
        self.member(self.other, email="piotr@example.org")
        self.jan = self.contact(email=EMAIL)
        self.rest()
        self.forget()

    def member(self, company, *arguments, **values):
        return CompaniesCase.member(self, company, *arguments, **values)

    def test_a_company_that_was_sent_is_noted_with_who_chose_it(self):
        self.jan.with_user(self.marta).parent_id = self.acme
        self.rest()
        self.assertEqual(self.told(self.jan), [("Company", "", "Acme", "sent", "Marta Nowak")])
        self.forget()
        self.jan.with_user(self.marta).parent_id = self.other
        self.rest()
        self.assertCountEqual(
            self.told(self.jan),
            [
                ("Company", "Acme", "", "sent", "Marta Nowak"),
                ("Company", "", "Other", "sent", "Marta Nowak"),
            ],
        )

    def test_a_company_that_came_from_there_is_noted(self):
        self.join_there(self.jan, self.acme)
        moved = ("Company", "", "Acme", "received", "User.com")
        self.assertEqual(self.told(self.jan), [moved])
        [entry] = self.entries(self.jan, self.marta)
        self.assertEqual(entry.details, "Company: - → Acme (User.com)")

    def test_it_follows_a_merge_of_companies(self):
        self.join_there(self.jan, self.acme)
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge([self.acme.id, self.other.id], self.other)
        self.assertIn(("Company", "", "Other", "received", "User.com"), self.told(self.jan))

    def test_a_company_that_the_reader_may_not_see_is_not_named(self):
        self.join_there(self.jan, self.acme)
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.acme.id})]",
            }
        )
        change = self.env["usercom.value.change"].search([("partner_id", "=", self.jan.id)])
        self.env.invalidate_all()
        self.assertEqual(change.with_user(self.marta).new_text, f"[contact {self.acme.id}]")
        self.assertEqual(change.with_user(self.marta).sudo().new_text, f"[contact {self.acme.id}]")

    def test_whoever_may_not_read_companies_of_contacts_reads_none_here(self):
        self.join_there(self.jan, self.acme)
        self.patch(self.env["res.partner"]._fields["parent_id"], "groups", "base.group_system")
        changes = self.env["usercom.value.change"]
        self.assertFalse(changes.with_user(self.marta).search([]))
        administrator = new_test_user(self.env, "root_r", "base.group_system")
        self.assertTrue(changes.with_user(administrator).search([]))

    def join_there(self, contact, company):
        """A person makes the user a member in User.com, and Odoo reads it."""
        user_id = self.binding(contact).external_id
        self.simulator.patch_company(self.link(company).external_id, member=user_id)
        self.receive(id=user_id)
        self.rest()
