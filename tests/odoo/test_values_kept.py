"""A value stays what it is: names, what nobody entered, what Odoo rounds, what a company shares."""

from .common import UsercomCase


class ValuesCase(UsercomCase):
    """Contacts with further fields, paired with attributes of their own."""

    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        for name, kind in (("points", "integer"), ("lat", "float"), ("vip", "boolean")):
            cls.simulator.attribute(name, kind)
        for name, kind in (("born", "date"), ("ref", "string"), ("level", "string")):
            cls.simulator.attribute(name, kind)

    def field(self, name, ttype, **values):
        """A stored field of contacts, as an administrator adds one."""
        self.env["ir.model.fields"].create(
            {
                "name": name,
                "field_description": name.removeprefix("x_").title(),
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "ttype": ttype,
                **values,
            }
        )
        return name

    def change(self, contact, **values):
        """The user changes, and a call tells of it."""
        self.simulator.patch_user(self.binding(contact).external_id, **values)
        row = self.receive(id=self.binding(contact).external_id)
        self.drain()
        return row

    def quiet(self):
        """Whether nothing is sent any more, however often both sides are looked at."""
        self.simulator.clear_journal()
        for _run in range(2):
            self.drain()
        return [call for call in self.calls() if not call.startswith("GET")] == []


class TestNames(ValuesCase):
    def renamed(self, name):
        """The name on both sides after "Anna Maria" "Nowak" was renamed in Odoo."""
        user_id = self.person(first_name="Anna Maria", last_name="Nowak")
        self.receive(id=user_id)
        contact = self.found()
        self.assertEqual(contact.name, "Anna Maria Nowak")
        contact.name = name
        self.drain()
        self.receive(id=user_id)
        return contact.name, self.remote(contact)["name"]

    def test_a_new_last_name_doubles_no_word(self):
        self.assertEqual(self.renamed("Anna Maria Kowalska"), ("Anna Maria Kowalska",) * 2)

    def test_a_new_first_name_loses_no_word(self):
        self.assertEqual(self.renamed("Ewa Maria Nowak"), ("Ewa Maria Nowak",) * 2)

    def test_an_e_mail_address_is_no_name(self):
        user_id = self.person(first_name="anna@example.org")
        self.receive(id=user_id)
        contact = self.found()
        contact.name = "Anna Nowak"
        self.drain()
        self.assertEqual(self.remote(contact)["name"], "Anna Nowak")


class TestUnset(ValuesCase):
    def setUp(self):
        super().setUp()
        self.backend.action_fetch_attributes()
        self.pair(self.backend, self.field("x_points", "integer"), "points")
        self.pair(self.backend, self.field("x_vip", "boolean"), "vip")

    def test_what_nobody_entered_overwrites_nothing(self):
        self.person(email="jan@example.org", points=7, vip=True)
        contact = self.contact(email="jan@example.org")
        self.drain()
        self.assertEqual((contact.x_points, contact.x_vip), (7, True))
        self.assertTrue(self.quiet())

    def test_a_zero_that_somebody_entered_is_a_value(self):
        contact = self.synced(email="jan@example.org", x_points=7)
        contact.x_points = 0
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["points"], 0)

    def test_what_was_emptied_there_is_not_sent_back_as_zero(self):
        contact = self.synced(email="jan@example.org", x_points=7)
        self.change(contact, points=None)
        self.assertEqual(contact.x_points, 0)
        self.assertTrue(self.quiet())
        self.assertIsNone(self.remote(contact)["attributes"]["points"])


class TestRounding(ValuesCase):
    def test_what_odoo_rounds_is_no_edit(self):
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "partner_latitude", "lat")
        contact = self.synced(email="jan@example.org")
        self.change(contact, lat=52.229676812345)
        self.assertAlmostEqual(contact.partner_latitude, 52.2296768, 7)
        self.assertTrue(self.quiet())
        self.assertEqual(self.remote(contact)["attributes"]["lat"], 52.229676812345)
        contact.partner_latitude = 50.5
        self.drain()
        self.assertEqual(self.remote(contact)["attributes"]["lat"], 50.5)

    def test_nor_is_what_it_cleans(self):
        self.pair(self.backend, "website", "linkedin_url")
        contact = self.synced(email="jan@example.org")
        self.change(contact, linkedin_url="example.org/jan")
        self.assertEqual(contact.website, "http://example.org/jan")
        self.assertTrue(self.quiet())


