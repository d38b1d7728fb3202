"""What merged contacts say: a "no" of either, else the "yes" that the one person has given."""

from .common_consents import BlacklistCase
from .common_merge import MergeCase


class TestMergedConsents(MergeCase, BlacklistCase):
    def merge_and_settle(self, lost, kept):
        self.merge(lost, kept)
        for _run in range(3):
            self.drain()

    def says_there(self, contact, consent):
        """The contact's user says it, and the call that tells of it waits in the inbox."""
        user_id = self.binding(contact).external_id
        user = self.simulator.patch_user(user_id, email_consent=consent)
        self.call(user_id, user["updated_at"], email_consent=consent)

    def says(self, kept):
        """What the contact and its user say."""
        there = self.remote(kept)["attributes"]["email_consent"]
        return kept.x_email_consent, bool(there)

    def survivors(self):
        """Contacts that nobody has ever asked, one with a user of its own and one without."""
        yield self.synced(name="Jan Nowak", email="linked@example.org")
        yield self.unlinked(name="Jan Nowak", email="unlinked@example.org")

    def test_a_survivor_who_was_never_asked_says_what_the_lost_one_said(self):
        for consent in (True, False):
            for number, kept in enumerate(self.survivors()):
                with self.subTest(consent=consent, kept=kept.email):
                    email = f"lost{number}{consent}@example.org"
                    lost = self.synced(email=email, x_email_consent=True)
                    lost.x_email_consent = consent
                    self.drain()
                    self.merge_and_settle(lost, kept)
                    self.assertEqual(self.says(kept), (consent, consent))
                    said = [("unset", "yes", "odoo"), ("yes", "no", "odoo")]
                    self.assertEqual(self.log(kept), said[: 1 if consent else 2])

    def test_a_yes_that_only_odoo_has_is_sent(self):
        for kept in self.survivors():
            with self.subTest(kept=kept.email):
                lost = self.unlinked(email="only.odoo@example.org", x_email_consent=True)
                self.merge_and_settle(lost, kept)
                self.assertEqual(self.says(kept), (True, True))

    def test_a_yes_that_only_the_lost_ones_user_has_comes_to_odoo(self):
        for number, kept in enumerate(self.survivors()):
            with self.subTest(kept=kept.email):
                lost = self.synced(email=f"lost{number}@example.org")
                self.says_there(lost, True)
                self.merge_and_settle(lost, kept)
                self.assertEqual(self.says(kept), (True, True))
                [(old, new, origin)] = self.log(kept)
                self.assertEqual((old, new), ("unset", "yes"))
                self.assertIn(origin, ("webhook", "sync"))

    def test_a_no_of_the_survivor_wins_over_a_yes_of_the_lost_one(self):
        for number, kept in enumerate(self.survivors()):
            with self.subTest(kept=kept.email):
                kept.x_email_consent = True
                kept.x_email_consent = False
                lost = self.synced(email=f"lost{number}@example.org", x_email_consent=True)
                self.merge_and_settle(lost, kept)
                self.assertEqual(self.says(kept), (False, False))

    def test_a_no_of_either_wins_over_a_yes_that_the_others_user_said_before(self):
        """It agreed on a "no" with its own contact, and knows nothing of the other one's."""
        for number, kept in enumerate(self.survivors()):
            with self.subTest(kept=kept.email):
                lost = self.synced(email=f"lost{number}@example.org", x_email_consent=True)
                refused, refusing = (kept, lost) if self.binding(kept) else (lost, kept)
                for contact in (refused, refusing):
                    contact.x_email_consent = True
                    contact.x_email_consent = False
                    if contact == refused:
                        self.drain()
                self.says_there(refused, True)
                self.merge_and_settle(lost, kept)
                self.assertEqual(self.says(kept), (False, False))

    def test_a_no_that_only_the_lost_ones_user_has_wins_over_its_yes(self):
        for number, kept in enumerate(self.survivors()):
            with self.subTest(kept=kept.email):
                lost = self.synced(email=f"lost{number}@example.org", x_email_consent=True)
                self.says_there(lost, False)
                self.merge_and_settle(lost, kept)
                self.assertEqual(self.says(kept), (False, False))

    def test_so_it_does_where_the_survivor_says_yes_too(self):
        kept = self.synced(email="kept@example.org", x_email_consent=True)
        lost = self.synced(email="lost@example.org", x_email_consent=True)
        self.says_there(lost, False)
        self.merge_and_settle(lost, kept)
        self.assertEqual(self.says(kept), (False, False))

    def test_so_it_does_where_the_merge_there_is_not_answered(self):
        kept = self.synced(email="kept@example.org", x_email_consent=True)
        lost = self.synced(email="lost@example.org", x_email_consent=True)
        self.simulator.patch_user(self.binding(lost).external_id, email_consent=False)
        self.simulator.fault(kind="reset", path="/users/merge/", apply=True, count=1)
        self.merge_and_settle(lost, kept)
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(self.says(kept), (False, False))

    def test_a_no_stands_whose_call_comes_once_the_two_are_one_there(self):
        kept = self.synced(email="kept@example.org", x_email_consent=True)
        lost = self.synced(email="lost@example.org", x_email_consent=True)
        lost_id = self.binding(lost).external_id
        self.simulator.patch_user(lost_id, email_consent=False)
        user = self.simulator.user(lost_id)
        self.merge(lost, kept)
        self.merge_there(self.binding(kept).external_id, lost_id)  # somebody there is faster
        self.drain()
        self.call(lost_id, user["updated_at"], email_consent=False)
        for _run in range(3):
            self.drain()
        self.assertEqual(self.says(kept), (False, False))

    def test_a_no_that_was_taken_back_in_odoo_is_none_any_more(self):
        kept = self.synced(email="kept@example.org", x_email_consent=True)
        lost = self.synced(email="lost@example.org", x_email_consent=True)
        lost.x_email_consent = False
        self.drain()
        lost.x_email_consent = True
        self.merge_and_settle(lost, kept)
        self.assertEqual(self.says(kept), (True, True))

    def test_a_survivor_on_the_blacklist_stays_there(self):
        self.pair_email_consent()
        kept = self.synced(email="jan@example.org")
        self.blacklist._add("jan@example.org")
        self.drain()
        lost = self.synced(email="lost@example.org", x_email_consent=True)
        self.merge_and_settle(lost, kept)
        self.assertTrue(self.blocked())
        self.assertEqual(self.says(kept), (False, False))
        self.assertEqual(self.log(kept, "unsubscribed"), [("unset", "no", "odoo")])
