"""Which fields may be paired: none that a user of the connector may not read in Odoo."""

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user
from odoo.tests.common import JsonRpcException

from .common import UsercomCase
from .common_rpc import RpcCase

MANAGER = "base.group_partner_manager,usercom_connector.group_usercom_manager"


class FieldRightsCase(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "manager", MANAGER)
        cls.user = new_test_user(cls.env, "user", "usercom_connector.group_usercom_user")

    def refused(self, text, field, attribute, person=None, **values):
        with self.assertRaisesRegex(ValidationError, text), self.cr.savepoint():
            self.pair_as(person or self.manager, field, attribute, **values)

    def pair_as(self, person, field, attribute, **values):
        return self.pair(self.backend.with_user(person), field, attribute, **values)

    @classmethod
    def pair(cls, backend, field, attribute, **values):
        fields = cls.env["ir.model.fields"]
        pairs = backend.env["usercom.field.mapping"]
        found = backend.sudo().attribute_ids.filtered(lambda a: a.name_std == attribute)
        field_id = fields._get("res.partner", field).id
        return pairs.create(
            {
                "backend_id": backend.id,
                "field_id": field_id,
                "attribute_id": found.id,
                **values,
            }
        )


class TestFieldsKeptFromPeople(FieldRightsCase):
    def test_a_manager_pairs_no_field_that_he_may_not_read(self):
        self.assertTrue(self.env["res.partner"]._fields["signup_type"].groups)
        self.refused("may not read", "signup_type", "city", direction="export")

    def test_an_administrator_neither_as_others_would_read_it_in_the_queues(self):
        administrator = new_test_user(self.env, "administrator", "base.group_system")
        self.refused("kept from some users", "signup_type", "city", administrator)

    def test_nor_does_moving_a_pair_to_it_help(self):
        pair = self.pair_as(self.manager, "street", "city")
        kept = self.env["ir.model.fields"]._get("res.partner", "signup_type")
        with self.assertRaisesRegex(ValidationError, "may not read"):
            pair.with_user(self.manager).field_id = kept

    def test_nor_what_leads_to_it(self):
        Partner, depends = self.env["res.partner"], self.registry.field_depends
        street = Partner._fields["street2"]
        self.patch(street, "related", "parent_id.signup_type")
        self.patch(self.registry, "field_depends", {**depends, street: ("parent_id.signup_type",)})
        self.refused("may not read", "street2", "city")

    def test_nor_records_of_a_model_that_he_may_not_read(self):
        self.env["ir.model.access"].search(
            [("model_id.model", "=", "res.partner.industry")]
        ).unlink()
        self.refused("may not read", "industry_id", "city")

    def test_a_field_that_is_kept_from_people_later_is_sent_no_more(self):
        self.pair_as(self.manager, "street", "city")
        contact = self.synced(email="jan@example.org")
        self.patch(self.env["res.partner"]._fields["street"], "groups", "base.group_system")
        self.backend.action_fetch_attributes()
        [pair] = self.backend.mapping_ids.filtered(lambda m: m.field_name == "street")
        self.assertIn("kept from some users", pair.problem)
        contact.write({"street": "zqsecret 1", "phone": "600100200"})
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "600100200")
        rows = self.env["usercom.outbox"].with_user(self.manager).search([])
        self.assertNotIn("zqsecret", repr(rows.mapped("sent")))

    def test_a_field_for_users_of_the_connector_goes(self):
        self.assertTrue(self.env["res.partner"]._fields["usercom_unsubscribed"].groups)
        paired = self.backend.mapping_ids.mapped("field_name")
        self.assertIn("usercom_unsubscribed", paired)
        self.assertFalse(self.backend.mapping_ids.filtered("is_broken"))


class TestNeverImported(FieldRightsCase):
    """User.com does not say whose a contact is, who sees it, nor what it is."""

    NAMES = ("active", "is_company", "type", "company_id", "user_id", "employee")

    def test_they_are_sent_and_never_read(self):
        for name in self.NAMES:
            for direction in ("import", "both"):
                with self.subTest(name), self.assertRaises(ValidationError), self.cr.savepoint():
                    self.pair_as(self.manager, name, "city", direction=direction)

    def test_none_is_a_consent(self):
        self.simulator.attribute("flag", "boolean")
        self.backend.action_fetch_attributes()
        for name in ("active", "is_company", "employee"):
            with self.subTest(name):
                self.refused("consent|only travel", name, "flag", is_consent=True)

    def test_by_default_they_go_to_usercom(self):
        pair = self.pair_as(self.manager, "type", "city")
        self.assertEqual(pair.direction, "export")


class TestNeverImportedByRpc(RpcCase):
    """Whether a contact is an employee is for HR to say, and is no consent of the contact."""

    def pair_by_rpc(self, **values):
        pair = {
            "backend_id": self.backend.id,
            "field_id": self.env["ir.model.fields"]._get("res.partner", "employee").id,
            "attribute_id": self.backend.attribute_ids.filtered(lambda a: a.name == "flag").id,
        }
        return self.rpc(self.env["usercom.field.mapping"], "create", [{**pair, **values}])

    def test_employee_is_only_sent(self):
        self.simulator.attribute("flag", "boolean")
        self.backend.action_fetch_attributes()
        for role, groups in (("manager", MANAGER), ("administrator", "base.group_system")):
            self.sign_in(role, groups)
            for refused in ({"direction": "both"}, {"direction": "import"}, {"is_consent": True}):
                refusal = self.assertRaisesRegex(JsonRpcException, "ValidationError")
                with self.subTest(role, **refused), refusal:
                    self.pair_by_rpc(**refused)
            with self.subTest(role):
                [pair_id] = self.pair_by_rpc()
                pair = self.env["usercom.field.mapping"].browse(pair_id)
                self.assertEqual(pair.direction, "export")
                for changed in ({"direction": "both"}, {"is_consent": True}):
                    with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
                        self.rpc(pair, "write", changed)
                pair.unlink()

    def test_a_consent_of_an_earlier_version_that_is_it_stands_still(self):
        self.simulator.attribute("flag", "boolean")
        self.backend.action_fetch_attributes()
        pair = self.pair(self.backend, "employee", "flag", direction="export")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE usercom_field_mapping SET is_consent = true WHERE id = %s", [pair.id]
        )
        self.env.invalidate_all()
        pair._recheck()  # as the upgrade does
        self.assertTrue(pair.is_broken)
        self.assertIn("cannot be a consent", pair.problem)
