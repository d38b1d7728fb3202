"""Contacts merged in Odoo: the survivor keeps its user, and nobody is left behind."""

from datetime import timedelta

from odoo import fields

from odoo.addons.usercom_connector.services.account.connection import Connection
from odoo.addons.usercom_connector.services.drain.tasks import Settlement
from odoo.addons.usercom_connector.services.queue.blocking import PATIENCE
from odoo.addons.usercom_connector.services.queue.claims import URGENT, InboxClaims, OutboxClaims
from odoo.addons.usercom_connector.usercom.jobs import Outcome

from .common_merge import MergeCase


class TestPartnerMerge(MergeCase):
    def test_two_linked_contacts_become_one_user(self):
        lost = self.synced(name="Jan K.", email="jan@example.org", phone="1")
        kept = self.synced(name="Jan Kowalski", email="jan.k@example.org")
        kept_id, lost_id = (self.binding(each).external_id for each in (kept, lost))
        self.merge(lost, kept)
        self.assertEqual(self.binding(kept).external_id, kept_id)
        self.drain()
        self.assertEqual([user["id"] for user in self.simulator.users()], [kept_id])
        self.assertEqual(self.remote(kept)["phone_number"], "1")
        self.assertEqual(self.remote(kept)["email"], "jan.k@example.org")
        row = self.env["usercom.outbox"].search([("external_id", "=", lost_id)])
        self.assertEqual((row.operation, row.state), ("merge", "done"))

    def test_the_survivor_without_a_user_takes_over_the_losers(self):
        lost = self.synced(email="jan@example.org", phone="1")
        kept = self.unlinked(name="Jan Nowak", email="jan@example.org")
        user_id = self.binding(lost).external_id
        self.merge(lost, kept)
        self.assertEqual(self.binding(kept).external_id, user_id)
        self.assertEqual(kept.usercom_key, str(user_id))
        self.drain()
        self.assertEqual(self.remote(kept)["last_name"], "Nowak")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_merging_the_second_contact_of_an_e_mail_with_the_first_heals_it(self):
        first = self.synced(name="Anna Nowak", email="jan@example.org")
        second = self.synced(name="Ewa Lis", email="jan@example.org")
        user_id = self.binding(first).external_id
        self.merge(first, second)
        self.drain()
        self.assertEqual(self.binding(second).external_id, user_id)
        self.assertEqual(self.binding(second).state, "synced")
        self.assertEqual(self.remote(second)["first_name"], "Ewa")

    def test_three_become_one(self):
        contacts = [self.synced(email=f"{n}@example.org") for n in range(2)]
        kept = self.unlinked(email="2@example.org")
        user_id = self.binding(contacts[0]).external_id
        self.merge(*contacts, kept)
        self.drain()
        self.assertEqual(self.binding(kept).external_id, user_id)
        self.assertEqual([user["id"] for user in self.simulator.users()], [user_id])

    def test_a_user_created_unheard_for_the_survivor_becomes_one_with_the_losers(self):
        lost = self.synced(email="a@example.org")
        kept = self.contact(email="b@example.org")
        self.simulator.fault(kind="reset", method="POST", apply=True, count=1)
        self.drain()
        self.simulator.clear_faults()
        self.merge(lost, kept)
        self.drain()
        first, second = sorted(user["id"] for user in self.simulator.users())
        self.receive(id=second)
        self.drain()
        self.assertEqual([user["id"] for user in self.simulator.users()], [first])
        self.assertEqual(self.binding(kept).external_id, first)
        self.assertEqual(self.remote(kept)["email"], "b@example.org")

    def test_a_user_of_whom_nothing_was_known_may_be_merged_already(self):
        kept = self.synced(email="a@example.org")
        user_id = self.binding(kept).external_id
        self.env["usercom.outbox"]._enqueue_merge(self.backend, user_id, [user_id + 1000])
        self.drain()
        self.assertEqual(self.env["usercom.outbox"].search([("state", "!=", "done")]).ids, [])
        self.assertEqual([user["id"] for user in self.simulator.users()], [user_id])

    def test_contacts_with_changes_on_their_way_can_be_merged(self):
        lost, kept = (self.synced(email=f"{name}@example.org") for name in ("a", "b"))
        (lost + kept).write({"phone": "2"})
        self.env.cr.flush()
        self.merge(lost, kept)
        self.assertEqual(len(self.waiting(kept)), 1)
        self.drain()
        self.assertEqual(self.remote(kept)["phone_number"], "2")

    def test_contacts_can_be_edited_and_merged_in_one_transaction(self):
        lost, kept = (self.synced(email=f"{name}@example.org") for name in ("a", "b"))
        kept.message_subscribe(lost.ids)  # Odoo moves followers within a savepoint
        (lost + kept).write({"phone": "2"})
        self.merge(lost, kept)
        self.assertEqual(len(self.waiting(kept)), 1)
        self.drain()
        self.assertEqual(self.remote(kept)["phone_number"], "2")

    def test_contacts_can_be_merged_and_edited_in_one_transaction(self):
        lost, kept = (self.synced(email=f"{name}@example.org") for name in ("a", "b"))
        self.merge(lost, kept)
        kept.phone = "2"
        self.drain()
        self.assertEqual(self.remote(kept)["phone_number"], "2")

    def test_a_withdrawal_stays_urgent_when_its_contact_is_merged(self):
        lost, kept = (
            self.synced(email=f"{name}@example.org", x_email_consent=True) for name in "ab"
        )
        lost.x_email_consent = False
        self.merge(lost, kept)
        self.assertEqual(self.waiting(kept).priority, URGENT)
        self.drain()
        self.assertIs(self.remote(kept)["attributes"]["email_consent"], False)

    def test_a_merge_removes_no_user_by_the_policy(self):
        self.backend.removal_policy = "delete"
        lost = self.synced(email="jan@example.org")
        kept = self.unlinked(email="jan@example.org")
        self.merge(lost, kept)
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(self.calls("DELETE"), [])

    def test_a_survivor_whose_user_is_gone_takes_over_the_losers(self):
        kept = self.synced(email="a@example.org")
        lost = self.synced(email="b@example.org")
        self.simulator.delete_user(self.binding(kept).external_id)
        kept.phone = "2"
        self.drain()
        user_id = self.binding(lost).external_id
        self.merge(lost, kept)
        self.assertEqual(self.binding(kept).external_id, user_id)

    def test_where_the_survivors_user_was_deleted_there_the_losers_takes_its_place(self):
        self.backend.mapping_ids.conflict_policy = "usercom"
        kept = self.synced(name="Jan Kowalski", email="a@example.org", phone="1")
        lost = self.synced(email="b@example.org")
        self.simulator.delete_user(self.binding(kept).external_id)
        user_id = self.binding(lost).external_id
        self.merge(lost, kept)
        for _run in range(3):
            self.drain()
        self.assertEqual([user["id"] for user in self.simulator.users()], [user_id])
        self.assertEqual(self.binding(kept).external_id, user_id)
        self.assertEqual(self.binding(kept).state, "synced")
        self.assertEqual(self.remote(kept)["email"], "a@example.org")
        self.assertEqual(self.remote(kept)["phone_number"], "1")
        self.assertFalse(self.env["usercom.tombstone"].search([("external_id", "=", user_id)]))
        kept.phone = "2"
        self.drain()
        self.assertEqual(self.remote(kept)["phone_number"], "2")

    def test_a_no_of_either_is_not_lost_where_the_survivors_user_was_deleted_there(self):
        for refusing in ("kept", "lost", "user"):
            with self.subTest(refusing=refusing):
                kept, lost = (
                    self.synced(email=f"{refusing}.{name}@example.org", x_email_consent=True)
                    for name in "ab"
                )
                self.simulator.delete_user(self.binding(kept).external_id)
                user_id = self.binding(lost).external_id
                if refusing == "user":
                    self.simulator.patch_user(user_id, email_consent=False)
                else:
                    (kept if refusing == "kept" else lost).x_email_consent = False
                self.merge(lost, kept)
                for _run in range(3):
                    self.drain()
                self.assertFalse(kept.x_email_consent)
                user = self.simulator.user(user_id)
                self.assertIs(user["attributes"]["email_consent"], False)

    def test_where_the_survivors_user_was_merged_away_there_all_become_one(self):
        kept = self.synced(email="a@example.org")
        lost = self.synced(email="b@example.org")
        there = self.person(email="a@example.org")
        self.simulator.delete_user(self.binding(kept).external_id)
        self.merge(lost, kept)
        for _run in range(3):
            self.drain()
        self.assertEqual([user["id"] for user in self.simulator.users()], [there])
        self.assertEqual(self.binding(kept).external_id, there)

    def test_a_loser_whose_user_was_deleted_there_leaves_the_survivor_as_it_is(self):
        kept = self.synced(email="a@example.org")
        lost = self.synced(email="b@example.org")
        self.person(email="a@example.org")  # a second one of that address, who is not asked about
        lost_id, user_id = (self.binding(each).external_id for each in (lost, kept))
        self.simulator.delete_user(lost_id)
        self.merge(lost, kept)
        self.drain()
        self.assertEqual(self.binding(kept).external_id, user_id)
        self.assertEqual(self.binding(kept).state, "synced")
        row = self.env["usercom.outbox"].search([("external_id", "=", lost_id)])
        self.assertEqual((row.operation, row.state), ("merge", "done"))

    def test_news_of_a_user_merged_away_bring_back_nobody(self):
        lost, kept = (self.synced(email=f"{name}@example.org") for name in ("a", "b"))
        lost_id = self.binding(lost).external_id
        self.merge(lost, kept)
        self.put(id=lost_id)
        self.drain()
        self.assertFalse(self.found("a@example.org"))


