"""Field mappings made by themselves: those that suggest themselves, and new attributes."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common_mappings import MappingCase


class TestSuggestions(MappingCase):
    def suggested(self):
        action = self.env["usercom.field.mapping"].action_suggest()
        return self.env[action["res_model"]].browse(action["res_id"])

    def pairs(self, records):
        return {(line.field_id.name, line.attribute_id.name_std) for line in records}

    def test_the_obvious_pairs_are_proposed_and_added(self):
        self.backend.mapping_ids.unlink()
        wizard = self.suggested()
        self.assertLessEqual(
            {
                ("email", "email"),
                ("name", "first_name"),
                ("name", "last_name"),
                ("phone", "phone_number"),
                ("city", "city"),
                ("country_id", "country"),
                ("state_id", "region"),
            },
            self.pairs(wizard.line_ids),
        )
        wizard.line_ids.filtered(lambda line: line.field_id.name == "city").unlink()
        wizard.action_add()
        self.assertIn(("email", "email"), self.pairs(self.backend.mapping_ids))
        self.assertNotIn(("city", "city"), self.pairs(self.backend.mapping_ids))

    def test_what_is_taken_is_not_proposed_again(self):
        self.assertNotIn(("email", "email"), self.pairs(self.suggested().line_ids))
        self.suggested().action_add()
        with self.assertRaisesRegex(UserError, "nothing left"):
            self.suggested()

    def test_a_custom_field_meets_the_attribute_of_its_name(self):
        self.custom_field("x_shoe_size", "integer")
        self.custom_field("x_hobby", "integer")
        self.define("Shoe size", "integer")
        self.define("Hobby", "string")
        pairs = self.pairs(self.suggested().line_ids)
        self.assertIn(("x_shoe_size", "shoe_size"), pairs)
        self.assertIn(("x_hobby", "hobby"), pairs)

    def test_a_namesake_of_another_type_is_not_proposed(self):
        self.custom_field("x_hobby", "boolean")
        self.define("Hobby", "string")
        self.assertNotIn(("x_hobby", "hobby"), self.pairs(self.suggested().line_ids))

    def test_without_an_account_it_says_what_to_do_first(self):
        self.backend.unlink()
        with self.assertRaisesRegex(UserError, "Settings"):
            self.suggested()


class TestNewAttribute(MappingCase):
    def creation(self, field, **values):
        return self.env["usercom.attribute.creation"].create(
            {"backend_id": self.backend.id, "field_id": self.field(field).id, **values}
        )

    def test_it_is_made_of_the_right_type_and_paired(self):
        for field, value_type in (
            ("employee", "boolean"),
            ("color", "integer"),
            ("partner_latitude", "float"),
            ("ref", "string"),
            ("write_date", "datetime"),
        ):
            with self.subTest(field):
                creation = self.creation(field, name=f"New {field}")
                self.assertEqual(creation.value_type, value_type)
                creation.action_create()
                mapping = self.mapping(f"new_{field}")
                self.assertEqual(mapping.field_id.name, field)
                self.assertEqual(mapping.value_type, value_type)

    def test_a_selection_can_become_fixed_choices(self):
        creation = self.creation("type", value_type="fixed", name="Kind")
        self.assertIn("contact", creation.choices.split("\n"))
        creation.action_create()
        self.assertEqual(self.mapping("kind").value_type, "fixed")

    def test_the_value_arrives_in_it(self):
        self.creation("ref", name="Nickname").action_create()
        contact = self.synced(email="jan@example.org", ref="Johnny")
        self.assertEqual(self.remote(contact)["attributes"]["nickname"], "Johnny")

    def test_the_name_is_at_most_32_characters_long(self):
        self.assertEqual(len(self.creation("ref", name="x" * 40).name), 32)

    def test_what_does_not_fit_is_refused_before_user_com_is_asked(self):
        self.simulator.clear_journal()
        with self.assertRaisesRegex(UserError, "does not fit"):
            self.creation("employee", value_type="string", name="A").action_create()
        with self.assertRaisesRegex(UserError, "Enter the choices"):
            self.creation("type", value_type="fixed", name="A", choices=" ").action_create()
        with self.assertRaisesRegex(UserError, "Choose a contact field"):
            self.creation("ref", name=" ").action_create()
        self.assertEqual(self.calls("POST"), [])

    def test_a_name_that_is_taken_is_told_in_user_coms_words(self):
        with self.assertRaisesRegex(UserError, "User.com refused.*exists"):
            self.creation("ref", name="City").action_create()

    def test_a_copied_database_creates_nothing(self):
        self.env["ir.config_parameter"].set_param("database.uuid", "a-copy")
        self.simulator.clear_journal()
        with self.assertRaisesRegex(UserError, "copy"):
            self.creation("ref", name="Nickname").action_create()
        self.assertEqual(self.calls(), [])

    def test_only_managers_create(self):
        user = new_test_user(self.env, "user", groups="usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            self.env["usercom.attribute.creation"].with_user(user).create(
                {"backend_id": self.backend.id}
            )
