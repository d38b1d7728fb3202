"""Whom User.com does not change: contacts of logins and of the company itself, whatever the way."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from odoo.addons.usercom_connector.services.importer import Importer
from odoo.addons.usercom_connector.usercom import User

from .common import UsercomCase

ATTACK = {
    "email": "mallory@example.org",
    "first_name": "Mallory",
    "last_name": "Evil",
    "phone_number": "666666666",
    "city": "Nowhere",
}


class ProtectedCase(UsercomCase):
    """One contact of each kind, linked, and a User.com that gives every user other values."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.partner_domain = "[]"  # companies take part, too
        for mapping in cls.backend.mapping_ids:
            mapping.conflict_policy = "usercom"
        cls.pair(cls.backend, "city", "city", conflict_policy="usercom")

    def kinds(self):
        """``{what: contact}`` of those of whom nothing is written."""
        colleague = new_test_user(self.env, "colleague", email="colleague@example.org")
        left = new_test_user(self.env, "left", email="left@example.org")
        left.active = False
        company = self.env.company.partner_id
        company.email = "company@example.org"
        others = self.env["res.company"].create({"name": "Others", "email": "others@example.org"})
        others.partner_id.company_id = False
        odoobot = self.env.ref("base.partner_root")
        odoobot.email = "odoobot@example.org"
        public = self.env.ref("base.public_partner")
        public.email = "public@example.org"
        template = self.env.ref("base.template_portal_user_id").partner_id
        template.email = "template@example.org"
        return {
            "colleague": colleague.partner_id,
            "archived user": left.partner_id,
            "company": company,
            "another company": others.partner_id,
            "OdooBot": odoobot,
            "public user": public,
            "portal template": template,
        }

    def portal(self, **values):
        login = new_test_user(
            self.env, "customer", "base.group_portal", email="customer@example.org"
        )
        login.write(values)
        return login.partner_id

    def state(self, contact):
        return contact.with_context(active_test=False).read(
            ["name", "email", "phone", "city", "active"]
        )

    def link(self, *contacts):
        """Have the account know these contacts and their users; ``{contact: user id}``."""
        users = {
            contact: self.person(
                email=contact.email, first_name=contact.name, phone_number=contact.phone or None
            )
            for contact in contacts
        }
        for contact, user_id in users.items():
            contact.usercom_key = str(user_id)
            self.put(id=user_id)
        for _run in range(2):
            self.drain()
        return users

    def attack(self, user_id, **values):
        return self.simulator.patch_user(user_id, **{**ATTACK, **values})

    def check_each_kind(self, way):
        """No kind is changed by ``way``, a function of contacts and their users."""
        contacts = self.kinds()
        users = self.link(*contacts.values())
        before = {what: self.state(contact) for what, contact in contacts.items()}
        for number, user_id in enumerate(users.values()):
            self.attack(user_id, email=f"mallory{number}@example.org")
        last = self.env["usercom.inbox"].search([], limit=1).id
        way(users)
        for _run in range(2):
            self.drain()
        for what, contact in contacts.items():
            with self.subTest(what):
                self.assertEqual(self.state(contact), before[what])
                self.assertEqual(self.binding(contact).state, "synced")
        self.check_told(last)

    def check_told(self, last):
        """All is done, nothing waits, and the rows say why they changed nothing."""
        for queue in ("usercom.inbox", "usercom.outbox"):
            states = self.env[queue].search([]).mapped("state")
            self.assertLessEqual(set(states), {"done", "superseded"})
        for row in self.env["usercom.inbox"].search([("id", ">", last)]):
            self.assertIn("in Odoo only", row.error or "")
            self.assertIn(row.partner_id.display_name, row.error)


