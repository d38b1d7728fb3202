"""CSV files that User.com imports in the background: asked after, and waited for."""

from datetime import timedelta

from .common_sync import SyncCase

STATUS = "GET /import/status/"


class TestImportStatus(SyncCase):
    def importing(self, contacts=1, **settings):
        """A sync whose file User.com has taken."""
        self.simulator.settings(**settings)
        for number in range(contacts):
            self.quietly(email=f"jan{number}@example.org")
        sync = self.previewed("export")
        self.simulator.clear_journal()
        sync.action_run()
        self.drain()
        return sync

    def later(self, sync, **waited):
        """The next run of the drain, so much later as far as the sync goes."""
        sync.next_at = False
        if waited:
            sync.import_seen_at -= timedelta(**waited)
        self.simulator.clear_journal()
        self.drain()

    def test_no_user_is_read_before_the_import_has_ended(self):
        sync = self.importing(import_seconds=600)
        self.assertEqual((sync.step, sync.error), ("verify", False))
        self.assertEqual(len(sync.import_ids), 1)
        self.assertEqual(self.calls().count(STATUS), 1)
        self.assertTrue(sync.next_at)
        self.later(sync)  # as after a restart, too
        self.assertEqual(self.calls(), [STATUS])
        self.assertFalse(sync.line_ids.filtered("force_single"))

    def test_the_next_file_leaves_without_waiting_for_the_last(self):
        sync = self.previewed("export")
        self.assertEqual(sync.state, "ready")
        sync.action_cancel()
        filled = {"email": "ola@example.org", "phone": "600100200"}
        self.quietly(**filled)  # another filling, so another file
        sync = self.importing(import_seconds=600)
        self.assertEqual(self.calls("POST"), ["POST /users/import/"] * 2)
        self.assertEqual(len(sync.import_ids), 2)
        self.assertNotIn("GET /users/search/", self.calls())

    def test_users_who_appear_after_the_end_are_not_created_twice(self):
        for answer in ("id", "report"):
            with self.subTest(answer=answer):
                self._fresh_simulator()
                self.env["res.partner"].search([("email", "=like", "jan%")]).unlink()
                sync = self.importing(
                    2, import_appears_after=3, import_matches_email=False, import_answer=answer
                )
                self.assertEqual((sync.step, sync.import_left), ("verify", 2))
                self.later(sync, minutes=10)
                self.simulator.quiet(3)
                self.later(sync)
                self.assertEqual((sync.state, sync.done_count), ("done", 2))
                self.assertEqual(len(self.simulator.users()), 2)
                self.assertNotIn("POST /users/", self.calls())

    def test_an_edit_waits_as_long_as_its_user_may_appear(self):
        sync = self.importing(import_appears_after=3)
        self.line(sync, kind="new_there").partner_id.phone = "600100200"
        self.drain()
        self.assertNotIn("POST /users/", self.calls())

    def test_who_never_appears_goes_singly_in_the_end(self):
        sync = self.importing(import_appears_after=600)
        self.later(sync, minutes=16)
        self.drain()
        self.assertEqual(sync.state, "done")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_an_import_that_does_not_end_is_given_up(self):
        sync = self.importing(import_seconds=600)
        self.later(sync, hours=2)
        self.assertFalse(sync.import_ids)
        self.later(sync, minutes=16)
        self.drain()
        self.assertEqual(sync.state, "done")

    def test_where_user_com_does_not_tell_reading_back_does(self):
        sync = self.importing(import_seconds=1, import_status="absent")
        self.assertEqual((sync.step, sync.import_ids), ("verify", False))
        self.simulator.quiet(1)
        self.later(sync)
        self.assertEqual((sync.state, sync.done_count), ("done", 1))
        self.assertEqual(len(self.simulator.users()), 1)

    def test_an_outage_of_the_status_is_told_and_gone_on_after(self):
        self.simulator.fault(kind="status", status=502, path="/import/status/", count=1)
        sync = self.importing()
        self.assertTrue(sync.error)
        self.later(sync)
        self.assertEqual((sync.state, sync.error), ("done", False))
