"""A contact's User.com page is never blank: how it stands, and why it is not synchronized."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user

from odoo.addons.usercom_connector.services.contacts import contact_states

from .common import UsercomCase

PAGE = ["usercom_state", "usercom_synced_at", "usercom_error", "usercom_known_id"]
USER = "usercom_connector.group_usercom_user,base.group_partner_manager"


class PageCase(UsercomCase):
    def told(self, contact):
        """``(reason, next step)`` as the page has them."""
        self.env.cr.flush()
        self.env.invalidate_all()
        return contact.usercom_reason, contact.usercom_step


class TestReason(PageCase):
    def test_a_synchronized_contact_needs_none(self):
        self.assertEqual(self.told(self.synced(email="jan@example.org")), ("", False))

    def test_who_was_never_sent_is_to_be_pushed(self):
        contact = self.unsent(email="jan@example.org")
        reason, step = self.told(contact)
        self.assertEqual((contact.usercom_state, step), ("absent", "push"))
        self.assertIn("never sent", reason)

    def test_who_waits_is_told_so(self):
        contact = self.contact(email="jan@example.org")
        reason, step = self.told(contact)
        self.assertEqual((contact.usercom_state, step), ("pending", False))
        self.assertIn("waits to be sent", reason)

    def test_the_filter_that_leaves_it_out_is_named(self):
        reason, step = self.told(self.unsent(name="Acme", is_company=True))
        self.assertEqual(step, "settings")
        self.assertIn("does not meet the filter “Is a Company = no”", reason)
        self.assertIn("Change the contact, or the filter", reason)

    def test_an_employee_is_told_so(self):
        user = new_test_user(self.env, "clerk", email="clerk@example.org")
        self.assertIn("is an employee with a login", self.told(user.partner_id)[0])

    def test_an_archived_contact_is_told_so(self):
        contact = self.synced(email="jan@example.org")
        contact.active = False
        self.drain()
        self.assertIn("is archived", self.told(contact)[0])

    def test_one_that_left_is_told_why_though_it_has_a_user(self):
        contact = self.synced(email="jan@example.org")
        contact.is_company = True
        self.drain()
        self.assertIn("Is a Company", self.told(contact)[0])

    def test_one_of_another_company_is_told_whose(self):
        contact = self.unsent(email="jan@example.org")
        contact.company_id = elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.assertIn("is of Elsewhere, not of", self.told(contact)[0])
        self.env.user.company_ids -= elsewhere
        self.assertIn("is of another company, not of", self.told(contact)[0])

    def test_an_erased_one_is_told_so(self):
        contact = self.synced(email="jan@example.org")
        contact._usercom_anonymize()
        self.assertIn("was erased", self.told(contact)[0])

    def test_while_the_account_is_paused_every_contact_says_so(self):
        linked, other = self.synced(email="jan@example.org"), self.unsent(email="ewa@example.org")
        self.backend.action_pause()
        for contact in (linked, other):
            reason, step = self.told(contact)
            self.assertIn("is paused: changes wait", reason)
            self.assertEqual(step, "settings")

    def test_without_an_account_that_is_the_reason(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        contact = self.unsent(email="jan@example.org").with_company(elsewhere)
        reason, step = self.told(contact)
        self.assertEqual((contact.usercom_state, step), (False, "settings"))
        self.assertIn("Elsewhere has no User.com account yet.", reason)

    def test_one_that_is_gone_or_failed_has_its_own_alert(self):
        contact = self.synced(email="jan@example.org")
        for state in ("gone", "failed"):
            self.binding(contact).state = state
            self.assertEqual(self.told(contact), ("", False))

    def test_a_contact_being_entered_is_told_that_it_is_not_saved(self):
        user = new_test_user(self.env, "marta", USER)
        form = Form(self.env["res.partner"].with_user(user))
        self.assertIn("not saved yet", form.usercom_reason)

    def test_it_says_what_the_drain_does(self):
        """Of some contacts the drain sends just those that no rule leaves out."""
        contacts = self.unsent(email="a@example.org") + self.unsent(name="Acme", is_company=True)
        contacts += self.unsent(email="c@example.org", type="invoice")
        contacts += self.unsent(email="d@example.org", active=False)
        reasons = [self.told(contact) for contact in contacts]
        self.env["usercom.outbox"]._enqueue(contacts.ids, self.backend)
        self.drain()
        for contact, (reason, step) in zip(contacts, reasons, strict=True):
            self.assertEqual(step == "push", contact.usercom_state == "synced", reason)


class TestCost(PageCase):
    def queries(self, contacts, names):
        self.env.cr.flush()
        self.env.invalidate_all()
        contacts.mapped("name")  # what any form reads
        before = self.env.cr.sql_log_count
        contacts.read(names, load=False)
        return self.env.cr.sql_log_count - before

    def test_a_page_of_the_list_takes_one_query(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(20)]
        )
        self.drain()
        self.queries(contacts, ["usercom_state"])  # the id of the account is cached
        self.assertEqual(self.queries(contacts[:1], ["usercom_state"]), 1)
        self.assertEqual(self.queries(contacts, ["usercom_state"]), 1)

    def test_the_reason_of_a_synchronized_contact_takes_one_more(self):
        contact = self.synced(email="jan@example.org")
        self.queries(contact, PAGE)
        with_reason = self.queries(contact, [*PAGE, "usercom_reason", "usercom_step"])
        self.assertLessEqual(with_reason, self.queries(contact, PAGE) + 1)

    def test_the_reasons_of_many_take_as_many_as_of_few(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "is_company": True} for n in range(20)]
        )
        self.drain()
        names = ["usercom_reason"]
        self.queries(contacts, names)  # the id of the account is cached
        self.assertEqual(self.queries(contacts[:2], names), self.queries(contacts, names))


class TestList(PageCase):
    def setUp(self):
        super().setUp()
        self.fresh = self.unsent(email="fresh@example.org")
        self.linked = self.synced(email="linked@example.org")
        self.gone = self.synced(email="gone@example.org")
        self.failed = self.synced(email="failed@example.org")
        self.waiting = self.synced(email="waiting@example.org")
        self.new = self.contact(email="new@example.org")
        self.binding(self.gone).state = "gone"
        self.binding(self.failed).state = "failed"
        self.waiting.phone = "2"
        self.env.cr.flush()
        self.env.invalidate_all()
        self.ours = self.fresh + self.linked + self.gone + self.failed + self.waiting + self.new
        self.user = new_test_user(self.env, "marta", USER)

    def found(self, operator, value):
        domain = [("id", "in", self.ours.ids), ("usercom_state", operator, value)]
        return self.env["res.partner"].with_user(self.user).search(domain).sudo(False).ids

    def test_each_state_is_searched_for(self):
        expected = {
            "absent": self.fresh,
            "synced": self.linked,
            "gone": self.gone,
            "failed": self.failed,
            "pending": self.waiting + self.new,
        }
        for state, contacts in expected.items():
            with self.subTest(state):
                self.assertEqual(set(contacts.mapped("usercom_state")), {state})
                self.assertEqual(set(self.found("=", state)), set(contacts.ids))
                self.assertEqual(set(self.found("!=", state)), set((self.ours - contacts).ids))

    def test_who_is_not_in_usercom_is_found_among_few_and_among_many(self):
        for few in (0, contact_states.FEW):
            with self.subTest(few), patch.object(contact_states, "FEW", few):
                self.assertEqual(self.found("=", "absent"), self.fresh.ids)
                others = set((self.ours - self.fresh).ids)
                self.assertEqual(set(self.found("!=", "absent")), others)

    def test_several_states_are_searched_for_at_once(self):
        absent = ["absent", "gone", "erased"]
        self.assertEqual(set(self.found("in", absent)), set((self.fresh + self.gone).ids))
        live = ["synced", "failed", "pending"]
        self.assertEqual(set(self.found("in", live)), set((self.ours - self.fresh - self.gone).ids))
        self.assertEqual(self.found("=", False), [])

    def test_they_are_grouped_and_sorted_by_state(self):
        contacts = self.env["res.partner"].with_user(self.user)
        domain = [("id", "in", self.ours.ids)]
        groups = dict(contacts._read_group(domain, ["usercom_state"], ["__count"]))
        self.assertEqual(groups, {"absent": 1, "synced": 1, "gone": 1, "failed": 1, "pending": 2})
        in_order = contacts.search(domain, order="usercom_state, id").mapped("usercom_state")
        self.assertEqual(in_order, sorted(in_order))
        description = contacts.fields_get(["usercom_state"])["usercom_state"]
        self.assertTrue(description["groupable"] and description["sortable"])

    def test_the_state_is_that_of_the_current_companys_account(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        contacts = self.ours.with_company(elsewhere)
        self.assertEqual(set(contacts.mapped("usercom_state")), {False})
        domain = [("id", "in", self.ours.ids)]
        self.assertEqual(contacts.search_count([*domain, ("usercom_state", "=", "synced")]), 0)
        self.assertEqual(contacts._read_group(domain, ["usercom_state"], ["__count"]), [(False, 6)])
        self.account(elsewhere, "elsewhere")
        self.env.invalidate_all()
        self.assertEqual(set(contacts.mapped("usercom_state")), {"absent"})

    def test_who_has_no_part_in_usercom_neither_searches_nor_groups_by_it(self):
        outsider = new_test_user(self.env, "sales", "base.group_user,base.group_partner_manager")
        contacts = self.env["res.partner"].with_user(outsider)
        with self.assertRaises(AccessError):
            contacts.search([("usercom_state", "=", "synced")])
        with self.assertRaises(AccessError):
            contacts._read_group([], ["usercom_state"], ["__count"])
        with self.assertRaises(AccessError):
            contacts.search([], order="usercom_state")
        with self.assertRaises(AccessError):
            _reason = self.fresh.with_user(outsider).usercom_reason
