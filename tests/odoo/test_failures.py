"""What failed alike is one line: how many, since when, what to do, retried or dismissed at once."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from odoo.addons.usercom_connector.services.drain import drain as drain_module
from odoo.addons.usercom_connector.services.explanation.explanation import Explanation
from odoo.addons.usercom_connector.services.initial_sync.sending import CsvRows

from .common_failures import FailureCase


class TestCodes(FailureCase):
    def test_a_refusal_of_user_com(self):
        row = self.refused()
        self.assertEqual((row.error_code, row.mapping_id.id), ("refused", False))

    def test_a_refusal_names_the_pair_whose_value_it_is(self):
        for body in ({"errors": {"phone_number": ["No."]}}, {"phone_number": ["No."]}):
            row = self.refused(body=body, phone="+48601000000")
            self.assertEqual(row.mapping_id.attribute_id.name_std, "phone_number")
            self.assertEqual(row.error_code, "refused")

    def test_whatever_a_refusal_says_it_is_no_code(self):
        for body in ({"detail": "too_long"}, {"error_code": "too_long", "mapping_id": "1"}):
            row = self.refused(body=body)
            self.assertEqual((row.error_code, row.mapping_id.id), ("refused", False))

    def test_a_value_names_its_pair(self):
        [row] = self.too_long(1)
        self.assertEqual(row.error_code, "too_long")
        self.assertEqual(row.mapping_id.field_name, "city")

    def test_contacts_of_one_user(self):
        for _twin in range(2):
            self.contact(email="jan@example.org")
        self.drain()
        self.drain()
        row = self.env["usercom.outbox"].search([("state", "=", "failed")])
        self.assertEqual((row.error_code, row.is_ambiguous), ("same_user", True))

    def test_several_users_or_contacts(self):
        self.assertEqual(self.ambiguous().error_code, "several_contacts")
        for _twin in range(2):
            self.person(email="jan@example.org")
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.row(contact).error_code, "several_users")

    def test_what_succeeds_has_no_code_any_more(self):
        row = self.refused()
        row.action_retry()
        self.drain()
        self.assertEqual((row.state, row.error_code), ("done", False))

    def test_the_pair_may_be_deleted(self):
        [row] = self.too_long(1)
        row.mapping_id.unlink()
        self.env.invalidate_all()
        self.assertEqual((row.state, row.mapping_id.id), ("failed", False))
        self.assertEqual(len(self.lines(error_code="too_long")), 1)


class TestAlike(FailureCase):
    def test_all_that_failed_alike_go_round_again_whatever_their_texts(self):
        rows, other = self.too_long(3), self.refused()
        self.assertEqual(len(set(rows.mapped("error"))), 3)
        rows[0].action_retry_alike()
        self.assertEqual(set(rows.mapped("state")), {"pending"})
        self.assertEqual(other.state, "failed")

    def test_another_field_is_not_alike(self):
        contact = self.contact(email="a@example.org", ref="y" * 300)
        rows = self.too_long(1) + self.row(contact)
        rows[0].action_retry_alike()
        self.assertEqual(rows.mapped("state"), ["pending", "failed"])

    def test_of_other_errors_only_the_text_tells(self):
        rows = self.refused("a@example.org") + self.refused("b@example.org")
        rows += self.refused("c@example.org")
        rows.write({"error_code": "other"})
        rows[0].error = rows[1].error = "The same."
        rows[0].action_retry_alike()
        self.assertEqual(rows.mapped("state"), ["pending", "pending", "failed"])


class TestLines(FailureCase):
    def test_a_line_for_each_kind(self):
        self.too_long(3)
        self.refused()
        self.ambiguous()
        self.assertEqual(
            sorted((line.queue, line.error_code, line.people, line.rows) for line in self.lines()),
            [
                ("inbox", "several_contacts", 1, 1),
                ("outbox", "refused", 1, 1),
                ("outbox", "too_long", 3, 3),
            ],
        )
        line = self.lines(error_code="too_long")
        self.assertEqual(line.mapping_id.field_name, "city")
        self.assertIn("Shorten the value", line.advice)

    def test_a_contact_that_failed_twice_is_one(self):
        [row] = self.too_long(1)
        row.partner_id.city = "y" * 80
        self.drain()
        line = self.lines(error_code="too_long")
        self.assertEqual((line.people, line.rows), (1, 2))

    def test_since_when(self):
        rows = self.too_long(2)
        old = fields.Datetime.now().replace(microsecond=0) - timedelta(days=3)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE usercom_outbox SET write_date = %s WHERE id = %s", [old, rows[0].id]
        )
        line = self.lines()
        self.assertEqual(line.since, old)
        self.assertGreater(line.last_at, old)

    def test_titles_and_advice_are_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.refused()
        line = self.lines().with_context(lang="pl_PL")
        self.assertEqual(line.error_code, "refused")
        self.assertTrue(line.advice)

    def test_what_failed_before_codes_were_stored_is_another_error(self):
        row = self.refused()
        row.error_code = False
        line = self.lines()
        self.assertEqual(line.error_code, "other")
        line.action_retry()
        self.assertEqual(row.state, "pending")

    def test_entries_and_contacts_open(self):
        rows, _other = self.too_long(2), self.refused()
        line = self.lines(error_code="too_long")
        action = line.action_open_entries()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), rows.sorted())
        action = line.action_open_contacts()
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(found, rows.partner_id)

    def test_a_line_is_retried_as_a_whole(self):
        rows, other = self.too_long(2), self.refused()
        said = self.said(self.lines(error_code="too_long").action_retry())
        self.assertEqual(said, "Queued again: 2.")
        self.assertEqual(set(rows.mapped("state")), {"pending"})
        self.assertEqual(other.state, "failed")


class TestAttempts(FailureCase):
    def test_each_try_counts(self):
        row = self.refused()
        self.assertEqual(row.attempts, 1)
        self.simulator.fault(kind="status", status=400, method="POST", count=1)
        row.action_retry()
        self.drain()
        self.assertEqual((row.state, row.attempts), ("failed", 2))
        row.action_retry()
        self.drain()
        self.assertEqual((row.state, row.attempts), ("done", 3))

    def test_a_retry_by_hand_begins_with_the_shortest_delay(self):
        row = self.refused()
        row.write({"state": "failed", "retries": 9, "attempts": 10})
        self.simulator.fault(kind="status", status=500, count=1)
        row.action_retry()
        with patch.object(drain_module, "SHORT_WAIT", 0):
            self.drain()
        self.assertEqual((row.state, row.attempts, row.retries), ("pending", 11, 1))


class TestEmailSyntax(FailureCase):
    def test_an_invalid_address_fails_here_and_names_contact_field_and_value(self):
        for email in ("jan@", "jan", "jan@example", "jan@example..org", "@example.org"):
            contact = self.contact(email=email, phone="+48601000000")
            self.drain()
            row = self.row(contact)
            self.assertEqual((row.state, row.error_code), ("failed", "invalid_email"), email)
            self.assertEqual(row.mapping_id.field_name, "email")
            for text in ("Jan Kowalski", "“Email”", f"“{email}”", "not an e-mail address"):
                self.assertIn(text, row.error)
            self.assertEqual(contact.usercom_state, "failed")
        self.assertEqual(self.calls(), [])

    def test_corrected_it_is_sent(self):
        contact = self.contact(email="jan@")
        self.drain()
        row = self.row(contact)
        contact.email = "jan@example.org"
        self.drain()
        self.assertEqual(row.state, "superseded")
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")

    def test_a_known_users_other_values_go_and_so_does_a_withdrawn_consent(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        contact.write({"email": "jan@", "phone": "+48601000000", "x_email_consent": False})
        self.drain()
        self.assertEqual(self.row(contact).error_code, "invalid_email")
        user = self.remote(contact)
        self.assertEqual((user["email"], user["phone_number"]), ("jan@example.org", "+48601000000"))
        self.assertFalse(user["attributes"]["email_consent"])

    def test_a_known_users_invalid_address_alone_makes_no_call(self):
        contact = self.synced(email="jan@example.org")
        contact.email = "jan@"
        self.drain()
        self.assertEqual(self.row(contact).error_code, "invalid_email")
        self.assertEqual(self.calls(), [])

    def test_an_address_corrected_in_user_com_is_taken_over(self):
        contact = self.synced(email="jan@example.org")
        contact.email = "jan@"
        self.drain()
        self.simulator.patch_user(self.binding(contact).external_id, email="jan@example.net")
        self.backend.mapping_ids.conflict_policy = "usercom"
        self.receive(id=self.binding(contact).external_id)
        self.assertEqual(contact.email, "jan@example.net")

    def test_what_people_type_beside_an_address_is_no_fault(self):
        for email in (
            "Jan <jan@example.org>, ewa@example.org",
            "żaneta@example.org",
            "o'neil+x@sub.example.org",
            " jan.k@example.org ",
        ):
            contact = self.contact(email=email)
            self.drain()
            self.assertEqual(self.row(contact).state, "done", email)

    def test_the_explanation_says_so(self):
        contact = self.synced(email="jan@example.org")
        contact.email = "jan@"
        self.env.cr.flush()
        for read in (False, True):
            explanation = Explanation(self.backend, contact)
            if read:
                explanation.read_user()
            email = next(v for v in explanation.values() if v.mapping._key() == "email")
            self.assertEqual(email.verdict, "problem")
            self.assertIn("not an e-mail address", email.reason)

    def test_a_file_of_an_initial_sync_leaves_it_out(self):
        contact = self.contact(email="jan@")
        sync = self.env["usercom.sync"].create({})
        line = self.env["usercom.sync.line"].create(
            {"sync_id": sync.id, "partner_id": contact.id, "kind": "new_there"}
        )
        [row] = CsvRows(sync).of(line)
        self.assertIsNone(row.values)
        self.assertEqual(row.problems[0].code, "invalid_email")

    def test_a_pair_that_only_reads_checks_nothing(self):
        self.backend.mapping_ids.filtered(lambda m: m._key() == "email").direction = "import"
        contact = self.contact(email="jan@")
        self.drain()
        self.assertEqual(self.row(contact).state, "done")

    def test_the_contact_of_nobody_can_be_dismissed_whatever_it_refused(self):
        contact = self.contact(email="jan@", usercom_unsubscribed=True)
        self.drain()
        row = self.row(contact)
        row.action_dismiss()
        self.assertEqual(row.state, "dismissed")