class TestNobodyIsChanged(ProtectedCase):
    def test_by_a_call(self):
        def way(users):
            for user_id in users.values():
                self.put(id=user_id)

        self.check_each_kind(way)

    def test_by_a_call_whose_values_are_believed(self):
        self.backend.use_webhook_values = True

        def way(users):
            for user_id in users.values():
                user = self.simulator.user(user_id)
                at = "2099-02-01T07:27:44+00:00"
                payload = {"timestamp": at, "user": user | user["attributes"]}
                self.stored_call(payload)
            self.simulator.clear_journal()

        self.check_each_kind(way)

    def test_by_a_pull(self):
        self.check_each_kind(lambda users: self.union(users).action_usercom_pull())

    def union(self, users):
        return self.env["res.partner"].union(*users)

    def test_by_the_reconciliation(self):
        def way(_users):
            earlier = fields.Datetime.now() - timedelta(days=1)
            sweep = self.env["usercom.sweep"]._of(self.backend, "reconcile")
            sweep.write({"started_at": earlier - timedelta(days=7), "read_until": earlier})

        self.check_each_kind(way)

    def test_by_the_repair_of_differences(self):
        def way(_users):
            self.backend.action_compare()
            self.drain()
            different = self.env["usercom.drift"].search([("kind", "=", "different")])
            self.assertTrue(different)
            different.action_repair_in_odoo()

        self.check_each_kind(way)

    def test_by_an_edit_in_odoo_that_meets_another_user(self):
        def way(users):
            self.env["usercom.binding"].search([]).unlink()
            self.union(users).comment = "Edited"
            self.union(users).action_usercom_push()

        contacts = self.kinds()
        users = self.link(*contacts.values())
        before = {what: self.state(contact) for what, contact in contacts.items()}
        for user_id in users.values():
            self.simulator.patch_user(user_id, city="Nowhere", phone_number="666666666")
        way(users)
        for _run in range(3):
            self.drain()
        for what, contact in contacts.items():
            with self.subTest(what):
                self.assertEqual(self.state(contact), before[what])

    def test_nor_by_the_initial_sync_whose_preview_says_so(self):
        contacts = self.kinds()
        before = {what: self.state(contact) for what, contact in contacts.items()}
        for contact in contacts.values():
            self.person(email=contact.email, first_name="Mallory", city="Nowhere")
        sync = self.env["usercom.sync"].create({"direction": "both"})
        sync.action_preview()
        self.drain()
        lines = {line.partner_id: line for line in sync.line_ids if line.external_id}
        for what, contact in contacts.items():
            with self.subTest(what):
                self.assertIn("in Odoo only", lines[contact].problems)
                self.assertIn(contact.display_name, lines[contact].problems)
        sync.action_run()
        for _run in range(3):
            self.drain()
        for what, contact in contacts.items():
            with self.subTest(what):
                self.assertEqual(self.state(contact), before[what])
                self.assertEqual(lines[contact].result, "done")

    def test_a_conflict_is_not_settled_in_user_coms_favour(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        self.backend.mapping_ids.conflict_policy = "odoo"
        contact.phone = "222222222"
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="333333333")
        self.receive(id=user_id)
        conflict = self.env["usercom.conflict"].search([("partner_id", "=", contact.id)])
        self.env["res.users"].create({"login": "jan", "partner_id": contact.id})
        with self.assertRaisesRegex(UserError, "in Odoo only"):
            conflict.action_keep_usercom()
        self.assertEqual(contact.phone, "222222222")

    def test_what_is_edited_in_odoo_is_still_sent(self):
        contact = self.kinds()["colleague"]
        [user_id] = self.link(contact).values()
        self.attack(user_id)
        self.receive(id=user_id)
        contact.phone = "111111111"
        self.drain()
        self.assertEqual(self.simulator.user(user_id)["phone_number"], "111111111")
        self.assertEqual(self.simulator.user(user_id)["city"], "Nowhere")

    def test_nothing_echoes(self):
        contact = self.kinds()["colleague"]
        [user_id] = self.link(contact).values()
        self.attack(user_id)
        self.receive(id=user_id)
        self.simulator.clear_journal()
        for _call in range(3):
            self.receive(id=user_id)
        self.assertEqual(self.calls("PUT") + self.calls("POST"), [])


class TestConsents(ProtectedCase):
    def consent(self, contact):
        mapping = self.backend.mapping_ids.filtered(lambda m: m._key() == "email_consent")
        return contact[mapping.field_name]

    def answers(self, contact):
        rows = self.env["usercom.consent.log"].search(
            [("partner_id", "=", contact.id), ("consent", "=", "email_consent")], order="id"
        )
        return rows.mapped("new_value")

    def test_a_no_is_heeded_and_nothing_else(self):
        contact = self.kinds()["colleague"]
        mapping = self.backend.mapping_ids.filtered(lambda m: m._key() == "email_consent")
        [user_id] = self.link(contact).values()
        contact[mapping.field_name] = True
        self.drain()
        before = self.state(contact)
        self.attack(user_id, email_consent=False)
        self.receive(id=user_id)
        self.assertFalse(self.consent(contact))
        self.assertEqual(self.answers(contact), ["yes", "no"])
        self.assertEqual(self.state(contact), before)

    def test_who_unsubscribes_is_put_on_the_blacklist(self):
        contact = self.kinds()["colleague"]
        [user_id] = self.link(contact).values()
        self.simulator.patch_user(user_id, unsubscribed=True)
        self.receive(id=user_id)
        self.assertTrue(contact.usercom_unsubscribed)

    def test_a_yes_is_not_taken_in(self):
        contact = self.kinds()["colleague"]
        [user_id] = self.link(contact).values()
        self.simulator.patch_user(user_id, email_consent=True)
        self.receive(id=user_id)
        self.assertFalse(self.consent(contact))
        self.assertEqual(self.answers(contact), [])


