"""CSV files of an initial sync: what happens around them, against a real simulator."""

from unittest.mock import patch

from odoo.addons.usercom_connector.services.initial_sync import csv_import
from odoo.addons.usercom_connector.usercom.imports import ImportCalls

from .common_sync import SyncCase


class TestHeldBack(SyncCase):
    """Edits of contacts that an import may be about to create."""

    def importing(self):
        """A contact whose file User.com still works on, withdrawing its consent."""
        contact = self.quietly(email="jan@example.org", x_email_consent=True)
        self.simulator.settings(import_seconds=600)
        self.sync_under_way = self.previewed("export")
        self.sync_under_way.action_run()
        self.drain()
        contact.x_email_consent = False
        return contact

    def later(self):
        """Long after the sync was touched last."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE usercom_sync SET write_date = write_date - interval '1 hour'")
        self.env.cr.execute("UPDATE usercom_outbox SET next_attempt_at = NULL")
        self.env.invalidate_all()
        self.drain()

    def test_a_sync_that_was_stopped_does_not_hold_them_for_ever(self):
        for stop in ("action_pause", "action_cancel"):
            with self.subTest(stop=stop):
                self._fresh_simulator()
                contact = self.importing()
                getattr(self.sync_under_way, stop)()
                self.drain()
                self.assertFalse(self.simulator.users())  # the import may be under way
                self.later()
                self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)
                self.sync_under_way.state = "cancelled"
                contact.unlink()

    def test_who_is_linked_by_now_is_not_held(self):
        contact = self.importing()
        user_id = self.person(email="jan@example.org", email_consent=True)
        self.receive(id=user_id)
        self.waiting(contact).next_attempt_at = False
        self.drain()
        self.assertIs(self.simulator.user(user_id)["attributes"]["email_consent"], False)

    def test_another_with_the_same_address_waits_too(self):
        self.importing()
        self.contact(email="jan@example.org")
        self.drain()
        self.assertNotIn("POST /users/", self.calls())


class TestNotTaken(SyncCase):
    """A file that User.com did not even look at goes once more; nobody goes singly."""

    def assert_sent_again(self, sync, contact):
        self.drain()
        self.assertEqual((sync.state, sync.error), ("done", False))
        self.assertEqual(self.calls("POST"), ["POST /users/import/"] * 2)
        self.assertFalse(self.line(sync, partner_id=contact).force_single)
        self.assertEqual(self.line(sync, partner_id=contact).result, "done")

    def refused(self, **fault):
        contact = self.quietly(email="jan@example.org")
        sync = self.previewed("export")
        self.simulator.fault(kind="status", path="/users/import/", count=1, **fault)
        self.simulator.clear_journal()
        sync.action_run()
        self.drain()
        self.assertEqual((sync.state, sync.step), ("running", "import"))
        self.assertFalse(sync.is_import_open)
        return sync, contact

    def test_where_it_was_throttled(self):
        sync, contact = self.refused(status=429, headers={"retry-after": "1"})
        self.assertTrue(sync.next_at)
        sync.next_at = False
        self.assert_sent_again(sync, contact)

    def test_where_the_key_was_refused(self):
        for status in (401, 403):
            with self.subTest(status=status):
                self._fresh_simulator()
                sync, contact = self.refused(status=status)
                self.assertEqual(self.backend.state, "paused")
                self.backend.state = "running"
                self.assert_sent_again(sync, contact)
                contact.unlink()


class TestSeveralFiles(SyncCase):
    """A file for each set of filled fields, the longest first."""

    def setUp(self):
        super().setUp()
        self.many = [self.quietly(email=f"n{n}@example.org") for n in range(3)]
        self.few = self.quietly(email="few@example.org", phone="1", x_email_consent=True)
        self.files = []

    def ran_with(self, meanwhile, **values):
        """A finished sync; ``meanwhile`` something happens while the first file is on its way."""
        original = ImportCalls.users

        def send(calls, content, **options):
            self.files.append(content.decode())
            if len(self.files) == 1:
                meanwhile()
                self.env.cr.flush()
            return original(calls, content, **options)

        sync = self.previewed("export", **values)
        self.simulator.clear_journal()
        with patch.object(ImportCalls, "users", send):
            self.run_to_end(sync)
        return sync

    def test_what_was_edited_meanwhile_leaves_in_no_file(self):
        def withdraw():
            self.few.x_email_consent = False

        self.ran_with(withdraw)
        self.assertEqual(len(self.files), 1)
        self.assertNotIn("few@example.org", self.files[0])
        self.assertIs(self.remote(self.few)["attributes"]["email_consent"], False)

    def test_edits_go_between_files(self):
        edited = self.synced(email="edited@example.org")

        def edit():
            self.env["res.partner"].browse(edited.id).phone = "2"

        with patch.object(csv_import, "STEP_SECONDS", 0):
            self.ran_with(edit)
        writes = [call.split("/")[0] for call in self.writes()]
        self.assertEqual(writes, ["POST ", "PUT ", "POST "])

    def test_who_has_the_address_of_another_by_now_is_refused(self):
        other = self.synced(email="other@example.org", phone="7")
        self.quietly(email="differs@example.org", phone="111111111")
        self.person(
            email="differs@example.org", phone_number="222222222"
        )  # whose push is settled first

        def take_the_address(backend, _partners):
            backend.env["res.partner"].browse(other.id).email = "few@example.org"

        with patch.object(type(self.backend), "_after_push", take_the_address):
            sync = self.ran("export")
        self.assertEqual(self.remote(other)["phone_number"], "7")
        line = self.line(sync, partner_id=self.few)
        self.assertEqual(line.result, "failed")
        self.assertIn("same User.com user", line.problems)

    def test_who_goes_singly_after_a_refused_file_is_on_the_way(self):
        """The refusal is in nobody's way any more, so the dashboard does not ask for help."""
        for path, status in (("/users/import/", 400), ("/users/", 503)):
            self.simulator.fault(kind="status", status=status, path=path, method="POST")
        sync = self.previewed("export")
        sync.action_run()
        self.drain()
        self.assertEqual((sync.state, sync.step, sync.error), ("running", "send", False))
        self.assertNotIn("sync", self.backend.dashboard["todo"])

    def test_who_goes_singly_is_counted(self):
        self.simulator.fault(kind="status", status=400, path="/users/import/")
        sync = self.ran("export")
        self.assertEqual((sync.single_count, sync.done_count), (4, 4))