class TestShared(ValuesCase):
    def setUp(self):
        super().setUp()
        self.pair(self.backend, "city", "city")
        self.company = self.env["res.partner"].create(
            {"name": "Acme", "is_company": True, "city": "Łódź"}
        )
        self.jan = self.synced(email="jan@example.org", parent_id=self.company.id)
        self.anna = self.synced(email="anna@example.org", name="Anna", parent_id=self.company.id)

    def test_one_person_s_change_is_told_and_changes_nobody_else(self):
        for city in ("Gdynia", None):
            row = self.change(self.jan, city=city)
            self.assertEqual((self.company + self.jan + self.anna).mapped("city"), ["Łódź"] * 3)
            for part in ("Jan Kowalski", "City", "company"):
                self.assertIn(part, row.error)
            self.assertTrue(self.quiet())

    def test_the_other_values_arrive(self):
        row = self.change(self.jan, city="Gdynia", phone_number="+48 1")
        self.assertEqual((row.state, self.jan.phone), ("done", "+48 1"))

    def test_a_new_person_of_the_company_does_not_change_its_address(self):
        self.pair(self.backend, "parent_id", "region")
        self.receive(id=self.person(email="ewa@example.org", city="Gdynia", region="Acme"))
        ewa = self.found("ewa@example.org")
        self.assertEqual(
            (ewa.parent_id, ewa.city, self.company.city), (self.company, *["Łódź"] * 2)
        )

    def test_what_changes_on_the_company_is_sent_for_all(self):
        self.change(self.jan, city="Gdynia")
        self.company.city = "Kraków"
        self.drain()
        for contact in (self.jan, self.anna):
            self.assertEqual(self.remote(contact)["city"], "Kraków")

    def test_somebody_without_a_company_has_an_address_of_his_own(self):
        ewa = self.synced(email="ewa@example.org", name="Ewa", city="Łódź")
        self.change(ewa, city="Gdynia")
        self.assertEqual(ewa.city, "Gdynia")


class TestDisplayNames(ValuesCase):
    def test_a_category_shown_with_its_parent_is_found_again(self):
        self.backend.action_fetch_attributes()
        Category = self.env["res.partner.category"]
        parent = Category.create({"name": "Partner"})
        gold, silver = Category.create(
            [{"name": name, "parent_id": parent.id} for name in ("Gold", "Silver")]
        )
        name = self.field("x_level_id", "many2one", relation="res.partner.category")
        self.pair(self.backend, name, "level")
        contact = self.synced(email="jan@example.org", x_level_id=gold.id)
        self.assertEqual(self.remote(contact)["attributes"]["level"], "Partner / Gold")
        self.change(contact, level="Partner / Silver")
        self.assertEqual(contact.x_level_id, silver)

    def test_no_company_is_made_of_how_a_person_is_shown(self):
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "parent_id", "level")
        acme = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        boss = self.contact(name="Jan Nowak", parent_id=acme.id, type="other")
        count = self.env["res.partner"].search_count([("is_company", "=", True)])
        contact = self.synced(email="jan@example.org", parent_id=boss.id)
        self.change(contact, level="Acme, Jan Nowak")
        self.assertEqual(contact.parent_id, boss)
        self.contact(name="Ewa Lis", parent_id=acme.id)
        self.assertIn("Acme, Ewa Lis", self.change(contact, level="Acme, Ewa Lis").error)
        self.assertEqual(contact.parent_id, boss)
        self.assertEqual(self.env["res.partner"].search_count([("is_company", "=", True)]), count)

    def test_of_several_addresses_only_the_first_is_replaced(self):
        contact = self.synced(email="a@example.org, b@example.org")
        self.change(contact, email="a2@example.org")
        self.assertEqual(contact.email, "a2@example.org, b@example.org")
        self.assertTrue(self.quiet())


class TestOddValues(ValuesCase):
    def test_a_sign_no_database_keeps_fails_its_value_alone(self):
        self.backend.action_fetch_attributes()
        self.pair(self.backend, "ref", "ref")
        contact = self.synced(email="jan@example.org")
        row = self.change(contact, ref="a\0b", phone_number="+48 7")
        self.assertEqual((contact.ref, contact.phone), (False, "+48 7"))
        self.assertIn("Reference", row.error)

    def test_the_day_of_a_moment_is_that_of_the_contact(self):
        self.backend.action_fetch_attributes()
        self.pair(self.backend, self.field("x_at", "datetime"), "born", direction="export")
        contact = self.synced(
            email="jan@example.org", tz="Europe/Warsaw", x_at="2024-06-14 22:30:00"
        )
        self.assertEqual(self.remote(contact)["attributes"]["born"], "2024-06-15")

    def gender(self):
        """A selection of contacts, paired with User.com's own gender."""
        chosen = [("male", "Male"), ("female", "Female"), ("other", "Other")]
        lines = [(0, 0, {"value": key, "name": name}) for key, name in chosen]
        return self.pair(
            self.backend, self.field("x_gender", "selection", selection_ids=lines), "gender"
        )

    def test_gender_is_paired_with_a_selection(self):
        self.gender()
        contact = self.synced(email="jan@example.org", x_gender="female")
        self.assertEqual(self.remote(contact)["gender"], "female")
        self.change(contact, gender="unknown")
        self.assertFalse(contact.x_gender)
        self.change(contact, gender="male")
        self.assertEqual(contact.x_gender, "male")

    def test_a_gender_that_user_com_lacks_is_told_for_the_contact(self):
        self.gender()
        contact = self.synced(email="jan@example.org", x_gender="other", phone="+48 9")
        self.assertIn("Gender", self.binding(contact).last_error)
        self.assertEqual(self.remote(contact)["phone_number"], "+48 9")