class TestPortal(ProtectedCase):
    def check(self, contact):
        [user_id] = self.link(contact).values()
        self.attack(user_id)
        row = self.receive(id=user_id)
        self.assertEqual(contact.email, "customer@example.org")
        self.assertEqual((contact.name, contact.phone), ("Mallory Evil", "666666666"))
        self.assertEqual(row.state, "done")
        self.assertIn("address of a login", row.error)
        self.simulator.clear_journal()
        self.receive(id=user_id)
        self.drain()
        self.assertEqual(self.calls("PUT"), [])

    def test_a_customer_with_a_login_keeps_the_address_and_takes_in_the_rest(self):
        self.check(self.portal())

    def test_so_does_one_whose_login_is_archived(self):
        self.check(self.portal(active=False))

    def test_one_who_works_here_too_keeps_everything(self):
        contact = self.portal()
        self.env["res.users"].create({"login": "too", "partner_id": contact.id})
        before = self.state(contact)
        [user_id] = self.link(contact).values()
        self.attack(user_id)
        self.receive(id=user_id)
        self.assertEqual(self.state(contact), before)


class TestPassedOn(ProtectedCase):
    """Odoo passes an address on to the company and to colleagues."""

    def check_child(self, parent, kept=None):
        """What User.com says of a contact below ``parent`` does not get to ``kept``."""
        kept = kept or parent
        child = self.contact(name="Jan", email="jan@example.org", parent_id=parent.id)
        before = self.state(kept)
        [user_id] = self.link(child).values()
        self.attack(user_id)
        row = self.receive(id=user_id)
        self.assertEqual(self.state(kept), before)
        self.assertEqual(child.phone, "666666666")
        self.assertIn("City", row.error)

    def test_from_a_child_to_the_companys_own_contact(self):
        self.env.company.partner_id.city = "Kraków"
        self.check_child(self.env.company.partner_id)

    def test_nor_from_a_grandchild(self):
        self.env.company.partner_id.city = "Kraków"
        branch = self.contact(
            name="Branch", is_company=True, parent_id=self.env.company.partner_id.id
        )
        self.check_child(branch, self.env.company.partner_id)

    def test_nor_to_a_colleague_below_the_same_customer(self):
        customer = self.contact(name="Acme", is_company=True, city="Kraków")
        colleague = new_test_user(self.env, "colleague", email="colleague@example.org")
        colleague.partner_id.parent_id = customer
        self.check_child(customer, colleague.partner_id)

    def test_nor_from_a_customer_down_to_a_colleague(self):
        customer = self.contact(name="Acme", is_company=True, city="Kraków", email="a@example.org")
        colleague = new_test_user(self.env, "colleague", email="colleague@example.org").partner_id
        colleague.parent_id = customer
        before = self.state(colleague)
        [user_id] = self.link(customer).values()
        self.attack(user_id)
        row = self.receive(id=user_id)
        self.assertEqual((self.state(colleague), customer.city), (before, "Kraków"))
        self.assertIn("in Odoo only", row.error)

    def test_nor_by_calling_the_company_ones_employer(self):
        self.simulator.attribute("company", "string")
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "parent_id", "company")
        company = self.env.company.partner_id
        company.write(dict.fromkeys(("street", "city", "zip", "state_id", "country_id"), False))
        before = self.state(company)
        row = self.receive(id=self.person(city="Nowhere", company=company.name))
        anna = self.found()
        self.assertEqual(self.state(company), before)
        self.assertFalse(anna.parent_id)
        self.assertEqual((row.state, anna.city), ("done", "Nowhere"))
        self.assertIn("entered in Odoo", row.error)
        self.assertEqual(self.env["res.partner"].search_count([("name", "=", company.name)]), 1)
        other = self.synced(name="Ola", email="ola@example.org", city="Elsewhere")
        self.simulator.patch_user(self.binding(other).external_id, company=company.name)
        self.receive(id=self.binding(other).external_id)
        self.assertEqual(self.state(company), before)
        self.assertFalse(other.parent_id)

    def test_others_take_in_what_they_are_told(self):
        customer = self.contact(name="Acme", is_company=True, city="Kraków", email="a@example.org")
        [user_id] = self.link(customer).values()
        self.attack(user_id)
        row = self.receive(id=user_id)
        self.assertEqual((customer.city, row.error), ("Nowhere", False))


class TestQueries(ProtectedCase):
    def test_a_page_of_colleagues_takes_as_many_queries_as_one(self):
        def queries(count):
            users = [
                new_test_user(self.env, f"n{count}x{n}", email=f"n{count}x{n}@example.org")
                for n in range(count)
            ]
            links = self.link(*(user.partner_id for user in users))
            for user_id in links.values():
                self.simulator.patch_user(user_id, phone_number="666666666")
            users = [User.from_json(self.simulator.user(user_id)) for user_id in links.values()]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Importer(self.backend).import_users(users)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1)
        few, many = queries(2), queries(12)
        self.assertLessEqual(many, few + 3)
