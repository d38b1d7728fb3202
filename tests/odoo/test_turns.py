"""Whose turn it is in a run of the drain, and when the next run is."""

import re
import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from odoo.addons.usercom_connector.services.drain import drain
from odoo.addons.usercom_connector.services.reconciliation import reconciliation, user_list

from .common import UsercomCase


class TestBacklog(UsercomCase):
    """Between the pages of a large backlog the queues have their turn."""

    def setUp(self):
        super().setUp()
        for name, value in (("BACKLOG", 5), ("PAGE_SIZE", 2)):
            self.enterContext(patch.object(reconciliation, name, value))
        self.enterContext(patch.object(user_list, "SECONDS", 0.05))
        self.known = self.synced(email="known@example.org", phone="111111111", x_email_consent=True)
        self.simulator.settings(page_size=1, latency_ms=40)
        for n in range(8):
            self.put(id=self.person(email=f"n{n}@example.org"))
        self.simulator.clear_journal()

    def test_an_edit_goes_before_its_last_pages(self):
        self.known.x_email_consent = False
        self.drain()
        calls = self.calls()
        put = calls.index(f"PUT /users/{self.binding(self.known).external_id}/")
        self.assertIn("GET /users/search/", calls[put:])
        self.assertEqual(len(self.simulator.users()), len(self.env["usercom.binding"].search([])))

    def test_an_edit_goes_before_its_second_page(self):
        self.enterContext(patch.object(user_list, "SECONDS", 10))
        self.known.x_email_consent = False
        self.drain()
        calls = [call for call in self.calls() if call.startswith(("GET", "PUT"))]
        put = f"PUT /users/{self.binding(self.known).external_id}/"
        first = [calls.index(put), len(calls) - calls[::-1].index("GET /users/search/")]
        self.assertLess(first[0], 3)
        self.assertGreater(first[1], 5)

    def test_what_its_pages_will_tell_is_not_read_singly(self):
        self.known.x_email_consent = False
        self.drain()
        self.assertEqual({call for call in self.calls("GET")}, {"GET /users/search/"})

    def test_the_job_comes_back_at_once_until_it_is_read(self):
        with patch.object(drain, "RUN_SECONDS", 0.1):
            self.drain()
            self.assertTrue(self.env["usercom.sweep"].search([("is_open", "=", True)]))
            due = self.env["ir.cron.trigger"].search([("cron_id", "=", self.backend.cron_id.id)])
            self.assertLessEqual(min(due.mapped("call_at")), fields.Datetime.now())
        self.drain()
        self.assertFalse(self.env["usercom.sweep"].search([("is_open", "=", True)]))

    def test_a_list_that_fails_holds_nobody_back(self):
        self.simulator.fault(kind="status", status=503, path="/users/search/")
        self.drain()
        self.assertEqual(len(self.simulator.users()), len(self.env["usercom.binding"].search([])))


class TestRuns(UsercomCase):
    def triggers(self):
        domain = [("cron_id", "=", self.backend.cron_id.id)]
        return self.env["ir.cron.trigger"].search_count(domain)

    def test_a_list_that_fails_waits_for_the_next_regular_run(self):
        self.drain()
        self.env["usercom.sweep"]._of(self.backend, "compare").is_open = True
        self.simulator.fault(kind="status", status=503, path="/users/")
        before = self.triggers()
        for _run in range(2):
            self.drain()
        self.assertTrue(self.env["usercom.sweep"].search([("is_open", "=", True)]).error)
        self.assertEqual(self.triggers(), before)

    def test_a_row_that_is_locked_is_not_asked_for_all_the_time(self):
        self.contact(email="jan@example.org")
        self.env.flush_all()
        self.env.cr.execute(
            """CREATE SEQUENCE claims;
               CREATE FUNCTION refuse_claim() RETURNS trigger LANGUAGE plpgsql AS
                   $$BEGIN PERFORM nextval('claims'); RETURN NULL; END$$;
               CREATE TRIGGER refuse_claim BEFORE UPDATE OF claimed_at ON usercom_outbox
                   FOR EACH ROW EXECUTE FUNCTION refuse_claim()"""
        )
        with patch.object(drain, "RUN_SECONDS", 2.5):
            self.drain()
        self.env.cr.execute("SELECT last_value FROM claims")
        [claims] = self.env.cr.fetchone()
        self.assertGreater(claims, 1)
        self.assertLessEqual(claims, 3 * 2)  # three looks, each at the oldest and the newest

    def test_a_run_that_waits_for_a_row_looks_for_edits_each_second(self):
        row = self.waiting(self.contact(email="jan@example.org"))
        row.next_attempt_at = fields.Datetime.now() + timedelta(seconds=4)
        clock, slept = drain.time, []
        with patch.object(clock, "sleep", lambda s: slept.append(s) or type(clock).sleep(clock, s)):
            self.drain()
        self.assertEqual(self.env["usercom.outbox"].browse(row.id).state, "done")
        self.assertGreater(len(slept), 2)
        self.assertLessEqual(max(slept), 1)

    def test_a_row_that_is_due_in_a_while_needs_no_run_of_its_own(self):
        row = self.waiting(self.contact(email="jan@example.org"))
        row.next_attempt_at = fields.Datetime.now() + timedelta(minutes=30)
        before = self.triggers()
        self.drain()
        self.assertEqual(self.triggers(), before)
        row.next_attempt_at = fields.Datetime.now() + timedelta(seconds=30)
        self.drain()
        self.assertEqual(self.triggers(), before + 1)


