"""What the screens offer: what a row opens, what asks first, and which filters there are."""

from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import UsercomCase

USER = "usercom_connector.group_usercom_user"
ABOUT_CONTACTS = ("binding", "conflict", "drift", "consent.log")


class ScreenCase(UsercomCase):
    def arch(self, model, kind, groups=USER):
        """The view as somebody of these groups gets it."""
        login = f"{kind} {groups}"
        user = self.env["res.users"].search([("login", "=", login)])
        user = user or new_test_user(self.env, login, groups=groups)
        return etree.fromstring(self.env[model].with_user(user).get_view(view_type=kind)["arch"])

    def filtered(self, model, name):
        """What the filter of this name finds."""
        [found] = self.arch(model, "search").xpath(f"//filter[@name='{name}']")
        return self.env[model].search(literal_eval(found.get("domain")))


class TestRowsAboutContacts(ScreenCase):
    def test_a_click_opens_the_contact(self):
        contact = self.synced(email="jan@example.org")
        action = self.binding(contact).action_open_contact()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", contact.id))

    def test_each_list_about_contacts_has_it(self):
        for name in ABOUT_CONTACTS:
            arch = self.arch(f"usercom.{name}", "list", "usercom_connector.group_usercom_manager")
            self.assertEqual(arch.get("action"), "action_open_contact")
            self.assertTrue(hasattr(self.env[f"usercom.{name}"], "action_open_contact"))

    def test_a_row_that_names_nobody_opens_nothing(self):
        difference = self.env["usercom.drift"].create(
            {"backend_id": self.backend.id, "kind": "only_usercom", "external_id": 7}
        )
        self.assertFalse(difference.action_open_contact())

    def test_who_may_not_read_the_contact_is_refused(self):
        contact = self.synced(email="jan@example.org")
        contact.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(self.env, "user", groups=USER)
        with self.assertRaises(AccessError):
            self.binding(contact).with_user(user).action_open_contact()


class TestBulk(ScreenCase):
    def test_what_overwrites_many_rows_asks_first(self):
        for name in ("conflict", "drift", "tombstone"):
            arch = self.arch(f"usercom.{name}", "list", "usercom_connector.group_usercom_manager")
            buttons = arch.xpath("//header/button")
            self.assertTrue(buttons)
            self.assertTrue(all(button.get("confirm") for button in buttons), name)


class TestContacts(ScreenCase):
    def test_they_are_found_by_how_they_stand_with_usercom(self):
        linked, gone = self.synced(email="jan@example.org"), self.synced(email="ewa@example.org")
        self.binding(gone).state = "gone"
        failed = self.contact(email="no@example.org")
        self.simulator.fault(kind="status", status=400, method="POST", count=1)
        self.drain()
        self.assertEqual(self.filtered("res.partner", "in_usercom"), linked)
        self.assertEqual(self.filtered("res.partner", "usercom_failed"), failed)

    def test_an_employee_without_a_group_has_no_such_filters(self):
        arch = self.arch("res.partner", "search", "base.group_user")
        self.assertFalse(arch.xpath("//filter[@name='in_usercom' or @name='usercom_failed']"))


class TestSeveralCompanies(ScreenCase):
    def test_a_row_tells_whose_it_is_to_those_who_see_several(self):
        managers = "usercom_connector.group_usercom_manager"
        for name in ("binding", "conflict", "drift", "field.mapping"):
            several = self.shown(f"usercom.{name}", f"{managers},base.group_multi_company")
            self.assertTrue(several, name)
            self.assertFalse(self.shown(f"usercom.{name}", managers), name)

    def shown(self, model, groups):
        path = "//field[@name='backend_id' and not(@column_invisible)]"
        return self.arch(model, "list", groups).xpath(path)
