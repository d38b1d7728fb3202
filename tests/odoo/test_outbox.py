"""What counts as an edit: the outbox is filled in the edit's own transaction."""

from .common import UsercomCase


class TestOutbox(UsercomCase):
    def test_a_new_contact_is_queued(self):
        self.assertEqual(len(self.waiting(self.contact(email="jan@example.org"))), 1)

    def test_an_edit_of_a_mapped_field_is_queued_once(self):
        contact = self.synced(email="jan@example.org")
        for number in range(5):
            contact.phone = f"+48 22 000 00 0{number}"
            self.env.cr.flush()
        self.assertEqual(len(self.waiting(contact)), 1)

    def test_an_edit_of_another_field_is_not_queued(self):
        contact = self.synced(email="jan@example.org")
        contact.comment = "likes tea"
        self.assertFalse(self.waiting(contact))

    def test_an_edit_rolled_back_is_not_queued(self):
        contact = self.synced(email="jan@example.org")
        with self.assertRaisesRegex(ValueError, "changed my mind"), self.env.cr.savepoint():
            contact.phone = "+48 22 111 11 11"
            self.env.cr.flush()
            raise ValueError("changed my mind")
        self.assertFalse(self.waiting(contact))

    def test_nothing_is_queued_before_the_account_runs(self):
        self.backend.state = "authenticated"
        self.assertFalse(self.waiting(self.contact(email="jan@example.org")))

    def test_a_paused_account_keeps_queueing(self):
        self.backend.action_pause()
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(len(self.waiting(contact)), 1)
        self.assertFalse(self.simulator.users())

    def test_an_edit_makes_no_call(self):
        contact = self.synced(email="jan@example.org")
        contact.phone = "+48 22 111 11 11"
        self.env.cr.flush()
        self.assertEqual(self.calls(), [])

    def test_queueing_a_batch_takes_as_many_queries_as_queueing_one(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(50)]
        )
        self.drain()
        self.env.invalidate_all()

        def queries(records):
            self.drain()
            before = self.env.cr.sql_log_count
            self.env["usercom.outbox"]._enqueue_later(records.ids)
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        queries(contacts)  # warms the caches
        self.assertEqual(queries(contacts[0]), queries(contacts[1:]))
