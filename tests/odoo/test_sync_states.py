"""How an initial sync ends, whatever happens to the account and its contacts meanwhile."""

from odoo.exceptions import UserError

from .common_sync import SyncCase


class TestStates(SyncCase):
    def test_a_preview_with_a_wrong_key_lets_nothing_run_by_itself(self):
        self.backend.state = "authenticated"
        self.person(email="anna@example.org")
        sync = self.sync()
        sync.action_preview()
        self.simulator.settings(keys={"x" * 64: "read_write"})
        self.drain()
        self.assertEqual(self.backend.state, "draft")
        self.assertIn("API key", sync.error)
        self.simulator.settings(keys={self.simulator.api_key: "read_write"})
        self.backend.action_authenticate()
        self.drain()
        self.assertEqual((self.backend.state, sync.state), ("authenticated", "ready"))
        self.assertFalse(sync.error)
        with self.assertRaisesRegex(UserError, "Save and Run"):
            sync.action_run()

    def test_a_contact_that_leaves_before_it_is_sent_does_not_hang_it(self):
        contact = self.quietly(email="jan@example.org")
        sync = self.previewed("export", use_csv=False)
        sync.action_run()
        self.simulator.fault(kind="status", status=503, method="POST", path="/users/")
        self.drain()
        self.assertEqual(self.line(sync, partner_id=contact).result, "queued")
        contact.active = False
        self.waiting(contact).next_attempt_at = False
        self.drain()
        self.assertEqual(sync.state, "done")
        self.assertEqual(self.line(sync, partner_id=contact).result, "skipped")

    def test_who_takes_part_no_more_is_left_alone_and_still_named(self):
        contact = self.quietly(email="jan@example.org", phone="111111111")
        self.person(email="jan@example.org", phone_number="222222222")
        sync = self.previewed("import")
        self.backend.partner_domain = [("id", "!=", contact.id)]
        self.run_to_end(sync)
        line = self.line(sync, partner_id=contact)
        self.assertEqual((line.result, contact.phone), ("skipped", "111111111"))
        self.assertIn("Skipped", line.problems)


class TestEverybody(SyncCase):
    """Who has no line in the preview is sent all the same."""

    def test_who_was_entered_between_preview_and_run_is_sent(self):
        for use_csv in (True, False):
            with self.subTest(use_csv=use_csv):
                self._fresh_simulator()
                sync = self.previewed("export", use_csv=use_csv)
                late = self.quietly(email="late@example.org")
                twin = self.quietly(email="late@example.org")
                self.run_to_end(sync)
                self.assertEqual(self.line(sync, partner_id=late).result, "done")
                self.assertEqual(self.line(sync, partner_id=twin).kind, "ambiguous")
                self.assertEqual(len(self.simulator.users()), 1)
                (late + twin).unlink()

    def test_who_lost_the_line_to_another_contact_is_sent(self):
        first = self.quietly(email="jan@example.org")
        self.person(email="jan@example.org")
        sync = self.previewed()
        first.email = "first@example.org"
        second = self.quietly(email="jan@example.org")
        self.env.cr.flush()
        self.waiting(first).unlink()
        self.run_to_end(sync)
        self.assertEqual(self.remote(second)["email"], "jan@example.org")
        self.assertEqual(self.remote(first)["email"], "first@example.org")

    def test_what_is_forgotten_is_not_told_as_nothing(self):
        self.quietly(email="jan@example.org")
        sync = self.ran()
        self.assertFalse(sync.is_forgotten)
        sync.ended_at = "2020-01-01"
        self.assertFalse(sync.is_forgotten)
        self.env["usercom.sync.line"]._gc_lines()
        self.env.invalidate_all()
        self.assertTrue(sync.is_forgotten)

    def test_nobody_is_not_forgotten(self):
        sync = self.ran()
        self.assertFalse(sync.is_forgotten)

    def test_a_preview_is_not_forgotten_with_the_log(self):
        self.quietly(email="jan@example.org")
        sync = self.previewed()
        sync.ended_at = "2020-01-01"
        self.env["usercom.sync.line"]._gc_lines()
        self.assertEqual(len(sync.line_ids), 1)


class TestNumbers(SyncCase):
    def test_files_are_expected_for_each_set_of_filled_fields(self):
        self.quietly(email="jan@example.org")
        self.quietly(email="ola@example.org", phone="1")
        self.quietly(email="olga@example.org", phone="2")
        self.quietly(name="Nobody", ref="in")
        self.backend.partner_domain = (
            "['|', ('email', '=like', '%@example.org'), ('ref', '=', 'in')]"
        )
        sync = self.previewed("export")
        self.assertEqual(sync.single_count, 1)
        self.assertIn("6 calls", sync.cost)  # a page, two files, a page to read back, two singly
        sync.action_run()
        self.assertEqual(sync.calls_total, 6)

    def test_numbers_are_written_as_the_reader_writes_them(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.backend.rate_limit = 1
        sync = self.previewed("export", use_csv=False)
        lines = [{"sync_id": sync.id, "kind": "new_there"} for _person in range(5_000)]
        self.env["usercom.sync.line"].create(lines)
        self.assertIn("10,001 calls, 2.8 hours", sync.cost)
        sync.invalidate_recordset(["cost"])
        self.assertRegex(sync.with_context(lang="pl_PL").cost, r"10\s?001, czas: 2,8 ")

    def test_pages_of_visitors_count_too(self):
        self.simulator.seed(*({} for _visitor in range(250)))
        sync = self.previewed("import")
        self.assertFalse(sync.line_ids)
        self.assertIn("3 calls", sync.cost)

    def test_the_preview_takes_as_many_calls_as_user_com_has_pages(self):
        self.simulator.seed(count=250)
        self.simulator.fault(kind="status", status=503, path="/users/", skip=1)
        sync = self.sync()
        sync.action_preview()
        self.drain()
        self.assertEqual(sync.calls_total, 2.5)

    def test_what_is_sent_to_matched_contacts_is_counted(self):
        for number in range(5):
            self.quietly(email=f"n{number}@example.org", phone=str(number))
            self.person(email=f"n{number}@example.org")
        self.quietly(email="new@example.org")
        sync = self.previewed("export", use_csv=False)
        sync.action_run()
        self.assertEqual(sync.calls_total, 1 + 5 + 2)
        self.simulator.fault(kind="status", status=503, method="POST", path="/users/")
        self.drain()
        self.assertEqual(sync.calls_done, 1 + 5)

    def test_a_list_that_is_read_anew_is_counted_once(self):
        self.simulator.seed(count=250)
        self.simulator.fault(kind="status", status=503, path="/users/", skip=1)
        sync = self.sync("import")
        sync.action_preview()
        self.drain()
        self.simulator.clear_faults()
        sync.next_page = f"{self.simulator.url}/api/public/nowhere/"
        self.drain()
        self.assertEqual((sync.state, sync.page_count), ("ready", 3))

    def test_conflicts_are_counted_once_the_preview_is_ready(self):
        self.quietly(email="jan@example.org", phone="111111111")
        self.person(email="jan@example.org", phone_number="222222222")
        sync = self.previewed()
        self.assertEqual(sync.conflict_count, 1)
        sync.action_change()
        self.assertEqual(sync.conflict_count, 0)