class TestSurvivorsGone(MergeCase):
    """The survivor's user has gone before the other one's could be merged into it."""

    def waiting_for_the_merge(self):
        """The survivor and the ids of both users, whose merge has failed."""
        kept, lost = (self.synced(email=f"{name}@example.org", phone="1") for name in ("a", "b"))
        kept_id, lost_id = (self.binding(each).external_id for each in (kept, lost))
        self.merge(lost, kept)
        self.simulator.fault(kind="status", status=500, method="POST")
        self.drain()
        self.simulator.clear_faults()
        self.assertEqual(self.merges().state, "pending")
        in_an_hour = fields.Datetime.now() + timedelta(hours=1)  # not within the next drain
        self.merges().write({"retries": 1, "next_attempt_at": in_an_hour})
        return kept, kept_id, lost_id

    def merges(self):
        return self.env["usercom.outbox"].search([("operation", "=", "merge")])

    def push_by_hand(self, contact):
        self.env["usercom.outbox"]._queue_by_hand(self.backend, contact)

    def check_the_only_user(self, contact, user_id):
        self.assertEqual([user["id"] for user in self.simulator.users()], [user_id])
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(self.binding(contact).state, "synced")
        self.assertEqual(contact.usercom_key, str(user_id))
        self.assertEqual(self.remote(contact)["email"], contact.email)

    def test_who_is_pushed_by_hand_gets_the_losers_user(self):
        kept, kept_id, lost_id = self.waiting_for_the_merge()
        self.simulator.delete_user(kept_id)
        self.receive(id=kept_id)
        self.assertEqual(self.binding(kept).state, "gone")
        self.push_by_hand(kept)
        self.come_to_rest()
        self.check_the_only_user(kept, lost_id)

    def test_who_is_pushed_by_hand_waits_for_a_merge_that_takes_long(self):
        """Nothing of it waits any more where the merge has failed several times."""
        kept, kept_id, lost_id = self.waiting_for_the_merge()
        self.merges().retries = PATIENCE
        self.simulator.delete_user(kept_id)
        self.push_by_hand(kept)
        self.drain()
        self.assertEqual(self.simulator.users()[0]["id"], lost_id)
        self.come_to_rest()
        self.check_the_only_user(kept, lost_id)

    def test_who_is_created_anew_by_a_comparison_gets_the_losers_user(self):
        kept, kept_id, lost_id = self.waiting_for_the_merge()
        self.simulator.delete_user(kept_id)
        drift = {"backend_id": self.backend.id, "partner_id": kept.id, "kind": "only_odoo"}
        self.env["usercom.drift"].create(drift).action_repair_in_usercom()
        self.come_to_rest()
        self.check_the_only_user(kept, lost_id)

    def test_a_merge_that_has_failed_for_good_is_retried_into_who_was_created_anew(self):
        for state in ("failed", "dismissed"):
            with self.subTest(state=state):
                kept, kept_id, _lost_id = self.waiting_for_the_merge()
                merge = self.merges()
                merge._fail("User.com failed.")
                merge.state = state
                for gone_id in (kept_id, None):
                    self.simulator.delete_user(gone_id or self.binding(kept).external_id)
                    self.push_by_hand(kept)
                    self.come_to_rest()
                later = self.binding(kept).external_id
                merge.action_retry()
                self.come_to_rest()
                self.check_the_only_user(kept, later)
                self.simulator.delete_user(later)
                kept.unlink()
                self.merges().unlink()

    def test_who_is_anonymized_meanwhile_is_erased(self):
        kept, _kept_id, _lost_id = self.waiting_for_the_merge()
        kept._usercom_anonymize()
        self.assertEqual(kept.usercom_state, "erased")
        self.assertFalse(self.binding(kept).former_ids)
        self.come_to_rest()
        self.assertEqual(self.merges().state, "done")

    def test_who_is_archived_and_deleted_there_does_not_wait_for_anything(self):
        self.backend.removal_policy = "delete"
        kept, _kept_id, _lost_id = self.waiting_for_the_merge()
        self.merges()._fail("User.com failed.")
        kept.active = False
        self.come_to_rest()
        self.assertEqual(kept.usercom_state, "absent")
        self.merges().action_retry()
        self.come_to_rest()
        self.assertFalse(self.simulator.users())

    def test_where_neither_is_left_one_is_created(self):
        kept, kept_id, lost_id = self.waiting_for_the_merge()
        for user_id in (kept_id, lost_id):
            self.simulator.delete_user(user_id)
        self.push_by_hand(kept)
        self.come_to_rest()
        [user] = self.simulator.users()
        self.check_the_only_user(kept, user["id"])

    def test_where_the_survivor_is_another_user_by_now_all_become_one(self):
        kept, kept_id, lost_id = self.waiting_for_the_merge()
        later = self.person(email="a@example.org")
        self.simulator.delete_user(kept_id)
        self.receive(id=later)
        self.assertEqual(self.binding(kept).external_id, later)
        self.come_to_rest()
        self.check_the_only_user(kept, later)

    def test_where_the_survivor_was_deleted_too_the_policy_is_followed_for_both(self):
        for policy, left in (("delete", 0), ("unsubscribe", 1), ("keep", 1)):
            with self.subTest(policy=policy):
                self.backend.removal_policy = policy
                kept, kept_id, lost_id = self.waiting_for_the_merge()
                self.simulator.delete_user(kept_id)
                kept.unlink()
                self.come_to_rest()
                users = self.simulator.users()
                self.assertEqual([user["id"] for user in users], [lost_id][:left])
                self.assertEqual(
                    [user["unsubscribed"] for user in users], [policy == "unsubscribe"][:left]
                )
                for user in users:
                    self.simulator.delete_user(user["id"])
                self.merges().unlink()


