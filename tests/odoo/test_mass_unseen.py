"""A mass update is believed when one of its users shows it."""

from .common import UsercomCase


class TestMassUnseen(UsercomCase):
    def test_a_mass_update_that_is_answered_and_dropped_goes_singly(self):
        self.pair(self.backend, "city", "city")
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(30)]
        )
        self.drain()
        self.simulator.fault(
            kind="status", status=200, body={"status": "ok"}, path="/users/mass_update*"
        )
        contacts.city = "Łódź"
        self.drain()
        self.assertEqual({self.remote(contact)["city"] for contact in contacts}, {"Łódź"})
        for contact in contacts:
            self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual(set(contacts.mapped("city")), {"Łódź"})
