"""New users of an initial sync, sent as one CSV file, against a real simulator."""

from unittest.mock import patch

from odoo.addons.usercom_connector.services.initial_sync import csv_import

from .common_sync import SyncCase


class TestFile(SyncCase):
    def test_new_users_come_in_one_call_and_are_read_back(self):
        for number in range(30):
            self.quietly(name=f"Jan No{number}", email=f"n{number}@example.org", phone="1")
        sync = self.previewed()
        self.simulator.clear_journal()
        self.run_to_end(sync)
        self.assertEqual(self.calls("POST"), ["POST /users/import/"])
        self.assertEqual(len(self.calls("GET /users/")), 2)
        self.assertEqual(len(self.simulator.users()), 30)
        self.assertEqual(set(sync.line_ids.mapped("result")), {"done"})
        self.assertEqual(set(sync.line_ids.partner_id.mapped("usercom_state")), {"synced"})
        contact = self.found("n7@example.org")
        self.assertEqual(self.remote(contact)["name"], "Jan No7")
        contact.phone = "2"
        self.simulator.clear_journal()
        self.drain()
        self.assertEqual(len(self.calls()), 1)  # both agree on all else

    def test_automations_are_off_unless_chosen(self):
        for chosen, fired in ((False, 0), (True, 1)):
            with self.subTest(chosen=chosen):
                self.simulator.automations({"trigger": "new_user", "url": "http://127.0.0.1:9/"})
                self.quietly(email=f"{chosen}@example.org".lower())
                self.ran(trigger_automations=chosen)
                self.simulator.quiet()
                self.assertEqual(len(self.simulator.journal(kind="outgoing")), fired)

    def test_automations_are_chosen_wherever_user_com_reads_it(self):
        self.simulator.automations({"trigger": "new_user", "url": "http://127.0.0.1:9/"})
        for read_from in ("query", "form"):
            with self.subTest(read_from=read_from):
                self.simulator.settings(import_automations=read_from)
                self.simulator.clear_journal()
                self.quietly(email=f"{read_from}@example.org")
                self.ran(trigger_automations=True)
                self.simulator.quiet()
                self.assertEqual(len(self.simulator.journal(kind="outgoing")), 1)

    def test_it_gives_no_consent_that_nobody_gave(self):
        silent = self.quietly(email="silent@example.org")
        yes = self.quietly(email="yes@example.org", x_email_consent=True)
        no = self.quietly(email="no@example.org", x_email_consent=True)
        no.x_email_consent = False
        self.env["mail.blacklist"]._add("no@example.org")
        self.env.cr.flush()
        self.waiting(no).unlink()
        self.ran("export")
        consents = [
            self.remote(contact)["attributes"].get("email_consent") for contact in (silent, yes, no)
        ]
        self.assertEqual(consents, [None, True, False])
        self.assertTrue(self.remote(no)["unsubscribed"])
        self.assertFalse(self.remote(silent)["unsubscribed"])

    def test_rows_that_user_com_refuses_go_singly(self):
        good = self.quietly(email="good@example.org")
        bad = self.quietly(name="Jan Zły", email="bad@example.org", phone="x" * 70)
        mended = self.quietly(name="Ola", email="late@example.org", phone="222222222")
        self.simulator.settings(invalid_phone="reject")
        mended.phone = "no phone"
        self.env.cr.flush()
        self.waiting(mended).unlink()
        sync = self.ran("export")
        self.assertEqual(self.line(sync, partner_id=good).result, "done")
        self.assertEqual(self.line(sync, partner_id=mended).result, "failed")
        self.assertIn("valid phone number", self.line(sync, partner_id=mended).problems)
        self.assertEqual(self.line(sync, partner_id=bad).result, "failed")
        self.assertTrue(self.remote(bad))  # all but its phone number
        self.assertEqual(sync.failed_count, 2)

    def test_a_file_that_is_too_long_is_sent_in_parts(self):
        for number in range(30):
            self.quietly(email=f"n{number}@example.org")
        self.simulator.settings(import_limit=15)
        with (
            patch.object(csv_import, "CHUNK", 40),
            patch.object(csv_import, "LEAST", 5),
        ):
            self.ran("export")
        self.assertEqual(len(self.simulator.users()), 30)
        self.assertEqual(self.calls("POST"), ["POST /users/import/"] * 5)

    def test_a_refusal_that_was_got_round_is_not_told_in_the_end(self):
        contact = self.quietly(email="jan@example.org")
        self.simulator.fault(status=400, body={"detail": "no imports"}, path="/users/import/")
        sync = self.ran("export")
        self.assertTrue(self.remote(contact))
        self.assertFalse(sync.error)

    def test_an_import_in_the_background_is_waited_for(self):
        self.quietly(email="jan@example.org")
        self.simulator.settings(import_seconds=1)
        sync = self.previewed("export")
        sync.action_run()
        self.drain()
        self.assertEqual(sync.step, "verify")
        self.simulator.quiet(1)
        sync.next_at = False
        self.drain()
        self.assertEqual((sync.state, sync.done_count), ("done", 1))
        self.assertEqual(len(self.simulator.users()), 1)

    def test_a_lost_answer_doubles_nobody(self):
        for matches in (True, False):
            with self.subTest(import_matches_email=matches):
                self._fresh_simulator()
                self.simulator.settings(import_matches_email=matches)
                self.quietly(email=f"{matches}@example.org".lower())
                self.simulator.fault(kind="reset", apply=True, path="/users/import/", count=1)
                sync = self.ran("export")
                self.assertEqual(len(self.simulator.users()), 1)
                self.assertEqual(sync.done_count, 1)
                self.env["usercom.binding"].search([]).unlink()
                self.found(f"{matches}@example.org".lower()).unlink()

    def test_an_edit_during_an_import_waits_for_its_end(self):
        contact = self.quietly(email="jan@example.org", phone="111111111")
        self.simulator.settings(import_seconds=2)
        sync = self.previewed("export")
        sync.action_run()
        self.drain()
        contact.phone = "222222222"
        self.drain()
        self.assertNotIn("POST /users/", self.calls())
        self.simulator.quiet(2)
        sync.next_at = False
        self.drain()
        self.waiting(contact).next_attempt_at = False
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "222222222")
        self.assertEqual(len(self.simulator.users()), 1)


class TestFileOfOldAnswer(TestFile):
    """The same where the whole report comes at once."""

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.settings(import_answer="report")
