"""Values that cannot move to the other side: told once, and nothing else waits for them."""

from .common_consents import ConsentCase
from .common_mappings import MappingCase


class TestLeftApart(MappingCase, ConsentCase):
    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.attribute("sms_consent", "boolean")
        cls.simulator.attribute("sms_word", "string")

    def sms_field(self):
        """A second checkbox of contacts, as an administrator adds one."""
        return self.custom_field("x_sms", "boolean").name

    def pair_sms(self):
        return self.pair(
            self.backend, self.sms_field(), "sms_consent", is_consent=True, direction="export"
        )

    def check_rest(self, contact, phone="+48 1"):
        """The phone number gets there, and then nothing is left to be done."""
        contact.phone = phone
        for _run in range(4):
            self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], phone)
        self.assertFalse(self.waiting(contact))
        self.simulator.clear_journal()
        self.drain()
        self.assertEqual(self.calls(), [])

    def change(self, contact, **values):
        """The user changes, and no call tells of it."""
        self.simulator.patch_user(self.binding(contact).external_id, **values)

    def test_a_no_to_what_nobody_asked_for_in_odoo_holds_up_no_other_yes(self):
        self.pair_sms()
        contact = self.synced(email="jan@example.org")
        self.change(contact, sms_consent=False)
        contact.x_email_consent = True
        self.check_rest(contact)
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], True)

    def test_a_no_is_not_overruled_by_a_consent_that_odoo_only_tells_of(self):
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        self.change(contact, sms_consent=False)
        self.pair_sms()
        contact.x_sms = True
        self.check_rest(contact)
        self.assertIs(self.remote(contact)["attributes"]["sms_consent"], False)
        self.check_rest(contact, "+48 2")

    def test_nor_one_that_was_met_before(self):
        self.pair_sms()
        contact = self.synced(email="jan@example.org")
        self.change(contact, sms_consent=False)
        contact.x_sms = True
        self.check_rest(contact)
        self.assertIs(self.remote(contact)["attributes"]["sms_consent"], False)

    def test_a_value_that_odoo_does_not_know_is_left(self):
        user_id = self.person(email="jan@example.org", country="Atlantis")
        self.pair(self.backend, "country_id", "country", conflict_policy="usercom")
        poland = self.env.ref("base.pl")
        contact = self.contact(email="jan@example.org", country_id=poland.id)
        self.check_rest(contact)
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(
            (contact.country_id, self.remote(contact)["country"]), (poland, "Atlantis")
        )
        contact.country_id = self.env.ref("base.cz")
        self.check_rest(contact, "+48 2")
        self.assertEqual(self.remote(contact)["country"], "CZ")

    def test_a_value_that_cannot_be_read_is_left(self):
        self.pair(self.backend, self.sms_field(), "sms_word", is_consent=True)
        self.person(email="jan@example.org", sms_word="perhaps")
        contact = self.contact(email="jan@example.org", x_sms=True)
        self.check_rest(contact)
        self.assertTrue(contact.x_sms)
        self.assertEqual(self.remote(contact)["attributes"]["sms_word"], "perhaps")

    def test_a_refused_value_is_not_overwritten_by_an_older_one(self):
        self.pair(self.backend, "country_id", "country")
        contact = self.synced(email="jan@example.org", country_id=self.env.ref("base.cz").id)
        self.change(contact, country="Atlantis")
        self.receive(contact)
        self.assertIn("Atlantis", self.binding(contact).last_error)
        self.check_rest(contact)
        self.assertEqual(self.remote(contact)["country"], "Atlantis")
        self.change(contact, country="Poland")
        self.receive(contact)
        self.assertEqual(contact.country_id.code, "PL")
