"""Contacts merged in Odoo of whom users may have been created by calls without an answer."""

from .common_lists import ListCase
from .common_merge import MergeCase

SURVIVORS = ("synced", "unlinked", "unheard")


class TestMergedUnheard(MergeCase, ListCase):
    """Nobody comes back by the user that was created for the contact merged away."""

    def unheard(self, **values):
        """A contact whose user is created by a call whose answer is lost."""
        contact = self.contact(**values)
        self.simulator.fault(kind="reset", method="POST", apply=True, count=1)
        self.drain()
        self.simulator.clear_faults()
        return contact

    def told_of(self, emails):
        """Calls tell of the users that have these addresses, as far as there still are any."""
        for email in emails:
            for user in self.simulator.users(email=email):
                self.receive(id=user["id"])
        self.come_to_rest()

    def check_one(self, kept, emails):
        """One contact and one user, linked; nobody has come back."""
        users = [user for email in emails for user in self.simulator.users(email=email)]
        self.assertEqual([user["email"] for user in users], [kept.email])
        self.assertEqual(self.binding(kept).external_id, users[0]["id"])
        self.assertEqual(self.binding(kept).state, "synced")
        self.assertEqual(self.env["res.partner"].search([("email", "in", emails)]), kept)

    def merged(self, survivor, case, **values):
        """The contact that remains, as ``survivor`` says, and both addresses."""
        emails = [f"{case}.{name}@example.org" for name in ("lost", "kept")]
        kept = getattr(self, survivor)(name="Jan Kowalski", email=emails[1])
        lost = self.unheard(name="Jan K.", email=emails[0], **values)
        self.merge(lost, kept)
        return kept, emails

    def test_where_a_call_tells_of_that_user_at_once(self):
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor)
                self.told_of(emails)
                self.check_one(kept, emails)

    def test_where_a_call_tells_of_that_user_later(self):
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor)
                self.come_to_rest()
                self.told_of(emails)
                self.check_one(kept, emails)

    def test_where_one_list_tells_of_both_users(self):
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor)
                self.due("reconcile")
                self.come_to_rest()
                self.check_one(kept, emails)

    def test_what_people_changed_there_before_does_not_hide_it(self):
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor, phone="600100200")
                [user] = self.simulator.users(email=emails[0])
                self.simulator.patch_user(user["id"], first_name="Ewa", phone_number="600300400")
                self.come_to_rest()
                self.told_of(emails)
                self.check_one(kept, emails)

    def test_a_no_that_was_said_there_is_heard(self):
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor, x_email_consent=True)
                [user] = self.simulator.users(email=emails[0])
                self.simulator.patch_user(user["id"], email_consent=False)
                self.come_to_rest()
                self.told_of(emails)
                self.check_one(kept, emails)
                self.assertIs(kept.x_email_consent, False)
                self.assertIs(self.remote(kept)["attributes"]["email_consent"], False)

    def test_what_was_emptied_since_does_not_come_back(self):
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor, phone="600100200")
                kept.phone = False
                self.come_to_rest()
                self.told_of(emails)
                self.check_one(kept, emails)
                self.assertFalse(kept.phone)
                self.assertFalse(self.remote(kept)["phone_number"])

    def test_where_that_user_was_never_created(self):
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor)
                for user in self.simulator.users(email=emails[0]):
                    self.simulator.delete_user(user["id"])
                self.come_to_rest()
                self.check_one(kept, emails)

    # ---- contacts that leave before that user is met ----

    def check_gone(self, emails):
        self.assertFalse([user for email in emails for user in self.simulator.users(email=email)])
        self.assertFalse(self.env["res.partner"].search([("email", "in", emails)]))

    def test_whoever_is_archived_takes_that_user_along(self):
        self.backend.removal_policy = "delete"
        for rests in (True, False):
            with self.subTest(rests=rests):
                email = f"{rests}@example.org"
                contact = self.unheard(name="Jan K.", email=email)
                contact.active = False
                if rests:
                    self.come_to_rest()
                    self.assertTrue(self.binding(contact).left_at)
                self.told_of([email])
                self.check_gone([email])

    def test_merged_contacts_that_are_archived_take_that_user_along(self):
        self.backend.removal_policy = "delete"
        for survivor in SURVIVORS:
            with self.subTest(survivor=survivor):
                kept, emails = self.merged(survivor, survivor)
                kept.active = False
                self.come_to_rest()
                self.told_of(emails)
                self.check_gone(emails)

    def test_who_comes_back_from_the_archive_finds_that_user(self):
        self.backend.removal_policy = "delete"
        kept, emails = self.merged("synced", "back")
        kept.active = False
        self.come_to_rest()
        kept.active = True
        self.come_to_rest()
        self.told_of(emails)
        [user] = [user for email in emails for user in self.simulator.users(email=email)]
        self.assertEqual(self.binding(kept).external_id, user["id"])
        self.assertFalse(self.binding(kept).left_at)
