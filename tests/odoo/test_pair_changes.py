"""A pair gets another field or attribute: both sides meet anew, no answer changes hands."""

from odoo.exceptions import ValidationError

from .common_consents import ConsentCase


class TestPairChanges(ConsentCase):
    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.attribute("shirt", "string")
        cls.simulator.attribute("hat", "string")

    def field_id(self, name):
        return self.env["ir.model.fields"]._get("res.partner", name).id

    def shirt(self, contact):
        self.drain()
        return self.remote(contact)["attributes"].get("shirt")

    def test_another_field_wipes_nothing(self):
        mapping = self.pair(self.backend, "ref", "shirt")
        contact = self.synced(email="jan@example.org", ref="M")
        mapping.field_id = self.field_id("function")
        self.assertEqual(self.shirt(contact), "M")
        self.receive(contact)
        self.assertEqual((contact.function, self.shirt(contact)), ("M", "M"))

    def test_nor_does_a_new_pair_in_place_of_a_former_one(self):
        self.pair(self.backend, "ref", "shirt")
        contact = self.synced(email="jan@example.org", ref="M")
        self.backend.mapping_ids.filtered(lambda m: m.field_name == "ref").unlink()
        self.pair(self.backend, "function", "shirt")
        contact.phone = "+48 1"
        self.assertEqual(self.shirt(contact), "M")

    def test_nor_does_another_attribute(self):
        former = self.pair(self.backend, "ref", "shirt")
        contact = self.synced(email="jan@example.org", ref="M")
        former.unlink()
        mapping = self.pair(self.backend, "function", "hat")
        mapping.attribute_id = self.backend.attribute_ids.filtered(lambda a: a.name == "shirt")
        self.assertEqual(self.shirt(contact), "M")

    def test_the_other_values_of_a_contact_stay_agreed_on(self):
        contact = self.synced(email="jan@example.org", phone="+48 1")
        self.pair(self.backend, "function", "shirt")
        self.assertEqual(self.binding(contact).base["phone_number"], "+48 1")


class TestConsentChanges(ConsentCase):
    def setUp(self):
        super().setUp()
        self.env["ir.model.fields"].create(
            {
                "name": "x_mail",
                "field_description": "E-mail",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": "boolean",
            }
        )
        self.mapping = self.backend.mapping_ids.filtered(
            lambda m: m.field_name == "x_email_consent"
        )
        self.given = self.synced(email="given@example.org", x_email_consent=True)
        self.refused = self.synced(email="refused@example.org", x_email_consent=True)
        self.refused.x_email_consent = False
        self.drain()

    def again(self, field):
        self.mapping.unlink()
        self.mapping = self.pair(self.backend, field, "email_consent", is_consent=True)

    def there(self, contact):
        """The consent at User.com, once the contact is sent and read again."""
        contact.phone = "+48 1"
        self.drain()
        contact.action_usercom_pull()
        self.drain()
        return self.remote(contact)["attributes"]["email_consent"]

    def test_a_consent_with_answers_keeps_its_field_and_its_attribute(self):
        other = self.backend.attribute_ids.filtered(lambda a: a.value_type == "boolean")
        other -= self.backend.mapping_ids.attribute_id
        field = self.env["ir.model.fields"]._get("res.partner", "x_mail")
        for vals in ({"field_id": field.id}, {"attribute_id": other[0].id}):
            with self.assertRaisesRegex(ValidationError, "delete this pair"):
                self.mapping.write(vals)

    def test_another_field_withdraws_nobodys_consent(self):
        self.again("x_mail")
        self.assertIs(self.there(self.given), True)
        self.assertTrue(self.given.x_mail)
        rows = [("unset", "yes", "odoo"), ("yes", "unset", "mapping")]
        self.assertEqual(self.log(self.given)[:2], rows)

    def test_another_field_gives_nobody_a_consent_that_was_withdrawn(self):
        self.refused.x_mail = True
        self.again("x_mail")
        self.assertIs(self.there(self.refused), False)
        self.assertFalse(self.refused.x_mail)
        self.assertEqual(self.log(self.refused)[-1][1], "no")

    def test_what_was_unticked_while_the_pair_was_away_is_withdrawn(self):
        self.mapping.unlink()
        self.given.x_email_consent = False
        self.mapping = self.pair(self.backend, "x_email_consent", "email_consent", is_consent=True)
        self.assertIs(self.there(self.given), False)

    def test_a_consent_switched_off_meanwhile_is_no_way_round(self):
        self.mapping.is_consent = False
        self.mapping.field_id = self.env["ir.model.fields"]._get("res.partner", "x_mail")
        self.mapping.is_consent = True
        self.assertIs(self.there(self.given), True)


class TestCaches(ConsentCase):
    """Another thread may look between a change and its commit, and cache what was before."""

    def assert_forgotten(self):
        """What is cached is forgotten at the commit of what was done just now."""
        self.registry.cache_invalidated.clear()
        self.env.cr.postcommit.run()
        self.assertIn("default", self.registry.cache_invalidated)

    def test_a_mapping(self):
        mapping = self.pair(self.backend, "ref", "hat")
        self.env.cr.postcommit.clear()
        mapping.conflict_policy = "usercom"
        self.assert_forgotten()

    def test_an_account(self):
        for values in ({"state": "paused"}, {"partner_domain": "[('ref', '!=', False)]"}):
            self.env.cr.postcommit.clear()
            self.backend.write(values)
            self.assert_forgotten()

    def test_a_new_account_and_one_that_is_deleted(self):
        self.env.cr.postcommit.clear()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.env["usercom.backend"].create({"company_id": elsewhere.id})
        self.assert_forgotten()
        self.env.cr.postcommit.clear()
        other.unlink()
        self.assert_forgotten()

    def test_an_attribute(self):
        self.env.cr.postcommit.clear()
        self.backend.attribute_ids[0].max_length = 7
        self.assert_forgotten()

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.attribute("hat", "string")
