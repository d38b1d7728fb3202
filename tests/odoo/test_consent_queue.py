"""Withdrawals overtake everything else in both queues, and no "yes" is sent blindly."""

from .common_consents import ConsentCase


class TestWithdrawalsFirst(ConsentCase):
    def crowd(self, size=25):
        """Contacts that both sides know."""
        crowd = self.env["res.partner"].create(
            [
                {"name": f"C {n}", "email": f"c{n}@example.org", "x_email_consent": True}
                for n in range(size)
            ]
        )
        self.drain()
        self.simulator.clear_journal()
        return crowd

    def first_path(self):
        return self.calls()[0].split(" ")[1]

    def test_a_withdrawal_overtakes_earlier_edits(self):
        crowd = self.crowd()
        for contact in crowd:
            contact.phone = "+48 1"
        self.env.cr.flush()
        crowd[-1].x_email_consent = False
        self.drain()
        self.assertEqual(self.first_path(), f"/users/{self.binding(crowd[-1]).external_id}/")

    def test_a_withdrawal_here_overtakes_news_from_there(self):
        *others, last = self.crowd()
        for contact in others:
            self.call(self.binding(contact).external_id)
        last.x_email_consent = False
        self.drain()
        self.assertEqual(self.first_path(), f"/users/{self.binding(last).external_id}/")

    def test_news_of_the_contact_itself_goes_along(self):
        *others, last = self.crowd()
        for contact in (*others, last):
            self.call(self.binding(contact).external_id)
        last.x_email_consent = False
        self.drain()
        self.assertEqual(self.first_path(), f"/users/{self.binding(last).external_id}/")

    def test_a_call_that_tells_of_a_withdrawal_overtakes_earlier_calls(self):
        crowd = self.crowd()
        for contact in crowd[:-1]:
            self.call(self.binding(contact).external_id, email_consent="True")
        for telling in ({"email_consent": "False"}, {"unsubscribed": True}):
            row = self.call(self.binding(crowd[-1]).external_id, **telling)
            self.assertEqual(row.priority, 1)
        self.drain()
        self.assertEqual(self.first_path(), f"/users/{self.binding(crowd[-1]).external_id}/")

    def test_in_whatever_form_a_call_tells_of_it(self):
        named = {"id": 3, "name": "Email consent", "name_std": "email_consent", "value": False}
        for payload in (
            {"user": {"id": 7, "attributes": [named]}},
            {"user": {"id": 7}, "extra": {"Email consent": "False"}},
        ):
            row = self.stored_call(payload)
            self.assertEqual(row.priority, 1, payload)

    def test_a_yes_is_sent_only_after_a_look(self):
        contact = self.synced(email="jan@example.org")
        contact.x_email_consent = True
        self.drain()
        user = f"/users/{self.binding(contact).external_id}/"
        self.assertEqual(self.calls(), [f"GET {user}", f"PUT {user}"])

    def test_a_no_is_sent_straight_away(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        contact.x_email_consent = False
        self.drain()
        self.assertEqual(self.calls(), [f"PUT /users/{self.binding(contact).external_id}/"])

    def test_a_no_to_what_is_only_read_is_not_queued_with_news_from_there(self):
        consent = self.backend.mapping_ids.filtered(lambda m: m.field_name == "x_email_consent")
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        consent.direction = "import"
        contact.x_email_consent = False
        self.drain()
        self.env["usercom.outbox"].search([("partner_id", "=", contact.id)]).unlink()
        self.receive(contact, phone_number="600100200")
        self.assertEqual((contact.phone, contact.x_email_consent), ("600100200", False))
        self.assertFalse(self.env["usercom.outbox"].search([("partner_id", "=", contact.id)]))
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], True)
