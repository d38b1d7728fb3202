"""CSV files of an initial sync: what happens around them, against a real simulator."""

from .test_sync import SyncCase


class TestHeldBack(SyncCase):
    """Edits of contacts that an import may be about to create."""

    def importing(self):
        """A contact whose file User.com still works on, withdrawing its consent."""
        contact = self.quietly(email="jan@example.org", employee=True)
        self.simulator.settings(import_seconds=600)
        self.sync_under_way = self.previewed("export")
        self.sync_under_way.action_run()
        self.drain()
        contact.employee = False
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
        self.told(id=user_id)
        self.waiting(contact).next_attempt_at = False
        self.drain()
        self.assertIs(self.simulator.user(user_id)["attributes"]["email_consent"], False)
