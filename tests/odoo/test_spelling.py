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

    def test_what_user_com_only_spells_otherwise_is_left_as_odoo_spells_it(self):
        self.simulator.settings(email_store="lower", phone_store="digits")
        contact = self.synced(email="Jan@Example.org", phone="+48 600 700 800")
        self.assertEqual(self.binding(contact).state, "synced")
        self.receive(id=self.binding(contact).external_id)
        self.assertEqual((contact.email, contact.phone), ("Jan@Example.org", "+48 600 700 800"))
        self.assertEqual(self.calls("PUT"), [])

    def test_of_more_than_an_address_the_one_that_odoo_writes_to_is_sent(self):
        for text in ("Jan <Jan@example.org>", "Jan@example.org, office@example.org"):
            with self.subTest(text):
                self._fresh_simulator()
                contact = self.synced(email=text)
                self.assertEqual(self.remote(contact)["email"], "Jan@example.org")
                self.receive(id=self.binding(contact).external_id)
                self.assertEqual((contact.email, self.calls("PUT")), (text, []))
                contact.unlink()

    def cut(self):
        """A contact whose street User.com has cut."""
        self.pair(self.backend, "street", "region")
        contact = self.synced(email="jan@example.org", street="Polna 1")
        self.simulator.settings(too_long="truncate", string_limit=20)
        contact.street = "ulica Kazimierza Wielkiego 12/7"
        self.drain()
        return contact

    def test_a_value_that_user_com_cuts_is_told_and_does_not_come_back(self):
        contact = self.cut()
        error = self.binding(contact).last_error
        for part in (contact.display_name, "Street", "ulica Kazimierza Wie”", "12/7"):
            self.assertIn(part, error)
        self.receive(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual(contact.street, "ulica Kazimierza Wielkiego 12/7")
        self.assertEqual(len(self.calls("PUT")), 1)

    def test_a_value_that_was_cut_is_changed_by_a_later_edit_of_either_side(self):
        contact = self.cut()
        self.simulator.patch_user(self.binding(contact).external_id, region="Leśna 3")
        self.receive(id=self.binding(contact).external_id)
        self.assertEqual(contact.street, "Leśna 3")
        contact.street = "Polna 2"
        self.drain()
        self.assertEqual(self.remote(contact)["region"], "Polna 2")
