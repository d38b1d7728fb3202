"""Odoo to User.com: a real drain against the simulator, over sockets."""

from .common import UsercomCase


class TestExport(UsercomCase):
    def test_a_new_contact_appears_at_user_com(self):
        contact = self.contact(email="jan@example.org", phone="+48221111111", x_email_consent=True)
        self.drain()
        user = self.remote(contact)
        self.assertEqual(
            (user["first_name"], user["last_name"], user["email"], user["phone_number"]),
            ("Jan", "Kowalski", "jan@example.org", "+48221111111"),
        )
        self.assertIs(user["attributes"]["email_consent"], True)

    def test_the_contact_shows_its_link(self):
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(contact.usercom_state, "synced")
        self.assertEqual(contact.usercom_key, str(self.binding(contact).external_id))
        self.assertTrue(self.binding(contact).synced_at)

    def test_only_changed_values_travel_in_one_call(self):
        contact = self.synced(email="jan@example.org", phone="1")
        contact.write({"phone": "2", "email": "jan@example.org"})
        self.drain()
        [entry] = self.simulator.journal(kind="request")
        self.assertEqual(entry["method"], "PUT")
        self.assertEqual(entry["body"], {"phone_number": "2"})

    def test_an_emptied_field_is_cleared_there(self):
        contact = self.synced(email="jan@example.org", phone="1")
        contact.phone = False
        self.drain()
        self.assertIsNone(self.remote(contact)["phone_number"])

    def test_an_edit_that_is_taken_back_sends_nothing(self):
        contact = self.synced(email="jan@example.org", phone="1")
        contact.phone = "2"
        self.env.cr.flush()
        contact.phone = "1"
        self.drain()
        self.assertEqual(self.calls(), [])
        self.assertFalse(self.waiting(contact))

    def test_a_user_with_the_same_e_mail_is_linked_not_doubled(self):
        [user_id] = self.simulator.seed({"email": "Jan@Example.org", "city": "Łódź"})["ids"]
        contact = self.contact(email="jan@example.org")
        self.simulator.settings(email_search="insensitive")
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(len(self.simulator.users()), 1)

    def test_first_contact_fills_what_odoo_lacks(self):
        self.simulator.seed({"email": "jan@example.org", "phone_number": "+48 5"})
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(contact.phone, "+48 5")

    def test_several_matches_are_refused_with_their_ids(self):
        ids = self.simulator.seed({"email": "jan@example.org"}, {"email": "jan@example.org"})["ids"]
        contact = self.contact(email="jan@example.org")
        self.drain()
        row = self.env["usercom.outbox"].search([("partner_id", "=", contact.id)])
        self.assertEqual(row.state, "failed")
        for user_id in ids:
            self.assertIn(str(user_id), row.error)
        self.assertIn(str(ids[0]), self.binding(contact).last_error)

    def test_a_second_contact_with_the_same_e_mail_fails_naming_the_first(self):
        first = self.synced(name="Anna Nowak", email="jan@example.org")
        second = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual(self.binding(second).state, "failed")
        self.assertIn(first.display_name, self.binding(second).last_error)
        self.assertEqual(self.remote(first)["first_name"], "Anna")

    def test_a_key_written_by_hand_links_the_contact(self):
        [user_id] = self.simulator.seed({"email": "other@example.org"})["ids"]
        contact = self.contact(email="jan@example.org", usercom_key=str(user_id))
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user_id)

    def test_contacts_outside_the_domain_stay_here(self):
        company = self.contact(name="Acme Ltd", is_company=True, email="office@example.org")
        self.drain()
        self.assertFalse(self.simulator.users())
        self.assertFalse(self.waiting(company))

    def test_another_companys_contact_stays_here(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.contact(email="jan@example.org", company_id=other.id)
        self.drain()
        self.assertFalse(self.simulator.users())

    def test_a_value_that_does_not_fit_is_named_and_the_others_go(self):
        contact = self.contact(name="J" * 50 + " Kowalski", email="jan@example.org")
        self.drain()
        self.assertEqual(self.remote(contact)["last_name"], "Kowalski")
        error = self.binding(contact).last_error
        for part in (contact.name, "Name", "J" * 50, "40"):
            self.assertIn(part, error)

    def test_a_user_deleted_there_is_gone_and_not_re_created(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.delete_user(self.binding(contact).external_id)
        contact.phone = "2"
        self.drain()
        self.assertEqual(self.binding(contact).state, "gone")
        contact.phone = "3"
        self.drain()
        self.assertFalse(self.simulator.users())

    def test_a_push_by_hand_re_creates_a_user_that_is_gone(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.delete_user(self.binding(contact).external_id)
        contact.phone = "2"
        self.drain()
        contact.action_usercom_push()
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "2")


class TestExportFailures(UsercomCase):
    def row(self, contact):
        return self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)

    def test_a_server_error_is_tried_again_later(self):
        contact = self.contact(email="jan@example.org")
        self.simulator.fault(kind="status", status=502, count=1)
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(self.row(contact).attempts, 2)

    def test_an_answer_that_got_lost_creates_nobody_twice(self):
        contact = self.contact(email="jan@example.org")
        self.simulator.fault(kind="reset", method="POST", apply=True, count=1)
        self.drain()
        self.waiting(contact).next_attempt_at = False
        self.pass_time()
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(self.binding(contact).state, "synced")

    def test_a_refused_row_fails_with_the_servers_words_and_the_others_go(self):
        refused = self.contact(email="jan@example.org", phone="9" * 60)
        fine = self.contact(email="anna@example.org")
        self.simulator.settings(string_limit=255)
        self.simulator.fault(kind="status", status=400, method="POST", count=1)
        self.drain()
        states = {self.row(contact).state for contact in (refused, fine)}
        self.assertEqual(states, {"failed", "done"})

    def test_a_wrong_key_pauses_and_loses_nothing(self):
        contact = self.contact(email="jan@example.org")
        self.simulator.settings(keys={"x" * 64: "read_write"})
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.assertIn("API key", self.backend.pause_reason)
        self.assertEqual(len(self.waiting(contact)), 1)
        self.backend.api_key = "x" * 64
        self.backend.action_authenticate()
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)

    def test_a_copied_database_refuses_to_send(self):
        contact = self.contact(email="jan@example.org")
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.drain()
        self.assertEqual(self.backend.state, "paused")
        self.assertIn("copy", self.backend.pause_reason)
        self.assertEqual(self.calls(), [])
        self.assertEqual(len(self.waiting(contact)), 1)

    def test_what_a_killed_worker_had_claimed_is_sent(self):
        contact = self.contact(email="jan@example.org")
        row = self.waiting(contact)
        row.claimed_at = "2026-01-01"
        self.drain()
        self.assertEqual(row.state, "done")
        self.assertEqual(len(self.simulator.users()), 1)