class TestShares(UsercomCase):
    def test_edits_have_their_turn_while_more_calls_come_than_can_be_answered(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        for n in range(80):
            self.put(id=self.person(email=f"n{n}@example.org"))
        contact.phone = "222222222"
        self.backend.rate_limit = 20
        with patch.object(drain, "RUN_SECONDS", 2):
            self.drain()
        self.assertTrue(self.env["usercom.inbox"].search_count([("state", "=", "pending")]))
        self.assertEqual(self.remote(contact)["phone_number"], "222222222")

    def test_edits_and_calls_have_their_turn_while_more_events_come_than_can_be_told(self):
        people = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(80)]
        )
        self.drain()
        items = [{"partner": person, "name": "visit"} for person in people]
        self.env["usercom.event"]._queue(self.backend, items)
        edited, changed = people[70], people[71]
        edited.phone = "222222222"
        user_id = self.binding(changed).external_id
        self.simulator.patch_user(user_id, phone_number="333333333")
        self.put(id=user_id)
        self.backend.rate_limit = 20
        with patch.object(drain, "RUN_SECONDS", 2):
            self.drain()
        self.assertTrue(self.env["usercom.event"].search_count([("state", "=", "pending")]))
        self.assertEqual(self.remote(edited)["phone_number"], "222222222")
        self.assertEqual(changed.phone, "333333333")

    def test_a_low_limit_keeps_no_run_beyond_its_time(self):
        people = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(12)]
        )
        self.backend.rate_limit = 1
        before = time.monotonic()
        with patch.object(drain, "RUN_SECONDS", 2):
            self.drain()
        self.assertLess(time.monotonic() - before, 10)
        rows = self.env["usercom.outbox"].search([("partner_id", "in", people.ids)])
        self.assertFalse(rows.filtered("claimed_at"))
        self.assertIn("done", rows.mapped("state"))


class TestThrottled(UsercomCase):
    def test_while_user_com_wants_no_calls_nothing_is_claimed(self):
        people = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(60)]
        )
        self.backend.rate_limit = 20  # so that the answer comes before the last is claimed
        self.simulator.fault(kind="status", status=429, headers={"retry-after": "40"}, count=1)
        before = self.env["ir.cron.trigger"].search([])
        self.drain()
        rows = self.env["usercom.outbox"].search([("partner_id", "in", people.ids)])
        untouched = rows.filtered(lambda row: row.state == "pending" and not row.next_attempt_at)
        self.assertGreaterEqual(len(untouched), 20)
        [trigger] = self.env["ir.cron.trigger"].search([]) - before
        self.assertGreater(trigger.call_at, fields.Datetime.now() + timedelta(seconds=30))


class TestCost(UsercomCase):
    def test_a_run_with_nothing_to_do_asks_little(self):
        """There is one each minute, and each edit ends with one."""
        self.drain()
        before = self.env.cr.sql_log_count
        self.drain()
        self.assertLess(self.env.cr.sql_log_count - before, 33)

    def test_an_edit_asks_nothing_of_what_the_account_has_nothing_of(self):
        contact = self.synced(email="jan@example.org")
        contact.phone = "600100200"
        self.drain()
        contact.phone = "600100201"
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "600100201")
        rooms = re.compile(r'FROM "?(usercom_(?:\w+_mapping|company|membership|segment|sync)\b\w*)')
        asked = [rooms.findall(line) for line in queries.output]
        # All that goes on step by step is asked for in one; a run begins, sends, and ends.
        self.assertLessEqual(len([tables for tables in asked if tables]), 5, asked)
        self.assertLess(len(asked), 84)
        memberships = {"usercom_tag_mapping", "usercom_list_mapping"}
        self.assertEqual([tables for tables in asked if tables and {*tables} <= memberships], [])

    def test_a_call_looks_its_link_up_three_times(self):
        """Is there one, whose is it, which is the contact's; a fourth query reads its base."""
        contact = self.synced(email="jan@example.org", phone="600100200")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="600100201")
        self.receive(id=user_id)
        self.simulator.patch_user(user_id, phone_number="600100202")
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            self.receive(id=user_id)
        self.assertIn("202", contact.phone)
        links = [line for line in queries.output if 'FROM "usercom_binding" WHERE' in line]
        self.assertEqual(len(links), 4, links)
        self.assertLess(len(queries.output), 98)
