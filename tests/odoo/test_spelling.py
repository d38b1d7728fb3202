"""User.com keeps values as it was given them, which need not be as Odoo spells them."""

from .common import UsercomCase


class TestSpelling(UsercomCase):
    def test_a_user_whose_e_mail_is_in_another_case_is_linked_not_doubled(self):
        """The search for an e-mail minds the case by default."""
        [user_id] = self.simulator.seed({"email": "Jan@Example.org", "city": "Łódź"})["ids"]
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(len(self.simulator.users()), 1)

    def test_users_whose_e_mails_differ_in_case_only_are_not_guessed_between(self):
        ids = self.simulator.seed({"email": "jan@example.org"}, {"email": "Jan@Example.org"})["ids"]
        contact = self.contact(email="jan@example.org")
        self.drain()
        for user_id in ids:
            self.assertIn(str(user_id), self.binding(contact).last_error)

    def test_a_new_person_takes_one_search_and_one_call_more(self):
        self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.calls(), ["GET /users/search/", "POST /users/"])
