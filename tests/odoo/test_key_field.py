"""The field of contacts that keeps the User.com id, where two companies have accounts."""

from odoo.exceptions import ValidationError

from .common import UsercomCase


class TestTwoAccounts(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.backend
        cls.company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.second = cls.account(cls.company, "elsewhere")

    def drain_second(self):
        self.backend = self.second
        self.drain()

    def test_the_field_made_for_it_keeps_an_id_for_each(self):
        self.addCleanup(self.registry.reset_changes)
        for backend in (self.first, self.second):
            settings = self.env["res.config.settings"].with_company(backend.company_id)
            settings.create({}).action_usercom_create_key_field()
        made = self.second.key_field_id
        self.assertEqual(self.first.key_field_id, made)
        contact = self.synced(email="jan@example.org")
        user_id = str(self.binding(contact).external_id)
        self.assertEqual(contact[made.name], user_id)
        self.assertFalse(contact.with_company(self.company)[made.name])

    def test_a_field_of_all_companies_keeps_the_ids_of_one(self):
        ref, barcode = (
            self.env["ir.model.fields"]._get("res.partner", name) for name in ("ref", "barcode")
        )
        self.first.key_field_id = ref
        with self.assertRaisesRegex(ValidationError, "cannot keep"):
            self.second.key_field_id = ref
        self.second.key_field_id = barcode  # of each company its own

    def test_the_job_of_the_second_reads_the_ids_of_its_company(self):
        self.first.action_pause()
        self.contact(name="Anna Nowak", email="jan@example.org")
        self.drain_second()
        user_id = self.person(email="ewa@example.org")
        contact = self.contact(name="Ewa Lis", email="jan@example.org")
        contact.with_company(self.company).usercom_key = str(user_id)
        self.drain_second()
        self.assertEqual(self.binding(contact).external_id, user_id)
