"""User.com merges users of one e-mail address overnight, and no call tells of it."""

from .common_lists import ListCase


class TestNight(ListCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org", phone="111111111", x_email_consent=True)
        self.first = self.binding(self.jan).external_id

    def night(self, **values):
        """The contact's user is merged into another one, which has a custom id."""
        shop = {"email": "jan@example.org", "custom_id": "shop-7", **values}
        [self.second] = self.simulator.seed(shop)["ids"]
        self.assertEqual(self.simulator.deduplicate(), {str(self.second): [self.first]})

    def compare(self):
        self.due("compare")
        self.drain()
        self.drain()

    def check_linked(self):
        self.assertEqual(self.binding(self.jan).external_id, self.second)
        self.assertEqual(self.binding(self.jan).state, "synced")
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(len(self.found("jan@example.org")), 1)
        self.assertFalse(self.waiting(self.jan))

    def test_a_comparison_links_the_survivor(self):
        self.night()
        self.compare()
        self.check_linked()
        about = [("partner_id", "=", self.jan.id)]
        self.assertFalse(self.env["usercom.drift"].search(about))
        self.assertFalse(self.env["usercom.drift"].search([("external_id", "=", self.second)]))

    def test_so_does_the_list_of_what_changed(self):
        self.night()
        self.due("reconcile")
        self.drain()
        self.check_linked()

    def test_so_does_an_edit_even_of_the_address(self):
        self.night()
        self.jan.write({"email": "jan.nowy@example.org", "phone": "222222222"})
        self.drain()
        self.assertEqual(self.binding(self.jan).external_id, self.second)
        self.assertEqual(self.remote(self.jan)["email"], "jan.nowy@example.org")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_so_does_a_call_that_comes_before_a_new_address_is_sent(self):
        self.night()
        self.jan.email = "jan.nowy@example.org"
        self.receive(id=self.second)
        self.let_a_minute_pass()
        self.drain()
        self.assertFalse(self.found("jan@example.org"))
        self.assertEqual(self.binding(self.jan).external_id, self.second)
        self.assertEqual(self.simulator.user(self.second)["email"], "jan.nowy@example.org")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_who_takes_over_an_address_is_a_new_person_once_the_new_one_was_sent(self):
        self.jan.email = "jan.nowy@example.org"
        self.receive(id=self.person(email="jan@example.org"))
        self.let_a_minute_pass()
        self.drain()
        self.assertEqual(len(self.found("jan@example.org")), 1)
        self.assertEqual(self.binding(self.jan).external_id, self.first)

    def test_of_their_consents_the_stricter_counts(self):
        self.night(email_consent=False)
        self.compare()
        self.check_linked()
        self.assertFalse(self.jan.x_email_consent)
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], False)

    def test_two_users_who_are_both_there_are_told_to_a_person(self):
        [second] = self.simulator.seed({"email": "jan@example.org"})["ids"]
        self.compare()
        self.assertEqual(self.binding(self.jan).external_id, self.first)
        row = self.env["usercom.inbox"].search([("external_id", "=", second)])
        self.assertEqual((row.state, row.is_ambiguous), ("failed", True))


class TestCustomIdsForAll(ListCase):
    """With a custom id of its own a linked user is kept overnight."""

    def matched(self, email="anna@example.org", **values):
        user_id = self.person(email=email, **values)
        self.backend.state = "authenticated"
        contact = self.contact(name="Anna", email=email)
        self.env.cr.flush()
        self.backend.state = "running"
        self.receive(id=user_id)
        self.assertEqual(self.binding(contact).external_id, user_id)
        return contact

    def test_who_is_linked_already_gets_one_once_it_is_chosen(self):
        contact = self.matched()
        self.backend.custom_id_policy = "email"
        self.drain()
        self.assertFalse(self.remote(contact)["custom_id"])
        self.backend.give_custom_ids = True
        self.drain()
        self.assertEqual(self.remote(contact)["custom_id"], "anna@example.org")
        self.assertEqual(self.binding(contact).custom_id, "anna@example.org")

    def test_who_is_matched_later_gets_one_too(self):
        self.backend.write({"custom_id_policy": "email", "give_custom_ids": True})
        contact = self.matched(first_name="Anna")  # of whom nothing else is to be sent
        self.drain()
        self.assertEqual(self.remote(contact)["custom_id"], "anna@example.org")

    def test_who_has_one_is_not_queued(self):
        contact = self.matched(first_name="Anna", custom_id="shop-7")
        self.drain()
        self.backend.write({"custom_id_policy": "email", "give_custom_ids": True})
        self.assertFalse(self.waiting(contact))

    def test_the_one_that_somebody_else_gave_stays(self):
        self.backend.write({"custom_id_policy": "email", "give_custom_ids": True})
        contact = self.matched(custom_id="shop-7")
        self.drain()
        self.assertEqual(self.remote(contact)["custom_id"], "shop-7")
        self.assertFalse(self.waiting(contact))

    def test_the_night_keeps_it(self):
        self.backend.write({"custom_id_policy": "email", "give_custom_ids": True})
        contact = self.matched()
        self.drain()
        self.person()
        self.simulator.deduplicate()
        self.drain()
        self.assertEqual(self.remote(contact)["custom_id"], "anna@example.org")
