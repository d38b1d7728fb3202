"""No filter, pair or preview spells out what another company has."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from .common_mappings import MappingCase

MANAGER = "base.group_partner_manager,usercom_connector.group_usercom_manager"
GUESSES = (
    [("child_ids.email", "=like", "zq%")],
    [("child_ids", "any", [("email", "=like", "zq%")])],
    [("child_ids", "ilike", "zqsecret")],
    [("child_ids", "!=", False)],
    [("category_id.partner_ids.email", "=like", "zq%")],
    ["!", ("child_ids", "not any", [("email", "=like", "zq%")])],
)
RIGHT_FOR_OWN = (
    [("child_ids.email", "=like", "own%")],
    [("child_ids", "any", [("email", "=like", "own%")])],
    [("child_ids", "ilike", "ownchild")],
    [("child_ids", "!=", False)],
    [("category_id.name", "=", "ours")],
    [("country_id.code", "=", "PL")],
    [("id", "any", [("child_ids.email", "=like", "own%")])],
)


class BetweenCompanies(MappingCase):
    """A contact of both companies, whose child is of the other one alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Elsewhere"})
        company = cls.env.company
        cls.manager = new_test_user(
            cls.env, "manager", MANAGER, company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        tag = cls.env["res.partner.category"].create({"name": "ours"})
        shared = {"is_company": False, "category_id": tag.ids}
        contacts = cls.env["res.partner"]
        cls.shared = contacts.create({"name": "Shared", "email": "s@example.org", **shared})
        cls.secret = contacts.create(
            {
                "name": "zqsecret",
                "email": "zqsecret@example.org",
                "company_id": cls.other.id,
                "category_id": tag.ids,
                "parent_id": cls.shared.id,
            }
        )
        cls.env.flush_all()

    def previewed(self, domain):
        """The contacts that an initial sync of the manager finds by ``domain``."""
        syncs = self.env["usercom.sync"].with_user(self.manager)
        sync = syncs.create({"backend_id": self.backend.id, "domain": repr(domain)})
        sync.action_preview()
        for _time in range(3):
            self.drain()
        self.assertEqual(sync.state, "ready")
        found = sync.line_ids.filtered(lambda line: line.kind != "left_out").partner_id
        sync.action_cancel()
        self.env.flush_all()
        return found


class TestFilterOfTheInitialSync(BetweenCompanies):
    def test_it_finds_nobody_by_what_another_company_has(self):
        for domain in GUESSES:
            with self.subTest(domain):
                self.assertNotIn(self.shared, self.previewed(domain))

    def test_by_what_is_of_the_own_company_it_does(self):
        poland = self.env.ref("base.pl")
        own = {"name": "ownchild", "email": "own@example.org", "parent_id": self.shared.id}
        self.env["res.partner"].create({**own, "company_id": self.env.company.id})
        self.shared.country_id = poland
        for domain in RIGHT_FOR_OWN:
            with self.subTest(domain):
                self.assertIn(self.shared, self.previewed(domain))

    def test_what_cannot_be_kept_apart_is_refused(self):
        for domain in (
            [("parent_id", "child_of", "zqsecret")],
            [("child_ids", "any!", [("email", "=like", "zq%")])],
            [("nothing.at.all", "=", 1)],
        ):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.env["usercom.sync"].with_user(self.manager).create(
                    {"backend_id": self.backend.id, "domain": repr(domain)}
                )


class TestFilterOfTheAccount(BetweenCompanies):
    def test_nobody_takes_part_by_what_another_company_has(self):
        for domain in GUESSES:
            with self.subTest(domain):
                self.backend.partner_domain = repr(domain)
                self.assertFalse(self.backend._taking_part(self.shared))
                inside = self.shared.filtered_domain(self.backend._partner_domain())
                self.assertFalse(inside)

    def test_what_is_typed_counts_as_much_as_what_is_saved(self):
        company, count = self.env.company, self.env["usercom.backend"]._count_partners
        for domain in GUESSES:
            with self.subTest(domain):
                self.assertEqual(count(repr([*domain, ("id", "=", self.shared.id)]), company), 0)

    def test_it_goes_by_no_field_kept_from_who_chooses_it(self):
        self.patch(self.env["res.partner"]._fields["ref"], "groups", "base.group_no_one")
        administrator = new_test_user(self.env, "administrator", "base.group_system")
        administrator.group_ids -= self.env.ref("base.group_no_one")
        self.patch(self.env["res.partner"]._fields["ref"], "groups", ".")
        with self.assertRaises(AccessError):
            self.backend.with_user(administrator).partner_domain = "[('ref', '=like', 'a%')]"


class TestNamesOfChoices(BetweenCompanies):
    """A fixed attribute paired with a field that leads to contacts."""

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        cls.simulator.attribute("boss", "fixed", choices=["Nobody"])

    def setUp(self):
        super().setUp()
        self.backend.action_fetch_attributes()
        self.boss = self.backend.attribute_ids.filtered(lambda a: a.name == "boss")

    def test_a_refused_pair_names_no_contact_of_another_company(self):
        pairs = self.env["usercom.field.mapping"].with_user(self.manager)
        values = {
            "backend_id": self.backend.id,
            "field_id": self.field("parent_id").id,
            "direction": "export",
        }
        with self.assertRaises(ValidationError) as caught:
            pairs.create({**values, "attribute_id": self.boss.id})
        self.assertIn("Shared", str(caught.exception))
        self.assertNotIn("zqsecret", str(caught.exception))

    def test_nor_does_the_wizard_that_creates_an_attribute(self):
        wizard = self.env["usercom.attribute.creation"].with_user(self.manager)
        made = wizard.create(
            {"backend_id": self.backend.id, "field_id": self.field("parent_id").id}
        )
        made.value_type = "fixed"
        self.assertIn("Shared", made.choices)
        self.assertNotIn("zqsecret", made.choices)

    def test_nobody_is_linked_to_a_contact_of_another_company_by_its_name(self):
        self.custom_field("x_boss_id", "many2one", relation="res.partner")
        self.pair(self.backend, "x_boss_id", "city", direction="import")
        user_id = self.person(city="zqsecret")
        self.receive(id=user_id)
        self.assertFalse(self.found().x_boss_id)


class TestValuesOfUsercom(BetweenCompanies):
    """What User.com says of a contact leads to no record of another company."""

    def test_a_value_table_does_not(self):
        self.custom_field("x_boss_id", "many2one", relation="res.partner")
        pair = self.pair(self.backend, "x_boss_id", "city", direction="import", conversion="table")
        lines = self.env["usercom.field.mapping.value"]
        for contact, text in ((self.secret, "theirs"), (self.shared, "ours")):
            known = pair.value_ids.filtered(lambda v, c=contact: v.odoo_key == str(c.id))
            values = {"odoo_key": str(contact.id), "usercom_value": text}
            known.write(values) if known else lines.create({"mapping_id": pair.id, **values})
        for email, city in (("t@example.org", "theirs"), ("o@example.org", "ours")):
            self.receive(id=self.person(email=email, city=city))
        self.assertFalse(self.found("t@example.org").x_boss_id)
        self.assertEqual(self.found("o@example.org").x_boss_id, self.shared)

    def test_the_name_of_a_company_does_not(self):
        theirs = self.env["res.partner"].create(
            {"name": "Acme", "is_company": True, "company_id": self.other.id}
        )
        self.pair(self.backend, "parent_id", "city", direction="import")
        self.receive(id=self.person(city="Acme"))
        self.assertEqual(self.found().parent_id.name, "Acme")
        self.assertNotEqual(self.found().parent_id, theirs)
