"""Edits, pushes, pulls and merges beside OCA's addons for contacts."""

from odoo.exceptions import ValidationError

from tests.odoo.common import UsercomCase


class TestNeighbours(UsercomCase):
    def merge(self, kept, other):
        """Merge as the deduplication wizard does, by its button."""
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": (kept + other).ids, "dst_partner_id": kept.id}
        )
        wizard.action_merge()
        self.drain()

    def test_an_edit_is_pushed_and_a_change_pulled(self):
        contact = self.synced(email="jan@example.org", name="Jan Kowalski")
        contact.write({"phone": "+48 600 100 200", "name": "Jan Maria Kowalski"})
        self.drain()
        self.assertEqual(self.remote(contact)["name"], "Jan Maria Kowalski")
        self.simulator.patch_user(self.binding(contact).external_id, phone_number="+48 1")
        contact.action_usercom_pull()
        self.drain()
        self.assertEqual(contact.phone, "+48 1")
        self.assertFalse(self.waiting(contact))

    def test_a_new_person_arrives_with_both_halves_of_the_name(self):
        self.receive(id=self.person(first_name="Anna", last_name="Nowak"))
        contact = self.found()
        self.assertEqual((contact.firstname, contact.lastname), ("Anna", "Nowak"))

    def test_a_birthdate_goes_both_ways(self):
        self.simulator.attribute("born", "date")
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "birthdate_date", "born")
        contact = self.synced(email="jan@example.org", birthdate_date="1990-06-15")
        self.assertEqual(self.remote(contact)["attributes"]["born"], "1990-06-15")
        self.simulator.patch_user(self.binding(contact).external_id, born="1991-07-16")
        self.receive(id=self.binding(contact).external_id)
        self.assertEqual(str(contact.birthdate_date), "1991-07-16")

    def test_merged_contacts_keep_one_user(self):
        kept = self.synced(email="jan@example.org")
        other = self.synced(email="jan2@example.org", name="Jan K.")
        lost = self.binding(other).external_id
        self.merge(kept, other)
        self.assertFalse(other.exists())
        self.assertNotIn(lost, [user["id"] for user in self.simulator.users()])

    def test_audited_contacts_are_synced(self):
        rule = self.env["auditlog.rule"].create(
            {"name": "Contacts", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        rule.set_to_confirmed()
        self.addCleanup(rule.set_to_draft)
        contact = self.synced(email="jan@example.org")
        self.simulator.patch_user(self.binding(contact).external_id, phone_number="+48 5")
        self.receive(id=self.binding(contact).external_id)
        self.assertEqual(contact.phone, "+48 5")

    def test_an_address_that_a_check_refuses_fails_its_contact_alone(self):
        self.env.company.partner_email_check_syntax = True
        refused = "anna@company.test"
        with self.assertRaises(ValidationError):
            self.contact(email=refused)
        anna = self.synced(email="anna@example.org")
        ewa = self.synced(email="ewa@example.org", name="Ewa Lis")
        for contact, email in ((anna, refused), (ewa, "ewa.lis@example.org")):
            self.simulator.patch_user(self.binding(contact).external_id, email=email)
            self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual((anna.email, ewa.email), ("anna@example.org", "ewa.lis@example.org"))

    def test_a_mailing_contact_of_a_partner_is_no_second_person(self):
        contact = self.synced(email="jan@example.org")
        mailing_list = self.env["mailing.list"].create({"name": "News"})
        self.env["mailing.contact"].create(
            {"email": "jan@example.org", "list_ids": mailing_list.ids, "partner_id": contact.id}
        )
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)


class TestFirstName(UsercomCase):
    """Where first and last name are fields of their own, no full name is split."""

    def setUp(self):
        super().setUp()
        self.backend.mapping_ids.filtered(lambda m: m.field_name == "name").unlink()
        self.pair(self.backend, "firstname", "first_name")
        self.pair(self.backend, "lastname", "last_name")

    def test_both_are_suggested_in_place_of_the_name(self):
        self.backend.mapping_ids.filtered(lambda m: "name" in m.field_name).unlink()
        wizard = self.env[self.backend.mapping_ids.browse().action_suggest()["res_model"]]
        lines = wizard.search([], order="id desc", limit=1).line_ids
        names = {line.attribute_id.name_std: line.field_id.name for line in lines}
        self.assertEqual((names["first_name"], names["last_name"]), ("firstname", "lastname"))

    def test_halves_are_never_guessed(self):
        contact = self.synced(email="jan@example.org", firstname="Jan Maria", lastname="Lis")
        user = self.remote(contact)
        self.assertEqual((user["first_name"], user["last_name"]), ("Jan Maria", "Lis"))
        self.simulator.patch_user(user["id"], first_name="Jan", last_name="Maria Lis")
        self.receive(id=user["id"])
        self.assertEqual((contact.firstname, contact.lastname), ("Jan Maria", "Lis"))
        self.simulator.patch_user(user["id"], first_name="Jan Maria", last_name="Wilk")
        self.receive(id=user["id"])
        self.assertEqual((contact.firstname, contact.lastname), ("Jan Maria", "Wilk"))
