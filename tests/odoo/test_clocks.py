"""Our clock and User.com's differ; what no call told of is read all the same."""

from datetime import timedelta

from odoo import fields

from odoo.addons.usercom_connector.services.account.connection import Connection

from .common_lists import ListCase


class TestClocks(ListCase):
    def begin(self, minutes=0):
        """A contact whose user is of a User.com whose clock is so many minutes ahead."""
        self.simulator.settings(clock_offset=60 * minutes)
        self.jan = self.synced(email=f"jan{abs(minutes)}@example.org", phone="111111111")

    def changed_there(self, phone):
        self.simulator.patch_user(self.binding(self.jan).external_id, phone_number=phone)

    def hour_passes(self):
        """The next reconciliation is due."""
        sweep = self.sweep("reconcile")
        sweep.started_at = fields.Datetime.now() - timedelta(hours=2)
        self.drain()

    def test_a_change_is_read_that_looks_older_than_the_last_reading(self):
        for minutes in (-15, 20):
            with self.subTest(minutes=minutes):
                self.begin(minutes)
                self.due("reconcile")
                self.drain()
                self.changed_there(f"60010020{minutes % 7}")
                self.hour_passes()
                self.assertEqual(self.jan.phone, f"60010020{minutes % 7}")

    def test_a_process_that_has_heard_no_answer_yet_asks_for_the_time(self):
        self.begin(-15)
        self.due("reconcile")
        Connection(self.backend).clock().offset = None
        self.drain()
        self.changed_there("600100200")
        Connection(self.backend).clock().offset = None
        self.hour_passes()
        self.assertEqual(self.jan.phone, "600100200")

    def test_after_a_jump_of_our_clock_the_next_list_is_not_empty(self):
        self.begin()
        ahead = fields.Datetime.now() + timedelta(days=3)
        self.sweep("reconcile").write({"started_at": ahead, "read_until": ahead})
        self.changed_there("600100200")
        self.drain()
        self.assertEqual(self.jan.phone, "600100200")
        self.assertLess(self.sweep("reconcile").read_until, ahead - timedelta(days=2))

    def test_of_two_changes_the_newer_one_by_one_clock_wins(self):
        self.backend.mapping_ids.conflict_policy = "newest"
        self.begin(-15)
        self.jan.phone = "222222222"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = write_date - interval '1 minute' WHERE id = %s",
            [self.jan.id],
        )
        self.env.invalidate_all()
        self.changed_there("333333333")
        self.receive(id=self.binding(self.jan).external_id)
        self.drain()
        self.assertEqual(self.jan.phone, "333333333")
