"""E-mail addresses as people write them into contacts."""

from .common import UsercomCase


class TestAddresses(UsercomCase):
    def row(self, contact):
        return self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)

    def test_the_name_beside_an_address_is_not_sent(self):
        contact = self.synced(email="Jan Kowalski <Jan@example.org>", phone="111")
        self.assertEqual(self.row(contact).error, False)
        self.assertEqual(self.remote(contact)["email"], "Jan@example.org")

    def test_of_several_the_first_is_sent(self):
        contact = self.synced(email="jan@example.org, biuro@example.org")
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")

    def test_it_stays_as_written_here(self):
        contact = self.synced(email="Jan Kowalski <jan@example.org>", phone="111")
        self.receive(id=self.binding(contact).external_id)
        self.assertEqual(contact.email, "Jan Kowalski <jan@example.org>")
        contact.phone = "222"
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "222")
        self.assertEqual(len(self.calls("PUT")), 1)

    def test_an_address_corrected_later_is_sent(self):
        contact = self.synced(email="brak", phone="111")
        contact.email = "jan@example.org"
        self.drain()
        self.assertEqual(self.remote(contact)["email"], "jan@example.org")
        self.assertEqual(len(self.simulator.users()), 1)
