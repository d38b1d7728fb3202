"""Conversions as they are chosen: what fits, what is refused, the preview, the explanation."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user

from .common_conversions import ConversionCase


class TestRefused(ConversionCase):
    def test_a_conversion_that_does_not_go_with_the_field(self):
        self.refused("employee", "text", "Employee", "Text", "Upper case", conversion="upper")
        self.refused("ref", "text", "Value table", conversion="table")

    def test_the_type_after_the_conversion_counts(self):
        self.refused("category_id", "score", "Tags", "Score", conversion="join")
        self.refused(
            "ref", "text", "only be synced in this direction", conversion="upper", direction="both"
        )

    def test_an_address_and_a_consent_are_carried_over_as_they_are(self):
        with self.assertRaisesRegex(ValidationError, "E-?mail.*found by it"):
            self.mapping("email").conversion = "lower"
        with self.assertRaisesRegex(ValidationError, "found by it"):
            self.mapping("email").when_empty = "nobody@example.org"
        with self.assertRaisesRegex(ValidationError, "a consent has"):
            self.mapping("email_consent").conversion = "yes_no"

    def test_one_text_for_yes_and_no(self):
        self.custom_field("x_vip", "boolean")
        answers = {"conversion": "yes_no", "yes_text": "Tak", "no_text": "tak"}
        self.refused("x_vip", "text", "two different texts", **answers)

    def test_texts_that_the_attribute_does_not_take(self):
        self.custom_field("x_points", "integer")
        self.define("Points", "integer")
        self.refused("x_points", "points", "“many” is no value", when_empty="many")
        self.define("Color", "fixed", ["red"])
        self.custom_field("x_vip", "boolean")
        answers = {"conversion": "yes_no", "yes_text": "red", "no_text": "blue"}
        self.refused("x_vip", "color", "Color", "blue", **answers)

    def test_a_table_without_any_text(self):
        self.industry("Farms")
        mapping = self.pair(self.backend, "industry_id", "text", conversion="table")
        with self.assertRaisesRegex(ValidationError, "the value table is empty"):
            mapping.value_ids.usercom_value = False

    def test_a_table_of_more_values_than_can_be_listed(self):
        self.env["res.partner.industry"].create([{"name": f"I{n}"} for n in range(1001)])
        self.refused("industry_id", "text", "more than 1000 values", conversion="table")

    def test_a_company_is_known_by_its_name_only(self):
        self.contact(name="Acme", is_company=True)
        mapping = self.pair(self.backend, "parent_id", "text", conversion="table")
        self.assertEqual(mapping.direction, "export")


class TestOffered(ConversionCase):
    def test_attributes_that_take_what_the_conversion_makes(self):
        for value_type in ("boolean", "integer", "float", "date", "datetime"):
            self.define(f"a {value_type}", value_type)
        self.define("A choice", "fixed", ["A"])
        for conversion, types in {
            "upper": {"string"},
            "date": {"string", "date", "datetime"},
            "yes_no": {"string", "fixed"},
            "table": {"string", "fixed", "boolean", "integer", "float"},
        }.items():
            domain = [("backend_id", "=", self.backend.id), ("fits_conversion", "=", conversion)]
            found = self.env["usercom.attribute"].search(domain)
            self.assertEqual(set(found.mapped("value_type")), types)

    def test_a_pair_is_entered_in_the_list_with_its_conversion(self):
        self.custom_field("x_vip", "boolean")
        form = Form(
            self.env["usercom.field.mapping"], "usercom_connector.usercom_field_mapping_view_list"
        )
        form.field_id = self.field("x_vip")
        form.conversion = "yes_no"
        form.attribute_id = self.attribute("text")
        mapping = form.save()
        self.assertEqual((mapping.yes_text, mapping.no_text), ("yes", "no"))
        self.assertEqual(mapping.direction, "both")


class TestPreview(ConversionCase):
    def test_a_real_contact_shows_what_is_sent(self):
        mapping = self.pair(self.backend, "ref", "text")
        self.contact(name="Anna Nowak", ref="a1")
        with Form(mapping, "usercom_connector.usercom_field_mapping_conversion_view_form") as form:
            form.conversion = "upper"
            self.assertEqual(form.preview, "Anna Nowak: a1 → A1")
            self.assertEqual(form.direction, "export")

    def test_a_table_is_listed_as_soon_as_it_is_chosen(self):
        farms = self.industry("Farms")
        mapping = self.pair(self.backend, "industry_id", "text")
        self.contact(name="Anna Nowak", industry_id=farms.id)
        with Form(mapping, "usercom_connector.usercom_field_mapping_conversion_view_form") as form:
            form.conversion = "table"
            names = [line["odoo_name"] for line in form.value_ids._records]
            with form.value_ids.edit(names.index("Farms")) as line:
                line.usercom_value = "A"
            self.assertEqual(form.preview, "Anna Nowak: Farms → A")
        self.assertIn(("Farms", "A"), [(x.odoo_name, x.usercom_value) for x in mapping.value_ids])

    def test_nobody_sees_a_contact_or_a_value_that_is_kept_from_him(self):
        user = new_test_user(self.env, "reader", groups="usercom_connector.group_usercom_user")
        mapping = self.pair(self.backend, "ref", "text")
        self.contact(name="Anna Nowak", ref="a1")
        self.assertIn("a1", mapping.with_user(user).preview)
        self.env["ir.rule"].create(
            {
                "name": "no contact with a reference",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('ref', '=', False)]",
            }
        )
        self.env.invalidate_all()
        self.assertFalse(mapping.with_user(user).preview)
        with self.assertRaises(AccessError):
            mapping.with_user(user).action_add_values()


class TestExplained(ConversionCase):
    def test_the_explanation_tells_the_converted_value(self):
        self.pair(self.backend, "ref", "text", conversion="upper")
        contact = self.somebody(ref="a1")
        contact.ref = "b2"
        action = contact.action_usercom_explain()
        lines = self.env["usercom.explanation"].browse(action["res_id"]).line_ids
        [line] = lines.filtered(lambda line: line.mapping_id._key() == "text")
        self.assertEqual((line.odoo, line.agreed, line.verdict), ("B2", "A1", "send"))