class TestUnderWay(MergeCase):
    """The loser's push runs while the contacts are merged."""

    def merged_meanwhile(self, lost, kept):
        self.meanwhile(lost, lambda: self.merge(lost, kept))

    def meanwhile(self, contact, happens):
        self.env.cr.flush()
        row = OutboxClaims(self.backend).claim(0, self.waiting(contact).id)
        [task] = row._tasks(self.backend)
        with Connection(self.backend).client() as client:
            result = task.job.run(client)
            happens()
            Settlement(self.backend, client).store([Outcome(task, result)])
        self.drain()

    def one_user_is_left(self, kept, user_id):
        self.assertEqual(self.binding(kept).external_id, user_id)
        self.assertEqual(kept.usercom_key, str(user_id))
        self.assertEqual([user["id"] for user in self.simulator.users()], [user_id])

    def test_the_survivor_keeps_its_user(self):
        kept, lost = (self.synced(email=f"{name}@example.org") for name in ("a", "b"))
        user_id = self.binding(kept).external_id
        lost.phone = "2"
        self.merged_meanwhile(lost, kept)
        self.one_user_is_left(kept, user_id)

    def test_a_user_created_for_the_loser_is_merged_too(self):
        kept = self.synced(email="a@example.org")
        user_id = self.binding(kept).external_id
        self.merged_meanwhile(self.contact(email="b@example.org"), kept)
        self.one_user_is_left(kept, user_id)

    def test_a_call_about_the_user_just_created_links_the_same(self):
        """It may be dealt with before the answer to the push is."""
        contact = self.contact(email="b@example.org")

        def linked():
            [user] = self.simulator.users()
            row = self.put(id=user["id"])
            [task] = InboxClaims(self.backend).claim(0)._tasks(self.backend)
            with Connection(self.backend).client() as client:
                outcome = Outcome(task, task.job.run(client))
                Settlement(self.backend, client).store([outcome])
            self.assertEqual((row.state, row.partner_id), ("done", contact))

        self.meanwhile(contact, linked)
        self.one_user_is_left(contact, self.simulator.users()[0]["id"])
        self.assertEqual(self.env["usercom.outbox"].search([]).partner_id, contact)
        self.assertFalse(self.env["usercom.tombstone"].search([]))
