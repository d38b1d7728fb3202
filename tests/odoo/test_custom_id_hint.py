"""Settings propose the custom id that the users of the account already carry."""

import hashlib

from .common import UsercomCase


class TestCustomIdHint(UsercomCase):
    def hint(self, *users):
        self._fresh_simulator()
        self.simulator.seed(*users)
        self.simulator.clear_journal()
        self.backend.action_authenticate()
        return self.env["res.config.settings"].create({}).usercom_custom_id_hint

    def test_what_most_users_carry_is_proposed(self):
        email = "jan@example.org"
        sha256 = hashlib.sha256(email.encode()).hexdigest()
        for custom_id, text in (
            ("Jan@example.org", "choose “E-mail address”"),
            (sha256, "choose “SHA-256 of the e-mail address”"),
            ("4711", "numbers"),
            ("shop-4711", "cannot make"),
            (None, "no custom ID yet"),
        ):
            with self.subTest(custom_id=custom_id):
                user = {"email": email} | ({"custom_id": custom_id} if custom_id else {})
                self.assertIn(text, self.hint(user, {"email": "anna@example.org"}))

    def test_it_costs_one_call(self):
        self.hint()
        self.assertEqual(self.calls().count("GET /users/"), 1)

    def test_an_account_that_does_not_list_its_users_is_connected_all_the_same(self):
        self._fresh_simulator()
        self.simulator.fault(status=500, path="/users/", method="GET")
        self.backend.action_authenticate()
        self.assertEqual(self.backend.state, "running")
