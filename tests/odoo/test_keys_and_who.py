"""Who may link a contact by its User.com ID: it brings that user's values into the contact."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import UsercomCase

EDITOR = "base.group_user,base.group_partner_manager"
KEY = r"User.com ID.*usercom_key"


class TestWhoWritesKeys(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.editor = new_test_user(cls.env, "editor", EDITOR)
        cls.user = new_test_user(cls.env, "user", f"{EDITOR},usercom_connector.group_usercom_user")

    def as_editor(self, contact=None):
        return (self.env["res.partner"] if contact is None else contact).with_user(self.editor)

    def test_a_contact_editor_reads_the_key_and_links_nobody(self):
        user_id = self.person(phone_number="600100200")
        contact = self.synced(email="jan@example.org")
        key = self.as_editor(contact).usercom_key
        self.assertTrue(key)
        with self.assertRaisesRegex(AccessError, KEY):
            self.as_editor(contact).usercom_key = str(user_id)
        with self.assertRaisesRegex(AccessError, KEY):
            self.as_editor(contact).usercom_key = False
        self.drain()
        self.assertEqual(contact.usercom_key, key)

    def test_nor_creates_one_with_a_key(self):
        with self.assertRaisesRegex(AccessError, KEY):
            self.as_editor().create({"name": "Anna", "usercom_key": "7"})
        with self.assertRaisesRegex(AccessError, KEY):
            self.as_editor().with_context(default_usercom_key="7").create({"name": "Anna"})

    def test_nor_imports_one(self):
        result = self.as_editor().load(["name", "usercom_key"], [["Anna", "7"]])
        self.assertFalse(result["ids"])
        self.assertRegex(result["messages"][0]["message"], KEY)

    def test_the_same_key_and_none_at_all_change_nothing(self):
        contact = self.synced(email="jan@example.org")
        mine = self.as_editor(contact)
        mine.write({"usercom_key": contact.usercom_key, "city": "Gdynia"})
        self.assertEqual(contact.city, "Gdynia")
        self.assertTrue(self.as_editor().create({"name": "Anna", "usercom_key": False}))

    def test_a_user_of_usercom_links(self):
        user_id = self.person(phone_number="600100200")
        contact = self.contact(name="Anna Nowak")
        contact.with_user(self.user).usercom_known_id = str(user_id)
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user_id)

    def test_another_key_field_is_kept_as_well(self):
        barcode = self.env["ir.model.fields"]._get("res.partner", "ref")
        self.backend.key_field_id = barcode
        contact = self.contact(email="jan@example.org")
        for name in ("ref", "usercom_key"):
            with self.subTest(name), self.assertRaisesRegex(AccessError, name):
                self.as_editor(contact).write({name: "7"})

    def test_who_edits_contacts_still_merges_them(self):
        lost = self.contact(name="Anna", email="anna@example.org", usercom_key="77")
        kept = self.contact(name="Anna", email="anna@example.org")
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.editor)
        wizard.create({})._merge((lost + kept).ids, self.as_editor(kept))
        self.assertEqual(kept.usercom_key, "77")
