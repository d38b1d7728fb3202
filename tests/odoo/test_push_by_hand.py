"""A push by hand looks at the user first: who presses it wants both sides to be the same now."""

from .common import UsercomCase


class TestPushByHand(UsercomCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org", phone="111111111")
        self.user_id = self.binding(self.jan).external_id

    def push(self, partners=None):
        (partners or self.jan).action_usercom_push()
        self.drain()

    def test_where_nothing_differs_it_is_one_read(self):
        self.push()
        self.assertEqual(self.calls(), [f"GET /users/{self.user_id}/"])
        self.assertEqual(self.jan.usercom_state, "synced")

    def test_a_user_deleted_there_is_created_anew(self):
        self.simulator.delete_user(self.user_id)
        self.push()
        [user] = self.simulator.users(email="jan@example.org")
        self.assertEqual(user["phone_number"], "111111111")
        self.assertNotEqual(user["id"], self.user_id)
        self.assertEqual(self.binding(self.jan).external_id, user["id"])
        self.assertEqual(self.jan.usercom_key, str(user["id"]))
        self.assertEqual(self.jan.usercom_state, "synced")

    def test_one_merged_into_another_is_linked_anew(self):
        other = self.person(email="jan@example.org")
        self.merge_there(other, self.user_id)
        self.push()
        self.assertEqual(self.binding(self.jan).external_id, other)
        self.assertEqual(len(self.simulator.users()), 1)

    def test_what_was_changed_there_comes_here(self):
        self.simulator.patch_user(self.user_id, phone_number="222222222")
        self.push()
        self.assertEqual(self.jan.phone, "222222222")
        self.assertFalse(self.calls("PUT"))

    def test_what_was_changed_here_goes_there(self):
        self.jan.name = "Jan Nowak"
        self.simulator.patch_user(self.user_id, phone_number="222222222")
        self.push()
        self.assertEqual(self.remote(self.jan)["name"], "Jan Nowak")
        self.assertEqual(self.jan.phone, "222222222")
        self.assertFalse(self.waiting(self.jan))

    def test_a_custom_id_that_is_due_goes_there_too(self):
        self.backend.custom_id_policy = "email"
        self.push()
        self.assertEqual(self.remote(self.jan)["custom_id"], "jan@example.org")
        self.assertFalse(self.waiting(self.jan))

    def test_an_edit_alone_is_still_one_write(self):
        self.push()
        self.simulator.clear_journal()
        self.jan.phone = "222222222"
        self.drain()
        self.assertEqual(self.calls(), [f"PUT /users/{self.user_id}/"])

    def test_nobody_is_created_anew_without_being_asked(self):
        self.simulator.delete_user(self.user_id)
        self.jan.phone = "222222222"
        self.drain()
        self.assertEqual(self.jan.usercom_state, "gone")
        self.assertFalse(self.simulator.users())
