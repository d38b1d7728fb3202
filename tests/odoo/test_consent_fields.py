"""Which fields and attributes may be consents, and how each says yes, no and nothing."""

from odoo.exceptions import ValidationError

from .common_consents import ConsentCase


class TestConsentFields(ConsentCase):
    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.attribute("sms_text", "string")
        cls.simulator.attribute("sms_choice", "fixed", choices=["Yes", "No"])
        cls.simulator.attribute("sms_flag", "boolean")

    def field(self, *keys):
        """A selection field of contacts, as an administrator adds one."""
        self.env["ir.model.fields"].create(
            {
                "name": "x_sms",
                "field_description": "SMS",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": "selection",
                "selection_ids": [(0, 0, {"value": key, "name": key.title()}) for key in keys],
            }
        )
        return "x_sms"

    def test_a_selection_says_yes_no_and_nothing(self):
        field = self.field("yes", "no")
        for attribute, yes, no in (
            ("sms_flag", True, False),
            ("sms_text", "true", "false"),
            ("sms_choice", ["Yes"], ["No"]),
        ):
            with self.subTest(attribute):
                self.pair(self.backend, field, attribute, is_consent=True)
                contact = self.synced(email=f"{attribute}@example.org")
                self.assertIsNone(self.remote(contact)["attributes"].get(attribute))
                for key, expected in (("yes", yes), ("no", no)):
                    contact.x_sms = key
                    self.drain()
                    self.assertEqual(self.remote(contact)["attributes"][attribute], expected)
                self.receive(contact, **{attribute: yes})
                self.assertEqual(contact.x_sms, "yes")
                words = [new for _old, new, _origin in self.log(contact, attribute)]
                self.assertEqual(words, ["yes", "no", "yes"])

    def test_a_checkbox_reads_text_for_what_it_says(self):
        self.pair(self.backend, "x_email_consent", "sms_text", is_consent=True)
        contact = self.synced(email="jan@example.org")
        for text, expected in (("True", True), ("", True), ("false", False), ("", False)):
            self.receive(contact, sms_text=text)
            self.assertIs(contact.x_email_consent, expected)
        self.assertEqual([row[1] for row in self.log(contact, "sms_text")], ["yes", "no"])

    def test_a_choice_in_an_array_says_the_same_in_a_call(self):
        field = self.field("yes", "no")
        self.pair(self.backend, field, "sms_choice", is_consent=True)
        contact = self.synced(email="jan@example.org", x_sms="yes")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, sms_choice=["Yes"])  # said again since
        row = self.call(user_id, "2099-01-01T00:00:00Z", sms_choice=["No"])
        self.assertEqual(row.priority, 1)
        self.drain()
        self.assertEqual(contact.x_sms, "yes")

    def test_text_that_says_nothing_is_told_and_changes_nothing(self):
        self.pair(self.backend, "x_email_consent", "sms_text", is_consent=True)
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        self.receive(contact, sms_text="perhaps")
        self.assertTrue(contact.x_email_consent)
        self.assertIn("perhaps", self.binding(contact).last_error)

    def test_what_cannot_be_a_consent_is_refused(self):
        unfit = self.field("yes", "maybe", "no")
        for field, attribute, word in (
            ("phone", "sms_text", "phone"),
            (unfit, "sms_flag", "SMS"),
            ("x_email_consent", "score", "E-mail consent"),
        ):
            with self.subTest(field), self.assertRaises(ValidationError) as caught:
                self.pair(self.backend, field, attribute, is_consent=True)
            self.assertIn(word.lower(), str(caught.exception).lower())

    def test_the_blacklist_is_a_consent_with_unsubscribed_alone(self):
        with self.assertRaisesRegex(ValidationError, "Unsubscribed"):
            self.pair(self.backend, "usercom_unsubscribed", "sms_flag", is_consent=True)

    def test_another_pair_with_the_blacklist_only_tells_of_it(self):
        self.pair(self.backend, "usercom_unsubscribed", "sms_flag", direction="export")
        consent = self.backend.mapping_ids.filtered(lambda m: m.field_name == "x_email_consent")
        self.backend.email_consent_id = consent
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        contact.x_email_consent = False
        self.drain()
        self.assertTrue(contact.usercom_unsubscribed)
        user = self.remote(contact)
        self.assertEqual((user["unsubscribed"], user["attributes"]["sms_flag"]), (True, True))
