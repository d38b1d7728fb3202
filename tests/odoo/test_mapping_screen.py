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


class TestCreatedOnTheWay(MappingCase):
    def test_what_the_drop_down_creates_is_handed_to_the_mapping_and_not_paired(self):
        creation = self.env["usercom.attribute.creation"].create(
            {
                "backend_id": self.backend.id,
                "field_id": self.field("function").id,
                "is_paired": False,
            }
        )
        self.assertEqual((creation.name, creation.value_type), ("Job Position", "string"))
        answer = creation.action_create()
        attribute = self.attribute("job_position")
        named = {"id": attribute.id, "display_name": "Job Position (Text)"}
        self.assertEqual(answer["infos"], {"attribute": named})
        self.assertFalse(self.mapping("job_position"))
        self.pair(self.backend, "function", "job_position")


class TestExamples(MappingCase):
    def setUp(self):
        super().setUp()
        self.phone = self.mapping("phone_number")
        self.reader = new_test_user(
            self.env, "reader", groups="usercom_connector.group_usercom_user"
        )

    def shown(self, mapping, reader=None):
        """What the list shows of the pair to the reader."""
        mapping.invalidate_recordset()
        names = ["odoo_example", "usercom_example", "example_partner_id"]
        [row] = mapping.with_user(reader or self.reader).read(names)
        return row["odoo_example"], row["usercom_example"], (row["example_partner_id"] or [0])[0]

    def test_both_sides_of_a_linked_contact_are_shown_and_user_com_is_not_asked(self):
        self.synced(email="ewa@example.org")
        jan = self.synced(email="jan@example.org", phone="+48 601 111 222")
        self.assertEqual(self.shown(self.phone), ("+48601111222", "+48601111222", jan.id))
        self.assertEqual(self.shown(self.mapping("first_name"))[:2], ("Jan", "Jan"))
        self.assertEqual(self.calls(), [])

    def test_what_user_com_last_had_is_shown_where_the_contact_was_edited_since(self):
        jan = self.synced(email="jan@example.org", phone="+48 601 111 222")
        jan.phone = "+48 602 333 444"
        self.assertEqual(self.shown(self.phone)[:2], ("+48602333444", "+48601111222"))

    def test_before_anybody_is_linked_a_contact_that_would_be_sent_is_shown(self):
        self.contact(email="old@example.org", phone="+48 600 000 000", type="delivery")
        jan = self.contact(email="jan@example.org", phone="+48 601 111 222")
        self.contact(email="ewa@example.org")
        self.assertEqual(self.shown(self.phone), ("+48601111222", False, jan.id))
        self.assertFalse(self.phone.compared_count)

    def test_a_new_pair_is_shown_with_a_contact_that_has_the_value(self):
        self.synced(email="ewa@example.org")
        jan = self.synced(email="jan@example.org", city="Łódź")
        city = self.pair(self.backend, "city", "city")
        self.assertEqual(self.shown(city), ("Łódź", False, jan.id))
        self.assertFalse(city.compared_count)

    def test_values_are_shown_in_the_readers_words(self):
        self.synced(email="jan@example.org", x_email_consent=True)
        self.assertEqual(self.shown(self.mapping("email_consent"))[0], "given")

    def test_a_contact_that_the_reader_may_not_read_is_no_example(self):
        hidden = self.synced(email="jan@example.org", phone="+48 601 111 222", city="Hidden")
        self.env["ir.rule"].create(
            {
                "name": "Not everybody's contact",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('city', '!=', 'Hidden')]",
            }
        )
        self.assertEqual(self.shown(self.phone), (False, False, 0))
        seen = self.synced(email="ewa@example.org", phone="+48 602 333 444")
        self.assertEqual(self.shown(self.phone)[2], seen.id)
        self.assertNotEqual(hidden, seen)

    def test_a_field_that_the_reader_may_not_read_has_no_example(self):
        self.synced(email="jan@example.org", phone="+48 601 111 222")
        self.patch(self.env["res.partner"]._fields["phone"], "groups", "base.group_system")
        self.assertEqual(self.shown(self.phone), (False, False, 0))
        self.assertEqual(self.shown(self.mapping("email"))[0], "jan@example.org")

    def test_it_says_how_many_of_the_synchronized_contacts_have_a_value(self):
        for number in range(4):
            self.synced(email=f"{number}@example.org", phone=number == 2 and "+48 601 111 222")
        self.contact(email="waiting@example.org", phone="+48 602 333 444")
        self.assertEqual((self.phone.filled_share, self.phone.compared_count), (0.25, 4))
        self.assertEqual(self.mapping("email").filled_share, 1)

    def test_a_deleted_user_does_not_count(self):
        self.synced(email="jan@example.org", phone="+48 601 111 222")
        gone = self.synced(email="ewa@example.org")
        self.binding(gone).state = "gone"
        self.assertEqual((self.phone.filled_share, self.phone.compared_count), (1, 1))

    def test_a_pair_under_way_has_no_example_yet(self):
        self.synced(email="jan@example.org", phone="+48 601 111 222")
        form = Form(self.env["usercom.field.mapping"], LIST)
        form.field_id = self.field("city")
        self.assertFalse(form.odoo_example)


class TestErrors(MappingCase):
    """What failed because of a value is counted with its pair, and opened from there."""

    def setUp(self):
        super().setUp()
        self.city = self.pair(self.backend, "city", "city")
        for number in range(2):
            self.contact(email=f"{number}@example.org", city="x" * 70)
        self.drain()
        self.env.cr.flush()
        self.env.invalidate_all()

    def test_what_failed_because_of_a_value_is_counted_with_its_pair(self):
        self.assertEqual(self.city.error_count, 2)
        self.assertEqual(self.mapping("email").error_count, 0)
        user = new_test_user(self.env, "user", groups="usercom_connector.group_usercom_user")
        self.assertEqual(self.city.with_user(user).error_count, 2)

    def test_what_is_mended_does_not_count_any_more(self):
        self.found("0@example.org").city = "Łódź"
        self.drain()
        self.assertEqual(self.city.error_count, 1)

    def test_it_opens_what_failed_for_managers(self):
        action = self.city.action_open_errors()
        failures = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual((failures.mapping_id, failures.rows), (self.city, 2))
        user = new_test_user(self.env, "user", groups="usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            self.city.with_user(user).action_open_errors()
