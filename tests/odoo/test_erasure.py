"""A person is erased: nothing personal is left, and nobody brings the person back."""

from .test_consent_log import ConsentCase

EMAIL = "jan@example.org"


class TestErasure(ConsentCase):
    def erase(self, contact):
        """As Odoo's Privacy Lookup does it when everything it found is deleted."""
        wizard = self.env["privacy.lookup.wizard"].create({"name": contact.name, "email": EMAIL})
        wizard.action_lookup()
        found = set(wizard.line_ids.mapped("res_model"))
        wizard.line_ids.action_unlink_all()
        self.env.flush_all()
        return found

    def known(self):
        """A contact that both sides know, with a log and with rows in both queues."""
        contact = self.synced(email=EMAIL, phone="+48 555", employee=True)
        self.told(contact, email_consent=False, phone_number="+48 777")
        self.call(self.binding(contact).external_id, email=EMAIL, phone_number="+48 777")
        contact.phone = "+48 888"
        self.env.cr.flush()
        return contact

    def texts(self):
        """All that our tables hold, as text."""
        for name in self.env.registry:
            model = self.env[name]
            if name.startswith("usercom.") and model._auto and not model._transient:
                self.env.cr.execute(f'SELECT t::text FROM "{model._table}" t')  # noqa: S608
                for (text,) in self.env.cr.fetchall():
                    yield name, text

    def test_the_privacy_lookup_finds_our_rows(self):
        found = self.erase(self.known())
        self.assertLessEqual({"usercom.inbox", "usercom.consent.log", "res.partner"}, found)

    def test_nothing_personal_is_left(self):
        self.erase(self.known())
        for name, text in self.texts():
            for trace in (EMAIL, "Kowalski", "+48 555", "+48 777", "+48 888"):
                self.assertNotIn(trace, text, name)

    def test_the_consent_log_stays_and_names_nobody(self):
        contact = self.known()
        rows = contact.usercom_consent_log_ids
        self.erase(contact)
        self.assertEqual(rows.exists(), rows)
        self.assertFalse(rows.partner_id)

    def test_no_later_call_brings_the_person_back(self):
        contact = self.known()
        user_id = self.binding(contact).external_id
        self.erase(contact)
        self.call(user_id, email=EMAIL)
        self.drain()
        self.assertFalse(self.env["res.partner"].search([("email", "=", EMAIL)]))

    def test_nor_does_a_new_user_with_the_same_address(self):
        self.erase(self.known())
        self.call(self.simulator.seed({"email": EMAIL.upper()})["ids"][0])
        self.drain()
        self.assertFalse(self.env["res.partner"].search([("email", "=ilike", EMAIL)]))

    def test_a_person_entered_again_by_hand_is_welcome(self):
        self.erase(self.known())
        contact = self.synced(email=EMAIL)
        self.assertEqual(self.binding(contact).state, "synced")

    def test_another_contact_with_the_same_address_keeps_its_news(self):
        contact = self.synced(email=EMAIL, employee=True)
        twin = self.contact(name="Twin", email=EMAIL)
        self.call(self.binding(contact).external_id, email=EMAIL)
        twin.unlink()
        self.assertEqual(self.env["usercom.inbox"].search_count([("state", "=", "pending")]), 1)
        self.simulator.patch_user(self.binding(contact).external_id, email_consent=False)
        self.drain()
        self.assertFalse(contact.employee)

    def test_an_archived_contact_still_hears_of_a_withdrawal(self):
        contact = self.synced(email=EMAIL, employee=True)
        contact.active = False
        self.told(contact, email_consent=False)
        self.assertFalse(contact.employee)
        self.assertEqual(self.log(contact)[-1], ("yes", "no", "webhook"))
