"""Field mappings: which pairs are taken, what becomes of them when User.com changes."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from .common_mappings import MappingCase


class TestPairs(MappingCase):
    def test_a_mismatch_names_both_types_and_those_that_fit(self):
        self.refused("email", "score", "Email", "char", "Score", "integer", "string")
        self.refused("category_id", "score", "Tags", "many2many", "string", "fixed")

    def test_a_pair_in_one_direction_only_is_taken_in_that_one(self):
        self.define("Joined", "string")
        mapping = self.pair(self.backend, "create_date", "joined")
        self.assertEqual(mapping.direction, "export")
        with self.assertRaisesRegex(ValidationError, "only be synced in this direction"):
            mapping.direction = "import"

    def test_what_user_com_does_not_let_write_only_comes(self):
        mapping = self.pair(self.backend, "ref", "os_type")
        self.assertEqual(mapping.direction, "import")
        with self.assertRaisesRegex(ValidationError, "only be synced in this direction"):
            mapping.direction = "both"

    def test_two_sides_that_can_only_be_read_are_refused(self):
        self.refused("create_date", "first_seen", "only be read")

    def test_fields_that_are_not_stored_contact_fields_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "not a stored field of contacts"):
            self.raw_pair(self.env["ir.model.fields"]._get("res.partner", "contact_address"))
        with self.assertRaisesRegex(ValidationError, "not a stored field of contacts"):
            self.raw_pair(self.env["ir.model.fields"]._get("res.bank", "street"), "city")

    def raw_pair(self, field, attribute="region"):
        return self.env["usercom.field.mapping"].create(
            {
                "backend_id": self.backend.id,
                "field_id": field.id,
                "attribute_id": self.attribute(attribute).id,
            }
        )

    def test_the_key_field_is_not_a_value(self):
        self.refused("usercom_key", "region", "keeps the User.com id")
        self.backend.key_field_id = self.field("ref")
        self.refused("ref", "region", "keeps the User.com id")

    def test_an_attribute_is_paired_once(self):
        region = self.attribute("region").id
        vals = {"backend_id": self.backend.id, "field_id": self.field("ref").id}
        both = [{**vals, "attribute_id": region}, {**vals, "attribute_id": region}]
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["usercom.field.mapping"].create(both)

    def test_another_accounts_attribute_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.account(company, "other")
        with self.assertRaisesRegex(ValidationError, "another User.com account"):
            self.env["usercom.field.mapping"].create(
                {
                    "backend_id": self.backend.id,
                    "field_id": self.field("ref").id,
                    "attribute_id": other.attribute_ids[0].id,
                }
            )

    def test_a_manager_cannot_send_what_he_may_not_read(self):
        manager = new_test_user(
            self.env, "manager", groups="usercom_connector.group_usercom_manager"
        )
        self.patch(self.env["res.partner"]._fields["ref"], "groups", "base.group_system")
        with self.assertRaisesRegex(ValidationError, "may not read"):
            self.env["usercom.field.mapping"].with_user(manager).create(
                {
                    "backend_id": self.backend.id,
                    "field_id": self.field("ref").id,
                    "attribute_id": self.attribute("region").id,
                }
            )


class TestEveryWayIn(MappingCase):
    """The table of types holds whichever way a row is made."""

    def test_by_the_form(self):
        form = Form(
            self.env["usercom.field.mapping"], "usercom_connector.usercom_field_mapping_view_list"
        )
        form.field_id = self.field("employee")
        form.attribute_id = self.attribute("region")
        with self.assertRaisesRegex(ValidationError, "cannot be paired"):
            form.save()

    def test_by_import(self):
        columns = ["backend_id/.id", "field_id/.id", "attribute_id/.id"]
        row = [self.backend.id, self.field("employee").id, self.attribute("region").id]
        result = self.env["usercom.field.mapping"].load(columns, [list(map(str, row))])
        self.assertFalse(result["ids"])
        self.assertIn("cannot be paired", result["messages"][0]["message"])

    def test_by_a_write(self):
        mapping = self.pair(self.backend, "ref", "region")
        with self.assertRaisesRegex(ValidationError, "cannot be paired"):
            mapping.write({"field_id": self.field("employee").id})
        with self.assertRaisesRegex(ValidationError, "cannot be paired"):
            mapping.write({"attribute_id": self.attribute("score").id})

    def test_by_a_command_on_the_account(self):
        with self.assertRaisesRegex(ValidationError, "cannot be paired"):
            self.backend.write(
                {
                    "mapping_ids": [
                        (
                            0,
                            0,
                            {
                                "field_id": self.field("employee").id,
                                "attribute_id": self.attribute("region").id,
                            },
                        )
                    ]
                }
            )


class TestChoices(MappingCase):
    def setUp(self):
        super().setUp()
        self.custom_field(
            "x_size", "selection", selection="[('s', 'Small'), ('m', 'Medium'), ('l', 'Large')]"
        )

    def test_choices_that_are_the_same_travel_both_ways(self):
        self.define("Size", "fixed", ["l", "m", "s"])
        self.assertEqual(self.pair(self.backend, "x_size", "size").direction, "both")

    def test_choices_user_com_lacks_are_named(self):
        self.define("Size", "fixed", ["s"])
        self.refused("x_size", "size", "Size", "m, l", "Add them in User.com")

    def test_choices_odoo_lacks_are_named(self):
        self.define("Size", "fixed", ["s", "m", "l", "xl", "xxl"])
        self.refused("x_size", "size", "xl, xxl", "from Odoo to User.com only")
        self.pair(self.backend, "x_size", "size", direction="export")

    def test_choices_that_are_the_labels_travel_both_ways(self):
        self.define("Size", "fixed", ["Small", "medium", "LARGE"])
        self.assertEqual(self.pair(self.backend, "x_size", "size").direction, "both")
        contact = self.synced(email="jan@example.org", x_size="l")
        self.assertEqual(self.remote(contact)["attributes"]["size"], ["LARGE"])
        self.assertEqual(self.binding(contact).state, "synced")
        self.change_there(contact, size=["Small"])
        self.assertEqual(contact.x_size, "s")
        self.assertFalse(self.calls("PUT"))

    def test_labels_that_user_com_lacks_are_named(self):
        self.define("Size", "fixed", ["Small", "Medium"])
        self.refused("x_size", "size", "Size", ": l.", "Add them in User.com")

    def test_labels_are_no_choices_where_a_key_is_one(self):
        self.define("Size", "fixed", ["s", "Medium", "Large"])
        self.refused("x_size", "size", "Size", "m, l", "Add them in User.com")

    def test_labels_are_understood_when_they_come(self):
        self.define("Size", "fixed", ["Small", "m"])
        self.pair(self.backend, "x_size", "size", direction="import")

    def test_records_are_compared_by_name(self):
        industries = self.env["res.partner.industry"].search([])
        self.define("Branch", "fixed", ["Mining"])
        self.refused("industry_id", "branch", industries[0].name)
        names = industries.mapped("display_name")
        self.define("Industry", "fixed", names)
        self.assertEqual(self.pair(self.backend, "industry_id", "industry").direction, "both")

    def test_countries_are_compared_by_code(self):
        codes = self.env["res.country"].search([]).mapped("code")
        self.define("Land", "fixed", codes[1:])
        self.refused("country_id", "land", codes[0])

    def test_a_table_too_large_for_choices_is_refused(self):
        self.define("State", "fixed", ["x"])
        self.refused("state_id", "state", "more than 1000")

    def test_several_values_need_an_attribute_that_takes_several(self):
        tag = self.env["res.partner.category"].search([])
        names = [*dict.fromkeys(tag.mapped("display_name")), "VIP"]
        self.env["res.partner.category"].create({"name": "VIP"})
        self.define("Tag", "fixed", names)
        self.refused("category_id", "tag", "only one choice")
        self.define("Tags", "fixed", names, allow_multiple_choices=True)
        self.assertEqual(self.pair(self.backend, "category_id", "tags").direction, "both")

    def test_several_values_are_tried_where_nobody_tells_that_there_may_be_but_one(self):
        self.simulator.settings(multiple_read="absent")
        self.env["res.partner.category"].create({"name": "VIP"})
        tags = self.env["res.partner.category"].search([])
        self.define("Tag", "fixed", list(dict.fromkeys(tags.mapped("display_name"))))
        self.assertTrue(self.pair(self.backend, "category_id", "tag"))

    def test_choices_user_com_does_not_tell_are_judged_value_by_value(self):
        self.simulator.settings(choices_read="absent")
        self.define("Size", "fixed", ["s"])
        self.pair(self.backend, "x_size", "size")


class TestRefresh(MappingCase):
    def setUp(self):
        super().setUp()
        self.definition = self.simulator.attribute("Nickname", "string")
        self.backend.action_fetch_attributes()
        self.broken = self.pair(self.backend, "ref", "nickname")

    def forget(self):
        """Delete the attribute at User.com."""
        self.simulator.reset(rate_limit=0)
        self.simulator.attribute("email_consent", "boolean")

    def test_an_attribute_that_vanished_marks_its_mapping(self):
        self.forget()
        action = self.backend.action_fetch_attributes()
        self.assertTrue(self.broken.is_broken)
        self.assertIn("Nickname", self.broken.problem)
        self.assertIn("need attention: 1", action["params"]["message"])
        self.assertFalse(self.mapping("email").is_broken)

    def test_fetching_what_is_known_has_nobody_forget_their_caches(self):
        self.define("Status of a deal", "fixed", ["open", "won"])
        self.define("Colours", "fixed", ["red"], multiple=True)
        self.backend.action_fetch_attributes()
        self.registry.cache_invalidated.clear()
        self.backend.action_fetch_attributes()
        self.assertFalse(self.registry.cache_invalidated)
        self.forget()
        self.define("Nickname", "integer")
        self.assertTrue(self.registry.cache_invalidated)

    def test_an_attribute_nobody_maps_goes_without_a_trace(self):
        self.define("Hobby", "string")
        self.forget()
        self.backend.action_fetch_attributes()
        self.assertFalse(self.attribute("hobby"))

    def test_a_type_that_changed_marks_its_mapping(self):
        self.forget()
        self.define("Nickname", "integer")
        self.assertIn("cannot be paired", self.broken.problem)

    def test_a_broken_mapping_moves_nothing_and_the_others_go_on(self):
        contact = self.synced(email="jan@example.org", ref="Johnny")
        self.forget()
        self.backend.action_fetch_attributes()
        self.simulator.seed({"id": self.binding(contact).external_id, "email": "jan@example.org"})
        contact.write({"ref": "Jack", "phone": "5"})
        self.drain()
        bodies = [entry["body"] for entry in self.simulator.journal(kind="request", method="PUT")]
        self.assertEqual(bodies, [{"phone_number": "5"}])

    def test_a_broken_mapping_writes_nothing_here(self):
        contact = self.synced(email="jan@example.org", ref="Johnny")
        user_id = self.binding(contact).external_id
        self.broken.attribute_id.is_gone = True
        self.simulator.patch_user(user_id, nickname="Jack", phone_number="600111222")
        contact.action_usercom_pull()
        self.drain()
        self.assertEqual((contact.ref, contact.phone), ("Johnny", "600111222"))

    def test_it_mends_when_the_attribute_is_back(self):
        self.forget()
        self.backend.action_fetch_attributes()
        self.define("Nickname", "string")
        self.assertFalse(self.broken.is_broken)
        self.assertIn(self.broken, self.backend._active_mappings())

    def test_edits_that_a_broken_mapping_held_back_are_sent_once_it_is_mended(self):
        edited = self.synced(email="jan@example.org", ref="Johnny")
        self.synced(email="ewa@example.org", ref="Eve")
        self.broken.attribute_id.is_gone = True
        edited.ref = "Jack"
        self.drain()
        self.simulator.clear_journal()
        self.broken.attribute_id.is_gone = False
        self.drain()
        self.assertEqual(self.remote(edited)["attributes"]["nickname"], "Jack")
        self.assertEqual(self.calls(), [f"PUT /users/{self.binding(edited).external_id}/"])

    def test_another_field_is_compared_for_all_contacts_after_all_else(self):
        contact = self.synced(email="jan@example.org", ref="Johnny", function="Baker")
        ewa = self.synced(email="ewa@example.org", ref="Eve", function="Smith")
        alone = self.contact(email="new@example.org", function="Cook", active=False)
        self.drain()
        self.broken.field_id = self.env["ir.model.fields"]._get("res.partner", "function")
        self.assertEqual((self.waiting(contact) + self.waiting(ewa)).mapped("priority"), [-1, -1])
        self.assertFalse(self.waiting(alone))
        ewa.phone = "7"
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertEqual(self.waiting(ewa).priority, 0)
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["nickname"], "Baker")
        self.assertEqual(self.remote(ewa)["attributes"]["nickname"], "Smith")

    def test_a_pair_whose_ways_stay_the_same_compares_nothing(self):
        contact = self.synced(email="jan@example.org", ref="Johnny")
        self.broken.conflict_policy = "newest"
        self.assertFalse(self.waiting(contact))

    def test_it_mends_by_another_attribute(self):
        self.forget()
        self.backend.action_fetch_attributes()
        self.broken.attribute_id = self.attribute("region")
        self.assertFalse(self.broken.is_broken)

    def test_choices_that_vanished_mark_the_mapping(self):
        self.custom_field("x_size", "selection", selection="[('s', 'Small'), ('m', 'Medium')]")
        self.define("Size", "fixed", ["s", "m"])
        mapping = self.pair(self.backend, "x_size", "size")
        self.forget()
        self.define("Size", "fixed", ["s"])
        self.assertIn("m", mapping.problem)

    def test_only_managers_refresh(self):
        user = new_test_user(self.env, "user", groups="usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            self.backend.with_user(user).action_fetch_attributes()


class TestDeletedField(MappingCase):
    def test_its_mapping_goes_and_the_rest_goes_on(self):
        field = self.custom_field("x_nickname", "char")
        self.define("Nickname", "string")
        self.pair(self.backend, "x_nickname", "nickname")
        contact = self.synced(email="jan@example.org", x_nickname="Johnny")
        self.assertIn("x_nickname", self.env["usercom.backend"]._watched_fields()["res.partner"])
        field.unlink()
        self.assertFalse(self.mapping("nickname"))
        watched = self.env["usercom.backend"]._watched_fields()["res.partner"]
        self.assertNotIn("x_nickname", watched)
        contact.phone = "5"
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "5")

    def test_a_key_field_that_is_deleted_gives_way_to_the_built_in_one(self):
        self.backend.key_field_id = self.custom_field("x_key", "char")
        contact = self.synced(email="jan@example.org")
        self.backend.key_field_id.unlink()
        self.assertEqual(self.backend._key_field(), "usercom_key")
        contact.phone = "5"
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "5")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_a_field_that_decides_who_takes_part_is_kept(self):
        field = self.custom_field("x_vip", "boolean")
        self.backend.partner_domain = "[('x_vip', '=', True)]"
        with self.assertRaisesRegex(UserError, "x_vip.*filter"):
            field.unlink()


class TestNames(MappingCase):
    """Odoo's one name and User.com's two."""

    def test_the_split_is_reversible(self):
        names = ("Anna", "Anna Nowak", "Anna Maria Nowak", "Jan van der Berg", "Łukasz Żółw")
        for number, name in enumerate(names):
            with self.subTest(name):
                contact = self.synced(name=name, email=f"{number}@example.org")
                user = self.remote(contact)
                parts = [user["first_name"], user["last_name"]]
                self.assertEqual(" ".join(filter(None, parts)), name)
                contact.action_usercom_pull()
                self.drain()
                self.assertEqual(contact.name, name)

    def test_companies_are_untouched(self):
        self.backend.partner_domain = "[]"
        company = self.synced(name="Acme Trading Ltd", is_company=True, email="a@example.org")
        user = self.remote(company)
        self.assertEqual((user["first_name"], user["last_name"]), (None, "Acme Trading Ltd"))
        self.simulator.patch_user(user["id"], first_name="Anna", last_name="Nowak")
        company.action_usercom_pull()
        self.drain()
        self.assertEqual(company.name, "Acme Trading Ltd")
