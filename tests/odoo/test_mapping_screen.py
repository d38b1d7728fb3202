"""The screen of field mappings: what it offers, what it refuses, and what it shows of each pair."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user

from .common_mappings import MappingCase

LIST = "usercom_connector.usercom_field_mapping_view_list"


class TestOffered(MappingCase):
    def offered(self, field, typed="", *, is_consent=False):
        """The attributes in the drop-down of a new pair, once the field is chosen."""
        fits = "fits_consent_id" if is_consent else "fits_field_id"
        domain = [
            ("backend_id", "=", self.backend.id),
            ("is_gone", "=", False),
            ("mapping_ids", "=", False),
            (fits, "=", field and self.field(field).id),
        ]
        attributes = self.env["usercom.attribute"]
        found = attributes.browse(key for key, _name in attributes.name_search(typed, domain))
        return found.mapped("name_std")

    def test_what_is_offered_fits_the_field_and_is_not_paired(self):
        self.define("Shoe size", "integer")
        self.define("Weight", "float")
        offered = self.offered("color")
        self.assertIn("shoe_size", offered)
        self.assertIn("weight", offered)  # a whole number is sent there
        self.assertFalse(
            self.backend.attribute_ids.filtered(
                lambda a: a.name_std in offered and a.value_type in ("boolean", "date", "datetime")
            )
        )
        self.assertIn("city", self.offered("ref"))
        self.assertNotIn("shoe_size", self.offered("ref"))
        self.assertNotIn("email", self.offered("ref"))

    def test_all_that_is_offered_can_be_saved(self):
        self.define("Flag", "boolean")
        self.define("Count", "integer")
        self.define("Since", "date")
        for name in ("ref", "color", "employee", "create_date", "category_id"):
            for key in self.offered(name):
                attribute = self.attribute(key)
                if attribute.value_type != "fixed":
                    with self.subTest(f"{name} {key}"):
                        self.pair(self.backend, name, key).unlink()

    def test_what_both_sides_only_read_is_not_offered(self):
        self.assertNotIn("first_seen", self.offered("create_date"))
        self.assertIn("os_type", self.offered("ref"))

    def test_a_consent_may_be_a_text_or_a_choice(self):
        self.define("Sms", "string")
        self.assertNotIn("sms", self.offered("x_email_consent"))
        self.assertIn("sms", self.offered("x_email_consent", is_consent=True))

    def test_several_values_are_offered_no_attribute_of_one_choice(self):
        self.define("Tag", "fixed", ["VIP"])
        self.define("Tags", "fixed", ["VIP"], allow_multiple_choices=True)
        offered = self.offered("category_id")
        self.assertIn("tags", offered)
        self.assertNotIn("tag", offered)

    def test_it_is_searched_by_name_and_by_technical_name(self):
        self.define("Shoe size", "string")
        for typed in ("Shoe", "oe_si"):
            self.assertEqual(self.offered("ref", typed), ["shoe_size"])
        self.assertFalse(self.offered("employee", "Shoe"))

    def test_without_a_field_every_free_attribute_is_offered(self):
        self.define("Flag", "boolean")
        offered = self.offered(False, "Flag") + self.offered(False, "City")
        self.assertEqual(offered, ["flag", "city"])

    def test_the_list_asks_for_these(self):
        arch = self.env["usercom.field.mapping"].get_view(self.env.ref(LIST).id, "list")["arch"]
        for part in ("fits_field_id", "fits_consent_id", "mapping_ids"):
            self.assertIn(part, arch)


class TestSecondPair(MappingCase):
    def test_a_second_pair_of_an_attribute_is_refused_by_the_name_of_the_first(self):
        self.refused("ref", "email", "“Email” is paired with “Email” already")
        self.refused("ref", "phone_number", "is paired with “Phone” already")

    def test_so_is_a_pair_that_is_moved_there(self):
        mapping = self.pair(self.backend, "ref", "region")
        with self.assertRaisesRegex(ValidationError, "paired with “Phone” already"):
            mapping.attribute_id = self.attribute("phone_number")
        mapping.attribute_id = mapping.attribute_id

    def test_in_the_form_too(self):
        form = Form(self.env["usercom.field.mapping"], LIST)
        form.field_id = self.field("ref")
        form.attribute_id = self.attribute("phone_number")
        with self.assertRaisesRegex(ValidationError, "paired with “Phone” already"):
            form.save()

    def test_a_suggestion_that_was_paired_meanwhile_is_refused_by_name(self):
        action = self.env["usercom.field.mapping"].action_suggest()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.pair(self.backend, "ref", "city")
        with self.assertRaisesRegex(ValidationError, "“City” is paired with “Reference” already"):
            wizard.action_add()

    def test_a_field_takes_its_values_from_one_attribute(self):
        self.define("Hat", "string")
        self.define("Shirt", "string")
        self.pair(self.backend, "ref", "hat")
        self.refused("ref", "shirt", "“Reference” takes its values from “Hat” already")
        second = self.pair(self.backend, "ref", "shirt", direction="export")
        with self.assertRaisesRegex(ValidationError, "from “Hat” already"):
            second.direction = "import"

    def test_the_pairs_of_another_company_are_not_named(self):
        elsewhere = self.account(self.env["res.company"].create({"name": "Elsewhere"}), "other")
        company = self.backend.company_id
        manager = new_test_user(
            self.env,
            "manager",
            groups="usercom_connector.group_usercom_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        with self.assertRaises(ValidationError) as caught:
            self.env["usercom.field.mapping"].with_user(manager).create(
                {
                    "backend_id": self.backend.id,
                    "field_id": self.field("ref").id,
                    "attribute_id": elsewhere.mapping_ids[0].attribute_id.id,
                }
            )
        self.assertNotIn("is paired with", str(caught.exception))


class TestNewAttributeForm(MappingCase):
    def test_it_opens_as_a_new_form_of_the_account(self):
        action = self.env["usercom.field.mapping"].action_create_attribute()
        self.assertFalse(action["res_id"])
        self.assertEqual(action["context"], {"default_backend_id": self.backend.id})

    def test_only_managers_open_it(self):
        user = new_test_user(self.env, "user", groups="usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            self.env["usercom.field.mapping"].with_user(user).action_create_attribute()
