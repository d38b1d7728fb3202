"""Failures that are dismissed, those that never are, and who may."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common_failures import FailureCase


class TestDismiss(FailureCase):
    def test_dismissed_rows_are_closed_and_told(self):
        rows, other = self.too_long(2), self.refused()
        said = self.said(self.lines(error_code="too_long").action_dismiss())
        self.assertEqual(said, "Dismissed: 2.")
        self.assertEqual(set(rows.mapped("state")), {"dismissed"})
        self.assertTrue(rows[0].error)
        self.assertEqual(other.state, "failed")
        self.assertEqual(self.lines().mapped("error_code"), ["refused"])

    def test_nobody_is_reminded_of_them(self):
        self.refused().action_dismiss()
        self.env.invalidate_all()
        self.assertNotIn("send_failed", self.backend.dashboard["todo"])

    def test_a_dismissed_row_can_still_be_retried(self):
        row = self.refused()
        row.action_dismiss()
        row.action_retry()
        self.drain()
        self.assertEqual(row.state, "done")

    def test_a_later_edit_is_sent_as_ever(self):
        row = self.refused()
        row.action_dismiss()
        row.partner_id.phone = "+48601000000"
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(row.state, "dismissed")

    def test_only_what_failed_is_dismissed(self):
        row = self.row(self.contact(email="jan@example.org"))
        row.action_dismiss()
        self.assertEqual(row.state, "pending")

    def test_they_are_vacuumed_like_finished_ones(self):
        row = self.refused()
        row.action_dismiss()
        self.env.flush_all()
        self.env.cr.execute("UPDATE usercom_outbox SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        self.env["usercom.outbox"]._gc_log()
        self.assertFalse(row.exists())

    def test_what_was_dismissed_is_not_reported_again(self):
        """The weekly comparison meets the user again whom two contacts match."""
        self.person()
        for _twin in range(2):
            self.contact(email="anna@example.org")
        self.env.cr.flush()
        self.env["usercom.outbox"].search([("state", "=", "pending")]).unlink()
        self.compare()
        rows = self.env["usercom.inbox"].search([("state", "=", "failed")])
        self.assertEqual(rows.error_code, "several_contacts")
        rows.action_dismiss()
        self.compare()
        self.assertFalse(self.env["usercom.inbox"].search([("state", "=", "failed")]))

    def compare(self):
        self.backend.action_compare()
        self.drain()


class TestRefusalsAreKept(FailureCase):
    def failing(self, contact, **values):
        """The row of an edit of a known user that User.com refuses."""
        self.simulator.fault(kind="status", status=400, method="PUT", count=1)
        contact.write(values)
        self.drain()
        row = self.row(contact)
        self.assertEqual(row.state, "failed")
        return row

    def test_a_withdrawn_consent_is_not_dismissed_until_it_is_told(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        row = self.failing(contact, x_email_consent=False)
        said = self.said(row.action_dismiss())
        self.assertIn("Dismissed: 0. Not dismissed: 1.", said)
        self.assertIn("withdrawn consent", said)
        self.assertEqual(row.state, "failed")
        row.action_retry()
        self.drain()
        self.assertEqual(row.state, "done")
        self.assertFalse(self.remote(contact)["attributes"]["email_consent"])

    def test_nor_by_a_later_failure_of_the_contact(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        self.failing(contact, x_email_consent=False)
        row = self.failing(contact, city="Łódź")
        self.said(row.action_dismiss())
        self.assertEqual(row.state, "failed")

    def test_who_said_no_to_nothing_is_dismissed(self):
        contact = self.synced(email="jan@example.org")
        row = self.failing(contact, city="Łódź")
        row.action_dismiss()
        self.assertEqual(row.state, "dismissed")

    def test_a_no_that_user_com_knows_keeps_nothing(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        contact.x_email_consent = False
        self.drain()
        row = self.failing(contact, city="Łódź")
        row.action_dismiss()
        self.assertEqual(row.state, "dismissed")

    def test_an_unsubscription_or_deletion_is_not_dismissed(self):
        for policy in ("unsubscribe", "delete"):
            self.backend.removal_policy = policy
            contact = self.synced(email=f"{policy}@example.org")
            self.simulator.fault(kind="status", status=400, count=1)
            contact.active = False
            self.drain()
            row = self.row(contact)
            self.assertEqual((row.state, row.operation), ("failed", policy))
            row.action_dismiss()
            self.assertEqual(row.state, "failed")

    def test_a_failed_removal_is_not_vacuumed_either(self):
        self.backend.removal_policy = "delete"
        contact = self.synced(email="jan@example.org")
        self.simulator.fault(kind="status", status=400, count=1)
        contact.unlink()
        self.drain()
        rows = self.env["usercom.outbox"].search([("operation", "=", "delete")])
        self.assertEqual(rows.state, "failed")
        self.env.cr.execute("UPDATE usercom_outbox SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        self.env["usercom.outbox"]._gc_log()
        self.assertTrue(rows.exists())
        rows.action_retry()
        self.drain()
        self.assertEqual(rows.state, "done")
        self.assertFalse(self.simulator.users())

    def test_a_call_that_told_of_a_withdrawal_is_not_dismissed(self):
        row = self.ambiguous()
        row.consents = {"email_consent": {"at": "2026-01-01T00:00:00+00:00", "said": "no"}}
        row.action_dismiss()
        self.assertEqual(row.state, "failed")
        row.consents = {"email_consent": {"at": "2026-01-01T00:00:00+00:00", "said": "yes"}}
        row.action_dismiss()
        self.assertEqual(row.state, "dismissed")


class TestRights(FailureCase):
    def test_only_managers_see_and_press(self):
        row = self.refused()
        user = new_test_user(self.env, "looker", "usercom_connector.group_usercom_user")
        line = self.lines()
        for method in (
            "action_retry",
            "action_dismiss",
            "action_open_entries",
            "action_open_contacts",
        ):
            with self.assertRaises(AccessError):
                getattr(line.with_user(user), method)()
        with self.assertRaises(AccessError):
            row.with_user(user).action_dismiss()
        manager = self.manager()
        self.assertEqual(self.env["usercom.failure"].with_user(manager).search([]), line)
        line.with_user(manager).action_dismiss()
        self.assertEqual(row.state, "dismissed")

    def test_another_companys_are_out_of_reach(self):
        row = self.refused()
        line = self.lines()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        manager = self.manager(company_id=elsewhere.id, company_ids=elsewhere.ids)
        self.assertFalse(self.env["usercom.failure"].with_user(manager).search([]))
        for method in ("action_retry", "action_dismiss", "action_open_contacts"):
            with self.assertRaises(AccessError):
                getattr(line.with_user(manager), method)()
        with self.assertRaises(AccessError):
            row.with_user(manager).action_dismiss()
        self.assertEqual(row.state, "failed")
