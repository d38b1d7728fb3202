"""How an initial sync ends, whatever happens to the account and its contacts meanwhile."""

from odoo.exceptions import UserError

from .test_sync import SyncCase


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
