"""Pages of users that an initial sync reads, against a real simulator."""

import time
from unittest.mock import patch

from .common_sync import SyncCase


class TestReadAhead(SyncCase):
    def with_first_page(self, meanwhile):
        """Let something happen while the first page is stored and the second has been read."""
        happened = []

        def store(backend, _partners):
            if happened:
                return
            happened.append(True)
            until = time.monotonic() + 10
            while len(self.calls("GET")) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            meanwhile(backend.env)

        return patch.object(type(self.backend), "_after_pull", store)

    def consenting(self, count):
        contacts = self.env["res.partner"].create(
            [
                {"name": f"No {n}", "email": f"no{n}@example.org", "x_email_consent": True}
                for n in range(count)
            ]
        )
        self.drain()
        return contacts

    def test_a_page_read_before_a_mass_update_undoes_nothing(self):
        for final_next_404 in (False, True):
            with self.subTest(final_next_404=final_next_404):
                self._fresh_simulator()
                contacts = self.consenting(60)
                self.simulator.settings(page_size=30, final_next_404=final_next_404)
                news = self.binding(contacts[0]).external_id
                self.simulator.patch_user(news, first_name="Anna")
                sync = self.previewed()
                sync.action_run()
                self.simulator.clear_journal()

                def withdraw(env, ids=contacts.ids):
                    env["res.partner"].browse(ids).x_email_consent = False

                with self.with_first_page(withdraw):
                    self.drain()
                self.assertEqual(sync.state, "done")
                self.assertEqual(set(contacts.mapped("x_email_consent")), {False})
                users = self.simulator.users(limit=1000)
                self.assertEqual({user["attributes"]["email_consent"] for user in users}, {False})
                contacts.unlink()
