"""The consent log: who said what, when and how; written once and for all."""

import csv
import io

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .common_consents import ConsentCase


class TestConsentLog(ConsentCase):
    def test_ticking_and_unticking_are_noted_with_their_user(self):
        user = new_test_user(self.env, "sales", "base.group_user,base.group_partner_manager")
        contact = self.contact(email="jan@example.org")
        contact.with_user(user).x_email_consent = True
        contact.with_user(user).x_email_consent = False
        self.assertEqual(self.log(contact), [("unset", "yes", "odoo"), ("yes", "no", "odoo")])
        self.assertEqual(contact.usercom_consent_log_ids.user_id, user)

    def test_a_new_contact_that_says_yes_has_said_so(self):
        self.assertEqual(self.log(self.contact(x_email_consent=True)), [("unset", "yes", "odoo")])

    def test_a_new_contact_that_says_nothing_has_said_nothing(self):
        self.assertEqual(self.log(self.contact()), [])
        self.assertEqual(self.log(self.contact(x_email_consent=False)), [])

    def test_a_default_is_no_consent(self):
        self.env["ir.default"].set("res.partner", "x_email_consent", True)
        contact = self.synced(email="jan@example.org")
        self.assertTrue(contact.x_email_consent)
        self.assertEqual(self.log(contact), [])
        self.assertIsNone(self.remote(contact)["attributes"].get("email_consent"))

    def test_unticking_a_default_withdraws(self):
        self.env["ir.default"].set("res.partner", "x_email_consent", True)
        contact = self.synced(email="jan@example.org")
        contact.x_email_consent = False
        self.drain()
        self.assertEqual(self.log(contact), [("unset", "no", "odoo")])
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)

    def test_a_copy_of_a_contact_has_consented_to_nothing(self):
        twin = self.contact(x_email_consent=True).copy()
        self.assertFalse(twin.x_email_consent)
        self.assertEqual(self.log(twin), [])

    def test_an_old_file_does_not_give_a_withdrawn_consent_again(self):
        contact = self.contact(x_email_consent=True)
        contact.x_email_consent = False
        self.env.cr.flush()
        self.load(contact, x_email_consent="True", phone="+48 1")
        self.assertEqual((contact.x_email_consent, contact.phone), (False, "+48 1"))

    def test_an_old_file_takes_nobody_off_the_blacklist(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, unsubscribed=True)
        self.load(contact, usercom_unsubscribed="False", phone="+48 1")
        self.assertEqual((contact.usercom_unsubscribed, contact.phone), (True, "+48 1"))
        self.assertTrue(self.env["mail.blacklist"].search([("email", "=", "jan@example.org")]))

    def load(self, contact, **cells):
        """One line of a file is imported over ``contact``."""
        importing = self.env["res.partner"].with_context(import_file=True)
        rows = [[self.external_id(contact), *cells.values()]]
        self.assertFalse(importing.load(["id", *cells], rows)["messages"])

    def external_id(self, contact):
        self.env["ir.model.data"].create(
            {"module": "test", "name": "jan", "model": "res.partner", "res_id": contact.id}
        )
        return "test.jan"

    def test_what_user_com_says_is_noted_with_the_call_and_its_time(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, email_consent=True)
        self.assertEqual(self.log(contact), [("unset", "yes", "webhook")])
        row = contact.usercom_consent_log_ids
        call = self.env["usercom.inbox"].search([], limit=1)
        self.assertEqual(row.origin_ref, f"usercom.inbox,{call.id}")
        self.assertTrue(row.source_at)
        self.assertFalse(row.user_id)

    def test_an_explicit_no_is_noted_although_the_checkbox_was_empty(self):
        contact = self.synced(email="jan@example.org")
        self.receive(contact, email_consent=False)
        self.assertEqual(self.log(contact), [("unset", "no", "webhook")])

    def test_what_a_sync_run_reads_is_noted_as_such(self):
        self.simulator.seed({"email": "jan@example.org", "email_consent": True})
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.log(contact), [("unset", "yes", "sync")])

    def test_what_contacts_show_when_a_field_becomes_a_consent_is_noted(self):
        mapping = self.backend.mapping_ids.filtered("is_consent")
        mapping = mapping.filtered(lambda m: m.field_name == "x_email_consent")
        mapping.is_consent = False
        shows, silent = self.contact(x_email_consent=True), self.contact()
        mapping.is_consent = True
        self.assertEqual(self.log(shows), [("unset", "yes", "mapping")])
        self.assertEqual(self.log(silent), [])

    def test_the_edit_rolled_back_is_not_noted(self):
        contact = self.contact()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            contact.x_email_consent = True
            self.env.flush_all()
            raise ZeroDivisionError
        self.assertEqual(self.log(contact), [])

    def test_many_contacts_are_noted_in_as_many_queries_as_one(self):
        crowd = self.env["res.partner"].create([{"name": f"C{n}"} for n in range(200)])
        self.queries(crowd[:1])
        self.assertLessEqual(self.queries(crowd[2:]), self.queries(crowd[1:2]) + 1)
        self.assertEqual(len(crowd.usercom_consent_log_ids), 200)

    def queries(self, contacts):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        contacts.x_email_consent = True
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_nobody_changes_or_deletes_it(self):
        contact = self.contact(x_email_consent=True)
        row = contact.usercom_consent_log_ids
        for somebody in (row, row.with_user(self.env.ref("base.user_admin")), row.sudo()):
            for deed in (
                lambda r: r.write({"new_value": "no"}),
                lambda r: r.unlink(),
                lambda r: r.copy(),
                lambda r: r.create({"consent": "forged"}),
                lambda r: contact.write({"usercom_consent_log_ids": [Command.delete(r.id)]}),
                lambda r: contact.write({"usercom_consent_log_ids": [Command.unlink(r.id)]}),
                lambda r: contact.write({"usercom_consent_log_ids": [Command.clear()]}),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    deed(somebody)
                    self.env.flush_all()
        self.assertEqual(self.log(contact), [("unset", "yes", "odoo")])

    def test_only_people_of_the_company_see_it(self):
        contact = self.contact(x_email_consent=True)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "elsewhere",
            "usercom_connector.group_usercom_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertTrue(contact.usercom_consent_log_ids)
        self.assertFalse(self.env["usercom.consent.log"].with_user(user).search([]))

    def test_it_outlives_its_account(self):
        contact = self.contact(x_email_consent=True)
        self.backend.unlink()
        self.assertEqual(self.log(contact), [("unset", "yes", "odoo")])


class TestRightOfAccess(ConsentCase, HttpCase):
    def test_one_persons_consents_are_a_file(self):
        contact = self.contact(email="jan@example.org", x_email_consent=True)
        contact.x_email_consent = False
        self.contact(name="Anna", x_email_consent=True)
        self.authenticate("admin", "admin")
        answer = self.url_open(contact.action_usercom_export_consents()["url"])
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        head, *rows = csv.reader(io.StringIO(answer.text))
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[0][1:4], ["E-mail consent", "Not asked", "Given"])
        self.assertEqual(rows[1][1:4], ["E-mail consent", "Given", "Withdrawn"])
        self.assertEqual(len(head), len(rows[0]))

    def test_who_may_not_see_the_log_gets_no_file(self):
        contact = self.contact(x_email_consent=True)
        new_test_user(self.env, "clerk", "base.group_user", password="clerk-clerk")
        self.authenticate("clerk", "clerk-clerk")
        answer = self.url_open(contact.action_usercom_export_consents()["url"])
        self.assertEqual(answer.status_code, 403)
