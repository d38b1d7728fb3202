"""User.com to Odoo: what a stored call does to contacts."""

from .common import UsercomCase


class TestImport(UsercomCase):
    def test_a_new_person_becomes_a_contact(self):
        user_id = self.person(first_name="Anna", last_name="Nowak", phone_number="+48 1")
        self.receive(id=user_id)
        contact = self.found()
        self.assertEqual((contact.name, contact.phone), ("Anna Nowak", "+48 1"))
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(contact.usercom_key, str(user_id))

    def test_a_change_arrives(self):
        contact = self.synced(email="anna@example.org", phone="111111111")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="222222222", email_consent=True)
        self.receive(id=user_id)
        self.assertEqual(contact.phone, "222222222")
        self.assertTrue(contact.x_email_consent)

    def test_a_new_name_arrives_although_only_the_full_name_is_told(self):
        contact = self.synced(email="anna@example.org", name="Anna Nowak")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, last_name="Nowak-Lis")
        self.receive(id=user_id)
        self.assertEqual(contact.name, "Anna Nowak-Lis")

    def test_a_known_contact_is_found_by_e_mail(self):
        user_id = self.person(city="Łódź")
        self.backend.state = "authenticated"
        contact = self.contact(email="Anna@Example.org")
        self.backend.state = "running"
        self.receive(id=user_id)
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(len(self.found("Anna@Example.org")), 1)

    def test_several_matching_contacts_are_named_and_none_is_touched(self):
        self.backend.state = "authenticated"
        twins = self.contact(email="anna@example.org") + self.contact(email="anna@example.org")
        self.backend.state = "running"
        row = self.receive(id=self.person())
        self.assertEqual(row.state, "failed")
        self.assertIn(twins[0].display_name, row.error)
        self.assertFalse(twins.usercom_binding_ids)

    def test_new_people_become_no_contacts_where_they_are_linked_or_ignored(self):
        for policy, word in (("link", "Not added: "), ("ignore", "Ignored: ")):
            self.backend.new_user_policy = policy
            row = self.receive(id=self.person())
            self.assertEqual(row.state, "done")
            self.assertIn(word, row.error)
            self.assertFalse(self.found())

    def test_a_user_named_by_e_mail_only_is_read(self):
        self.person(first_name="Anna")
        self.receive(email="anna@example.org")
        self.assertEqual(self.found().name, "Anna")

    def test_a_user_nobody_knows_changes_nothing(self):
        row = self.receive(id=4711)
        self.assertEqual((row.state, row.error), ("done", "User.com has no such user."))
        self.assertFalse(row.partner_id)

    def test_several_calls_about_one_user_are_one_read(self):
        user_id = self.person()
        for _call in range(5):
            self.put(id=user_id)
        self.drain()
        self.assertEqual(self.calls("GET"), [f"GET /users/{user_id}/"])

    def test_the_body_itself_writes_nothing(self):
        contact = self.synced(email="anna@example.org", phone="111111111")
        user = {"id": self.binding(contact).external_id, "phone_number": "666"}
        body = {"user": user, "extra": {"phone_number": "666"}}
        row = self.stored_call(body)
        self.assertEqual(row.payload, body)
        self.drain()
        self.assertEqual((row.state, contact.phone), ("done", "111111111"))

    def test_both_sides_changed_different_values(self):
        contact = self.synced(email="anna@example.org", phone="111111111")
        user_id = self.binding(contact).external_id
        contact.phone = "2"
        self.simulator.patch_user(user_id, email="new@example.org")
        self.receive(id=user_id)
        self.drain()
        self.assertEqual((contact.phone, contact.email), ("2", "new@example.org"))
        user = self.remote(contact)
        self.assertEqual((user["phone_number"], user["email"]), ("2", "new@example.org"))

    def test_a_conflict_follows_the_policy(self):
        for policy, expected in (("odoo", "222222222"), ("usercom", "333333333")):
            with self.subTest(policy):
                self.backend.mapping_ids.conflict_policy = policy
                contact = self.synced(email=f"{policy}@example.org", phone="111111111")
                user_id = self.binding(contact).external_id
                contact.phone = "222222222"
                self.simulator.patch_user(user_id, phone_number="333333333")
                self.receive(id=user_id)
                self.drain()
                self.assertEqual(contact.phone, expected)
                self.assertEqual(self.remote(contact)["phone_number"], expected)

    def test_a_withdrawn_consent_wins_over_every_policy(self):
        self.backend.mapping_ids.conflict_policy = "odoo"
        contact = self.contact(email="anna@example.org")
        user_id = self.person(email_consent=False)
        contact.x_email_consent = True
        self.receive(id=user_id)
        self.drain()
        self.assertFalse(contact.x_email_consent)
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)

    def test_a_contact_without_a_consent_sends_none(self):
        contact = self.synced(email="anna@example.org")
        self.assertIsNone(self.remote(contact)["attributes"].get("email_consent"))
