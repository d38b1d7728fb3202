"""What the screens offer: what a row opens, what asks first, and which filters there are."""

from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import UsercomCase

USER = "usercom_connector.group_usercom_user"
MANAGER = "usercom_connector.group_usercom_manager"
ABOUT_CONTACTS = ("binding", "conflict", "drift", "consent.log")


class ScreenCase(UsercomCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "user", groups=USER)
        self.manager = new_test_user(self.env, "manager", groups=MANAGER)

    def arch(self, model, kind, reader):
        """The view as the reader gets it."""
        return etree.fromstring(self.env[model].with_user(reader).get_view(view_type=kind)["arch"])

    def filtered(self, model, name):
        """What the filter of this name finds."""
        [found] = self.arch(model, "search", self.user).xpath(f"//filter[@name='{name}']")
        return self.env[model].search(literal_eval(found.get("domain")))


class TestRowsAboutContacts(ScreenCase):
    def test_a_click_opens_the_contact(self):
        contact = self.synced(email="jan@example.org")
        action = self.binding(contact).action_open_contact()
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", contact.id))

    def test_each_list_about_contacts_has_it(self):
        for name in ABOUT_CONTACTS:
            arch = self.arch(f"usercom.{name}", "list", self.manager)
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
        with self.assertRaises(AccessError):
            self.binding(contact).with_user(self.user).action_open_contact()


class TestLinkedContacts(ScreenCase):
    """What may be done with a selection of them."""

    def test_a_selection_is_pushed_and_pulled(self):
        jan, ewa = self.synced(email="jan@example.org"), self.synced(email="ewa@example.org")
        links = (self.binding(jan) + self.binding(ewa)).with_user(self.user)
        for button, queue, text in (
            ("action_push", "usercom.outbox", "sent to User.com: 2."),
            ("action_pull", "usercom.inbox", "read from User.com: 2."),
        ):
            with self.subTest(button):
                told = getattr(links, button)()["params"]
                self.assertEqual(told["type"], "success")
                self.assertIn(text, told["message"])
                waiting = self.env[queue].search([("state", "=", "pending")])
                self.assertEqual(waiting.partner_id, jan + ewa)

    def test_of_a_selection_the_failed_ones_are_retried(self):
        jan, ewa = self.synced(email="jan@example.org"), self.synced(email="ewa@example.org")
        self.binding(ewa).state = "failed"
        told = (self.binding(jan) + self.binding(ewa)).with_user(self.user).action_retry()
        self.assertEqual(told["params"]["type"], "warning")
        self.assertIn("sent to User.com: 1.", told["params"]["message"])
        self.assertIn("Not failed, and so not queued again: 1.", told["params"]["message"])
        self.assertFalse(self.waiting(jan))
        self.drain()
        self.assertEqual(self.binding(ewa).state, "synced")

    def test_of_two_accounts_each_gets_its_own(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.account(elsewhere, "elsewhere")
        jan = self.synced(email="jan@example.org")
        self.env["usercom.binding"]._ensure(other, jan)
        self.user.company_ids += elsewhere
        companies = self.user.company_ids.ids
        links = jan.usercom_binding_ids.with_user(self.user)
        links.with_context(allowed_company_ids=companies).action_push()
        self.assertEqual(self.waiting(jan).backend_id, self.backend + other)

    def test_the_contact_itself_must_be_readable(self):
        jan = self.synced(email="jan@example.org")
        jan.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(AccessError):
            self.binding(jan).with_user(self.user).action_push()


class TestIds(ScreenCase):
    """An id is no amount: people copy it, and 0 is nobody's."""

    VIEWS = {
        "binding": ["list"],
        "drift": ["list"],
        "inbox": ["form"],
        "outbox": ["list", "form"],
        "sync.line": ["list", "form"],
        "tombstone": ["list"],
    }

    def test_an_id_is_shown_as_it_is_in_usercom(self):
        for name, kinds in self.VIEWS.items():
            for kind in kinds:
                arch = self.arch(f"usercom.{name}", kind, self.manager)
                found = arch.xpath("//field[contains(@name, 'external_id')]")
                self.assertTrue(found, name)
                for field in found:
                    options = literal_eval(field.get("options", "{}"))
                    self.assertIs(options.get("enable_formatting"), False, (name, kind))
                    self.assertEqual(field.get("invisible"), f"not {field.get('name')}")


class TestMappings(ScreenCase):
    def test_who_may_only_read_them_has_no_buttons(self):
        path = "//header/button"
        model = "usercom.field.mapping"
        self.assertEqual(len(self.arch(model, "list", self.manager).xpath(path)), 4)
        self.assertFalse(self.arch(model, "list", self.user).xpath(path))


class TestBulk(ScreenCase):
    def test_what_overwrites_many_rows_asks_first(self):
        for name in ("conflict", "drift", "tombstone"):
            arch = self.arch(f"usercom.{name}", "list", self.manager)
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
        ours = linked + gone + failed
        self.assertEqual(ours & self.filtered("res.partner", "in_usercom"), linked)
        self.assertEqual(ours & self.filtered("res.partner", "usercom_failed"), failed)

    def test_an_employee_without_a_group_has_no_such_filters(self):
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        arch = self.arch("res.partner", "search", employee)
        self.assertFalse(arch.xpath("//filter[@name='in_usercom' or @name='usercom_failed']"))


class TestSeveralCompanies(ScreenCase):
    def test_a_row_tells_whose_it_is_to_those_who_see_several(self):
        both = self.env.company + self.env["res.company"].create({"name": "Elsewhere"})
        companies = [Command.set(both.ids)]
        second = new_test_user(self.env, "second", groups=MANAGER, company_ids=companies)
        for name in ("binding", "conflict", "drift", "field.mapping"):
            self.assertTrue(self.accounts(f"usercom.{name}", second), name)
            self.assertFalse(self.accounts(f"usercom.{name}", self.manager), name)

    def accounts(self, model, reader):
        """The columns that tell the account."""
        path = "//field[@name='backend_id' and not(@column_invisible)]"
        return self.arch(model, "list", reader).xpath(path)
