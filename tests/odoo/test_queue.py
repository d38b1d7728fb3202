"""The queues as people see them: what went out, what came back, and how to try again."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import UsercomCase


class QueueCase(UsercomCase):
    def row(self, contact):
        self.env.cr.flush()
        return self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)

    def failed(self, email="jan@example.org", **values):
        """The row of a contact that User.com refused."""
        contact = self.contact(email=email, **values)
        fault = {"kind": "status", "status": 400, "method": "POST", "count": 1}
        self.simulator.fault(**fault, body={"detail": "No."})
        self.drain()
        row = self.row(contact)
        self.assertEqual(row.state, "failed")
        return row


class TestRetry(QueueCase):
    def test_one_row_goes_round_again(self):
        row = self.failed()
        row.action_retry()
        self.drain()
        self.assertEqual(row.state, "done")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_all_rows_that_failed_alike_go_round_again(self):
        alike = self.failed("a@example.org") + self.failed("b@example.org")
        other = self.failed("c@example.org")
        other.error_code = "unexpected"
        alike[0].action_retry_alike()
        self.assertEqual(set(alike.mapped("state")), {"pending"})
        self.assertEqual(other.state, "failed")

    def told(self, rows, button="action_retry"):
        """Press the button; returns the kind and the text of the notification."""
        params = getattr(rows, button)()["params"]
        return params["type"], params["message"] % tuple(link["label"] for link in params["links"])

    def test_it_says_how_many_are_queued_again(self):
        alike = self.failed("a@example.org") + self.failed("b@example.org")
        self.assertEqual(self.told(alike[:1]), ("success", "Queued again: 1."))
        self.assertEqual(
            self.told(alike, "action_retry"),
            ("warning", "Queued again: 1. Not failed, and so not queued again: 1."),
        )
        kind, text = self.told(alike)
        self.assertEqual(kind, "warning")
        self.assertIn("none of them has failed", text)

    def test_it_says_how_many_failed_alike(self):
        alike = self.failed("a@example.org") + self.failed("b@example.org")
        self.assertEqual(
            self.told(alike[:1], "action_retry_alike"), ("success", "Queued again: 2.")
        )

    def test_it_says_what_holds_them_up(self):
        row = self.failed()
        for state, text in (("paused", "is paused"), ("authenticated", "is not running")):
            with self.subTest(state):
                self.backend.state = state
                row.state = "failed"
                kind, told = self.told(row)
                self.assertEqual(kind, "warning")
                self.assertIn("Queued again: 1.", told)
                self.assertIn(text, told)

    def test_a_row_whose_contact_waits_already_is_done_with(self):
        row = self.failed()
        row.partner_id.phone = "2"
        self.assertEqual(len(self.waiting(row.partner_id)), 1)
        row.action_retry()
        self.env.flush_all()
        self.assertEqual(row.state, "done")
        self.assertEqual(len(self.waiting(row.partner_id)), 1)

    def test_of_several_failures_of_one_contact_one_goes_round(self):
        first = self.failed()
        self.simulator.fault(kind="status", status=400, method="POST", count=1)
        first.partner_id.phone = "2"
        self.drain()
        rows = first + self.row(first.partner_id)
        self.assertEqual(rows.mapped("state"), ["failed", "failed"])
        rows.action_retry()
        self.env.flush_all()
        self.assertEqual(rows.mapped("state"), ["done", "pending"])

    def test_a_claimed_row_that_must_wait_gives_way_to_a_newer_one(self):
        contact = self.contact(email="jan@example.org")
        row = self.row(contact)
        row.claimed_at = fields.Datetime.now()
        contact.phone = "2"
        self.assertEqual(len(self.waiting(contact)), 2)
        row._postpone(60)
        self.env.flush_all()
        self.assertEqual(row.state, "done")
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "2")

    def test_once_the_contact_is_synced_its_older_failures_are_superseded(self):
        first, other = self.failed("a@example.org"), self.failed("b@example.org")
        first.partner_id.phone = "2"
        self.drain()
        self.assertEqual(self.row(first.partner_id).state, "done")
        self.assertEqual(first.state, "superseded")
        self.assertTrue(first.error)
        self.assertEqual(other.state, "failed")
        first.action_retry()
        self.assertEqual(first.state, "superseded")

    def test_a_mass_update_supersedes_failures_too(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(30)]
        )
        self.drain()
        rows = self.env["usercom.outbox"].search([("partner_id", "in", contacts.ids)])
        rows._fail("No.")
        contacts.phone = "2"
        self.drain()
        self.assertEqual(len(self.calls("PUT /users/mass_update")), 1)
        self.assertEqual(set(rows.mapped("state")), {"superseded"})

    def test_only_managers_retry_rows(self):
        row = self.failed()
        user = new_test_user(self.env, "looker", "usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            row.with_user(user).action_retry()
        with self.assertRaises(AccessError):
            row.with_user(user).action_retry_alike()
        manager = new_test_user(self.env, "keeper", "usercom_connector.group_usercom_manager")
        row.with_user(manager).action_retry()
        self.assertEqual(row.state, "pending")

    def test_another_companys_rows_are_out_of_reach(self):
        row = self.failed()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        manager = new_test_user(
            self.env,
            "keeper",
            "usercom_connector.group_usercom_manager",
            company_id=elsewhere.id,
            company_ids=elsewhere.ids,
        )
        with self.assertRaises(AccessError):
            row.with_user(manager).action_retry()


class TestOutcome(QueueCase):
    def outcome(self, contact):
        return self.row(contact).outcome

    def test_a_done_row_says_whether_anything_was_sent(self):
        contact = self.contact(email="jan@example.org", phone="1")
        self.drain()
        self.assertEqual(self.outcome(contact), "sent")
        contact.phone = "2"
        contact.phone = "1"
        self.drain()
        self.assertEqual(self.outcome(contact), "equal")
        labels = dict(self.row(contact)._fields["outcome"]._description_selection(self.env))
        self.assertEqual(labels["equal"], "Nothing differed")

    def test_of_alike_changes_sent_at_once_too(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(30)]
        )
        self.drain()
        contacts.phone = "2"
        self.drain()
        self.assertEqual({self.outcome(contact) for contact in contacts}, {"sent"})

    def test_who_is_not_synchronized_had_nothing_sent(self):
        company = self.contact(name="Acme", is_company=True)
        self.drain()
        self.assertEqual(self.outcome(company), "left_out")

    def test_a_push_by_hand_compares(self):
        contact = self.synced(email="jan@example.org")
        contact.action_usercom_push()
        self.drain()
        self.assertIn(self.outcome(contact), ("compared", "equal"))

    def test_one_that_is_gone_says_so(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.delete_user(self.binding(contact).external_id)
        contact.phone = "2"
        self.drain()
        self.assertEqual(self.outcome(contact), "gone")


class TestLog(QueueCase):
    def test_what_was_sent_and_what_came_back_can_be_read(self):
        contact = self.synced(email="jan@example.org", phone="1")
        contact.phone = "2"
        self.drain()
        row = self.row(contact)
        self.assertEqual(row.sent, {"phone_number": "2"})
        self.assertIn('"phone_number": "2"', row.sent_text)
        self.assertIn('"email": "jan@example.org"', row.answer_text)

    def test_what_was_refused_can_be_read(self):
        row = self.failed(phone="1")
        self.assertEqual(row.sent["phone_number"], "1")
        self.assertIn("No.", row.error)

    def test_a_call_is_called_by_whom_it_is_about(self):
        for keys, name in (
            ({"id": 7, "email": "anna@example.org"}, "anna@example.org"),
            ({"id": 7, "custom_id": "c-1"}, "User.com user 7"),
            ({"custom_id": "c-1"}, "c-1"),
        ):
            self.assertEqual(self.put(**keys).display_name, name)

    def test_over_long_bodies_are_cut(self):
        for site in ("facebook", "google", "gravatar", "linkedin", "twitter"):
            self.pair(self.backend, "comment", f"{site}_url", direction="export")
        for attribute in ("region", "country", "timezone"):
            self.pair(self.backend, "comment", attribute, direction="export")
        contact = self.synced(email="jan@example.org", comment="x" * 250)
        self.assertEqual(self.remote(contact)["region"], "x" * 250)
        row = self.row(contact)
        self.assertIn("region", row.sent)
        self.assertLess(len(str(row.sent)), 2_100)
        self.assertLess(len(str(row.answer)), 2_100)

    def test_no_row_holds_a_secret(self):
        self.failed("a@example.org")
        self.synced(email="jan@example.org")
        stored = str(self.env["usercom.outbox"].sudo().search([]).read())
        self.assertNotIn(self.backend.api_key, stored)
        self.assertNotIn(self.backend.webhook_token, stored)

    def test_bodies_are_for_managers(self):
        self.synced(email="jan@example.org")
        user = new_test_user(self.env, "looker", "usercom_connector.group_usercom_user")
        rows = self.env["usercom.outbox"].with_user(user)
        self.assertFalse({"sent", "answer", "sent_text", "answer_text"} & set(rows.fields_get()))

    def vacuum(self):
        self.env["usercom.outbox"]._gc_log()
        self.env["usercom.inbox"]._gc_log()

    def age(self, rows, days):
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {rows._table} SET write_date = %s WHERE id = ANY(%s)",
            [fields.Datetime.now() - timedelta(days=days), rows.ids],
        )
        self.env.invalidate_all()

    def test_finished_rows_are_kept_for_some_days(self):
        self.backend.log_days = 10
        old, fresh = self.failed("a@example.org"), self.failed("b@example.org")
        waiting = self.row(self.contact(email="c@example.org"))
        received = self.put(email="x@example.org")
        received._finish()
        self.age(old + waiting, 11)
        self.age(received, 11)
        self.age(fresh, 9)
        self.vacuum()
        self.assertEqual((old + fresh + waiting).exists(), fresh + waiting)
        self.assertFalse(received.exists())

    def test_a_transaction_removes_no_more_than_a_batch(self):
        Outbox, contact = self.env["usercom.outbox"], self.synced(email="jan@example.org")
        row = {"backend_id": self.backend.id, "partner_id": contact.id, "operation": "sync"}
        self.age(Outbox.create([{**row, "state": "done"} for _ in range(1001)]), 1000)
        self.assertEqual(Outbox._gc_log(), (1000, 1))
        self.assertEqual(Outbox._gc_log(), (1, 0))

    def test_odoos_own_vacuum_calls_it(self):
        old = self.failed()
        self.age(old, 1000)
        with self.enter_registry_test_mode():
            self.env.ref("base.autovacuum_job").method_direct_trigger()
        self.assertFalse(old.exists())


class TestContactPage(QueueCase):
    def test_a_contact_that_waits_is_pending(self):
        contact = self.synced(email="jan@example.org")
        contact.phone = "2"
        self.env.cr.flush()
        contact.invalidate_recordset()
        self.assertEqual(contact.usercom_state, "pending")
        self.drain()
        self.assertEqual(contact.usercom_state, "synced")

    def test_the_last_error_shows_and_a_retry_heals(self):
        contact = self.failed().partner_id
        self.assertEqual(contact.usercom_state, "failed")
        self.assertIn("No.", contact.usercom_error)
        contact.action_usercom_push()
        self.drain()
        self.assertEqual(contact.usercom_state, "synced")
        self.assertFalse(contact.usercom_error)
        self.assertTrue(contact.usercom_synced_at)

    def test_the_states_of_many_contacts_take_as_many_queries_as_of_one(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(20)]
        )
        self.drain()

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("usercom_state")
            return self.env.cr.sql_log_count - before

        queries(contacts)  # the id of the account is cached
        self.assertEqual(queries(contacts[:1]), queries(contacts))

    def test_its_user_opens_in_user_com(self):
        contact = self.synced(email="jan@example.org")
        action = contact.action_usercom_open()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertEqual(action["url"], self.simulator.url)

    def test_its_history_shows_its_rows_only(self):
        contact = self.synced(email="jan@example.org")
        self.synced(email="ewa@example.org")
        action = contact.action_usercom_history()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.partner_id, contact)
