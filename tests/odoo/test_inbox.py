"""The inbox as a list of what went wrong: whatever is mended stands there no more."""

from .common import UsercomCase


class TestMended(UsercomCase):
    def two_of_one_address(self):
        self.backend.state = "authenticated"
        twins = [self.contact(name=name, email="anna@example.org") for name in ("Anna", "Ewa")]
        self.backend.state = "running"
        return twins

    def doubtful(self):
        """Two contacts whom a user may be, and the failed call about it."""
        anna, ewa = self.two_of_one_address()
        user_id = self.person()
        row = self.receive(id=user_id)
        self.assertEqual((row.state, row.is_ambiguous), ("failed", True))
        return row, user_id, anna, ewa

    def test_once_the_id_is_entered_the_doubt_is_over(self):
        row, user_id, anna, _ewa = self.doubtful()
        anna.usercom_key = str(user_id)
        self.drain()
        self.assertEqual(self.binding(anna).state, "synced")
        self.assertEqual((row.state, row.error), ("done", False))

    def test_a_later_call_that_succeeds_settles_the_earlier_one(self):
        row, user_id, anna, ewa = self.doubtful()
        ewa.email = "ewa@example.org"
        self.receive(id=user_id)
        self.assertEqual(self.binding(anna).external_id, user_id)
        self.assertEqual(row.state, "done")

    def test_a_later_call_by_the_same_name_does_so_too(self):
        twins = [self.person(), self.person()]
        row = self.receive(email="anna@example.org")
        self.assertEqual(row.state, "failed")
        self.simulator.delete_user(twins[0])
        self.receive(email="anna@example.org")
        self.assertEqual(row.state, "done")

    def test_a_value_that_cannot_be_carried_over_stays_until_it_can(self):
        self.pair(self.backend, "lang", "city")
        user_id = self.person(city="Klingon")
        row = self.receive(id=user_id)
        self.receive(id=user_id)
        self.assertEqual(row.state, "failed")
        self.simulator.patch_user(user_id, city="en_US")
        self.receive(id=user_id)
        self.assertEqual(row.state, "done")

    def test_another_users_failure_stays(self):
        row, _user_id, _anna, _ewa = self.doubtful()
        self.receive(id=self.person(email="ola@example.org"))
        self.assertEqual(row.state, "failed")


class TestPullRefused(UsercomCase):
    def test_a_pull_that_cannot_choose_says_so_on_the_contact(self):
        self.backend.state = "authenticated"
        contact = self.contact(email="anna@example.org")
        self.backend.state = "running"
        twins = [self.person(), self.person()]
        contact.action_usercom_pull()
        self.drain()
        self.assertEqual(self.binding(contact).state, "failed")
        for user_id in twins:
            self.assertIn(str(user_id), self.binding(contact).last_error)
