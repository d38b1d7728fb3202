"""What is too long for an index fails by itself; all else arrives."""

import random
import string

from odoo.tools import mute_logger

from .common import UsercomCase

LONG = "".join(random.Random(1).choices(string.ascii_letters, k=10_000))


class TestOverLong(UsercomCase):
    def answers(self, user_id, **values):
        """Have User.com answer so, as its documentation does not allow."""
        known = self.simulator.user(user_id)
        names = ("id", "email", "first_name", "last_name", "phone_number", "updated_at")
        body = {name: known[name] for name in names} | values
        self.simulator.fault(status=200, path=f"/users/{user_id}/", method="GET", body=body)
        return user_id

    def test_of_a_new_person_only_the_long_value_is_left(self):
        self.pair(self.backend, "ref", "region", direction="import")
        row = self.receive(id=self.answers(self.person(phone_number="123456789"), region=LONG))
        self.assertEqual(row.state, "failed")
        contact = self.found()
        self.assertEqual((contact.phone, contact.ref), ("123456789", False))
        for word in ("anna@example.org", "Reference", LONG[:80], "longer than 500 characters"):
            self.assertIn(word, row.error)

    def test_a_long_name_is_left_as_it_was(self):
        contact = self.synced(name="Anna Nowak", email="anna@example.org")
        user_id = self.binding(contact).external_id
        self.answers(user_id, last_name=LONG, phone_number="123456789")
        row = self.receive(id=user_id)
        self.assertEqual((contact.name, contact.phone), ("Anna Nowak", "123456789"))
        self.assertIn("longer than 500 characters", row.error)

    def test_a_person_whose_name_is_too_long_gets_another_name(self):
        self.receive(id=self.answers(self.person(), name=LONG))
        self.assertEqual(self.found().name, "anna@example.org")

    def test_a_long_custom_id_is_told_and_not_kept(self):
        row = self.receive(id=self.answers(self.person(phone_number="123456789"), custom_id=LONG))
        self.assertEqual(self.found().phone, "123456789")
        self.assertFalse(self.binding(self.found()).custom_id)
        self.assertIn("custom ID", row.error)
        self.assertIn("longer than 255 characters", row.error)

    def test_what_no_index_takes_stops_nobody_else(self):
        """An index of another app's, unknown to us."""
        self.pair(self.backend, "function", "city", direction="import")
        self.env.cr.execute("CREATE INDEX ON res_partner (function)")
        users = [self.person(email=f"u{n}@example.org", city="x") for n in range(3)]
        self.answers(users[1], city=LONG)
        rows = [self.put(id=user) for user in users]
        self.drain()
        self.assertEqual([row.state for row in rows], ["done", "failed", "done"])
        self.assertIn("index row", rows[1].error)

    def test_a_value_nested_too_deep_fails_with_its_user(self):
        """Whoever looks at it meets a RecursionError."""
        users = [self.person(email=f"u{n}@example.org") for n in range(3)]
        deep = "[" * 950 + "]" * 950
        body = f'{{"id": {users[1]}, "email": "u1@example.org", "phone_number": {deep}}}'
        self.simulator.fault(status=200, path=f"/users/{users[1]}/", body=body)
        rows = [self.put(id=user) for user in users]
        with mute_logger("odoo.addons.usercom_connector.services.drain.tasks"):
            self.drain()
        self.assertEqual((rows[0].state, rows[2].state), ("done", "done"))
        self.assertFalse(rows[1].claimed_at)
        self.assertTrue(rows[1].error)
