"""What people start by hand: who may, on which database, and what the files hold."""

import csv
import io

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user
from odoo.tools import SQL

from .common import UsercomCase

USER = "base.group_user,base.group_partner_manager,usercom_connector.group_usercom_user"
MANAGER = f"{USER},usercom_connector.group_usercom_manager"


class TestCopiedDatabase(UsercomCase):
    """A copy talks to User.com by no button but Authenticate."""

    def test_a_copy_fetches_no_attributes(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.simulator.clear_journal()
        for fetch in (
            self.backend.action_fetch_attributes,
            self.env["usercom.field.mapping"].action_fetch_attributes,
        ):
            with self.assertRaisesRegex(UserError, "copy"):
                fetch()
        self.assertEqual(self.calls(), [])

    def test_a_copy_creates_no_attribute(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.simulator.clear_journal()
        street = self.env["ir.model.fields"]._get("res.partner", "street")
        wizard = self.env["usercom.attribute.creation"].create(
            {"backend_id": self.backend.id, "field_id": street.id}
        )
        with self.assertRaisesRegex(UserError, "copy"):
            wizard.action_create()
        self.assertEqual(self.calls(), [])


class TestButtonsOfContacts(UsercomCase):
    def test_who_is_no_user_of_usercom_presses_none(self):
        contact = self.contact(email="jan@example.org")
        editor = new_test_user(self.env, "editor", "base.group_user,base.group_partner_manager")
        for name in (name for name in dir(type(contact)) if name.startswith("action_usercom_")):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(contact.with_user(editor), name)()

    def test_a_user_opens_the_account(self):
        contact = self.contact(email="jan@example.org")
        user = new_test_user(self.env, "user", USER)
        self.assertTrue(contact.with_user(user).action_usercom_open()["url"])


class TestPausedNote(UsercomCase):
    def test_what_usercom_names_is_no_markup_in_the_activity(self):
        new_test_user(self.env, "manager", MANAGER)
        self.backend._pause('User.com emptied <a href="https://evil.example">values</a> & more')
        [note] = set(self.backend.activity_ids.mapped("note"))
        self.assertNotIn("<a", note)
        self.assertIn("&lt;a", note)


class TestFiles(UsercomCase, HttpCase):
    """Files with contacts are for those whom Odoo lets export."""

    def login(self, name, groups):
        new_test_user(self.env, name, groups, password=name * 2)
        self.authenticate(name, name * 2)

    def sync(self):
        return self.env["usercom.sync"].create({"backend_id": self.backend.id})

    def test_without_the_right_to_export_nobody_gets_a_file(self):
        contact, sync = self.contact(email="jan@example.org"), self.sync()
        self.login("manager", MANAGER)
        for path in (f"/usercom/sync/{sync.id}", f"/usercom/consents/{contact.id}"):
            with self.subTest(path):
                self.assertIn(self.url_open(path).status_code, (403, 404))
        manager = self.env["res.users"].search([("login", "=", "manager")])
        with self.assertRaisesRegex(AccessError, "export"):
            sync.with_user(manager).action_download()
        with self.assertRaisesRegex(AccessError, "export"):
            contact.with_user(manager).action_usercom_export_consents()

    def test_with_the_right_to_export_a_manager_gets_them(self):
        contact, sync = self.contact(email="jan@example.org"), self.sync()
        self.login("manager", f"{MANAGER},base.group_allow_export")
        for path in (f"/usercom/sync/{sync.id}", f"/usercom/consents/{contact.id}"):
            with self.subTest(path):
                self.assertEqual(self.url_open(path).status_code, 200)

    def test_no_cell_of_the_consents_is_a_formula(self):
        contact = self.contact(email="jan@example.org")
        log = self.env["usercom.consent.log"]
        log._record(self.backend, "=HYPERLINK(1)", True, SQL("SELECT %s", contact.id))
        self.authenticate("admin", "admin")
        answer = self.url_open(f"/usercom/consents/{contact.id}")
        _head, row = csv.reader(io.StringIO(answer.text))
        self.assertEqual(row[1], "'=HYPERLINK(1)")
