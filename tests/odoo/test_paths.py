"""Paths: values of records that a contact leads to, sent when anything on the way changes."""

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user

from odoo.addons.usercom_connector.models.queue import outbox_enqueue, touched
from odoo.addons.usercom_connector.services.importer import Importer
from odoo.addons.usercom_connector.usercom import User

from .common_mappings import PathCase

FORM = "usercom_connector.usercom_field_mapping_conversion_view_form"


class IndustryCase(PathCase):
    def setUp(self):
        super().setUp()
        self.farms, self.mines = self.env["res.partner.industry"].create(
            [{"name": "Farms"}, {"name": "Mines"}]
        )
        self.acme = self.company("Acme", industry_id=self.farms.id)

    def company(self, name, **values):
        return self.contact(name=name, is_company=True, **values)

    def employee(self, name="jan", **values):
        return self.synced(name=name, email=f"{name}@example.org", parent_id=self.acme.id, **values)


class TestSent(IndustryCase):
    def test_whatever_changes_on_the_way_is_sent(self):
        mapping = self.path("parent_id.industry_id.name")
        self.assertEqual((mapping.direction, mapping.field_type), ("export", "char"))
        self.assertEqual(mapping.field_id, self.field("parent_id"))
        self.assertIn("Industry > Name", mapping.display_name)
        jan = self.employee()
        self.assertEqual(self.value(jan), "Farms")
        self.farms.name = "Agriculture"
        self.drain()
        self.assertEqual(self.value(jan), "Agriculture")
        self.acme.industry_id = self.mines
        self.drain()
        self.assertEqual(self.value(jan), "Mines")
        jan.parent_id = self.company("Other", industry_id=self.farms.id)
        self.drain()
        self.assertEqual(self.value(jan), "Agriculture")
        jan.parent_id = False
        self.drain()
        self.assertIsNone(self.value(jan))

    def test_a_record_at_the_end_is_named(self):
        self.path("parent_id.industry_id")
        self.path("parent_id.country_id", "country")
        self.acme.country_id = self.env.ref("base.pl")
        jan = self.employee()
        self.assertEqual(self.value(jan), "Farms")
        self.assertEqual(self.remote(jan)["country"], "PL")

    def test_the_salesperson_s_address(self):
        self.path("user_id.email")
        seller = new_test_user(self.env, "seller", email="seller@example.org")
        jan = self.employee(user_id=seller.id)
        self.assertEqual(self.value(jan), "seller@example.org")
        seller.partner_id.email = "other@example.org"
        self.drain()
        self.assertEqual(self.value(jan), "other@example.org")

    def test_a_number_of_the_company_and_a_conversion(self):
        self.define("Limit", "float")
        self.path("commercial_partner_id.partner_latitude", "limit")
        self.path("parent_id.industry_id.name", conversion="upper", when_empty="NONE")
        self.acme.partner_latitude = 5.5
        jan = self.employee()
        self.assertEqual((self.value(jan, "limit"), self.value(jan)), (5.5, "FARMS"))
        self.acme.partner_latitude = 6
        self.acme.industry_id = False
        self.drain()
        self.assertEqual((self.value(jan, "limit"), self.value(jan)), (6, "NONE"))

    def test_a_number_that_nobody_entered_is_none(self):
        for name, kind in (("Limit", "float"), ("Points", "integer"), ("Vip", "boolean")):
            self.define(name, kind)
        self.custom_field("x_points", "integer")
        self.custom_field("x_vip", "boolean")
        self.path("parent_id.partner_latitude", "limit")
        self.path("parent_id.x_points", "points", when_empty="5")
        self.path("parent_id.x_vip", "vip")
        jan = self.employee()
        self.assertEqual(
            [self.value(jan, key) for key in ("limit", "points", "vip")], [None, 5, None]
        )
        self.acme.write({"partner_latitude": 0, "x_points": 0, "x_vip": False})
        self.drain()
        self.assertEqual(
            [self.value(jan, key) for key in ("limit", "points", "vip")], [0, 0, False]
        )

    def test_a_value_table_of_what_the_path_ends_in(self):
        mapping = self.path("parent_id.industry_id", conversion="table")
        line = mapping.value_ids.filtered(lambda line: line.odoo_name == "Farms")
        line.usercom_value = "segment A"
        self.assertEqual(self.value(self.employee()), "segment A")

    def test_what_comes_back_is_not_written(self):
        self.path("parent_id.industry_id.name")
        jan = self.employee()
        user_id = self.binding(jan).external_id
        self.simulator.patch_user(user_id, industry="Banks")
        self.receive(id=user_id)
        self.assertEqual(self.acme.industry_id.name, "Farms")

    def test_many_contacts_wait_behind_others_and_go_in_few_calls(self):
        self.path("parent_id.industry_id.name")
        self.backend.partner_domain = "[('parent_id', '!=', False)]"
        people = [
            {"name": f"P{n}", "email": f"p{n}@example.org", "parent_id": self.acme.id}
            for n in range(120)
        ]
        people = self.env["res.partner"].create(people)
        for _run in range(3):
            self.drain()
        self.simulator.clear_journal()
        self.farms.name = "Agriculture"
        self.env.cr.flush()
        self.assertEqual(self.env["usercom.touched"].search([]).path, "parent_id.industry_id")
        self.assertFalse(self.waiting(people[0]))
        for _run in range(3):
            self.drain()
        self.assertEqual(self.value(people[0]), "Agriculture")
        self.assertEqual(self.value(people[-1]), "Agriculture")
        self.assertLess(len(self.calls()), 20)

    def test_an_edit_of_what_is_not_on_a_path_asks_the_database_nothing_more(self):
        jan = self.employee()

        def queries():
            self.env.flush_all()
            self.env.cr.precommit.run()
            before = self.env.cr.sql_log_count
            jan.comment = f"{jan.comment or ''}x"
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        queries()
        plain = queries()
        self.path("parent_id.industry_id.name")
        self.drain()
        queries()
        self.assertEqual(queries(), plain)


class TestPage(PathCase):
    """A page of users, for whose contacts all that paths lead to is read."""

    def setUp(self):
        super().setUp()
        for name in ("Ref", "Web", "Job", "Zip"):
            self.define(name, "string")
        for name in ("Banks", "People"):
            self.define(name, "integer")

    def queries(self, first, count=20):
        """How many queries it takes to create contacts of users with the ids from ``first`` on."""
        users = [
            User.from_json({"id": n, "email": f"n{n}@example.org", "name": f"Anna No{n}"})
            for n in range(first, first + count)
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        results = Importer(self.backend).import_page(users)
        self.assertEqual(len([each for each in results.values() if each.is_new]), count)
        return self.env.cr.sql_log_count - before

    def test_paths_cost_a_page_no_query_and_each_summary_one(self):
        self.queries(1000)
        plain = self.queries(2000)
        further = {"ref": "ref", "web": "website", "job": "function", "zip": "zip"}
        for attribute, field in {"industry": "city", **further}.items():
            self.path(f"parent_id.{field}", attribute)
        for attribute, field in {"banks": "bank_ids", "people": "child_ids"}.items():
            self.path(field, attribute)
        self.queries(3000)
        # One reads each summary; two more queue the contacts, whose numbers are to be sent.
        self.assertEqual(self.queries(4000), plain + 2 + 2)


class TestNoIndex(IndustryCase):
    """No index leads from an industry, or from a salesperson, back to contacts."""

    def setUp(self):
        super().setUp()
        self.path("parent_id.industry_id.name")
        self.define("Seller", "string")
        self.path("user_id.email", "seller")
        self.seller = new_test_user(self.env, "seller", email="seller@example.org")
        self.jan = self.employee(user_id=self.seller.id)

    def queries(self, edit):
        self.env.flush_all()
        self.env.cr.precommit.run()
        with self.assertLogs("odoo.sql_db", "DEBUG") as queries:
            edit()
            self.env.cr.flush()
        return "\n".join(queries.output)

    def noted(self):
        return {
            (row.path, *row.record_ids) for row in self.env["usercom.touched"]._of(self.backend)
        }

    def test_whoever_edits_does_not_wait_until_all_contacts_are_looked_through(self):
        queries = self.queries(lambda: self.farms.write({"name": "Agriculture"}))
        self.assertNotIn('FROM "res_partner"', queries)
        self.assertEqual(self.noted(), {("parent_id.industry_id", self.farms.id)})
        self.drain()
        self.assertEqual(self.value(self.jan), "Agriculture")

    def test_the_contact_of_a_salesperson_stands_for_the_salesperson(self):
        self.seller.partner_id.email = "other@example.org"
        self.env.cr.flush()
        self.assertEqual(self.noted(), {("user_id", self.seller.id)})
        self.drain()
        self.assertEqual(self.value(self.jan, "seller"), "other@example.org")

    def test_an_edit_of_who_is_nobody_s_salesperson_notes_nothing(self):
        self.jan.email = "jan2@example.org"
        self.env.cr.flush()
        self.assertEqual(self.noted(), set())

    def test_few_holders_go_before_what_was_imported(self):
        with patch.object(outbox_enqueue, "BULK", 10), patch.object(touched, "BATCH", 30):
            people = [{"name": f"P{n}", "email": f"p{n}@example.org"} for n in range(20)]
            self.env["res.partner"].create(people)
            self.farms.name = "Agriculture"
            self.simulator.clear_journal()
            self.drain()
        bodies = [entry["body"] for entry in self.simulator.journal(kind="request")]
        names = [body.get("industry") for body in bodies if isinstance(body, dict)]
        self.assertLess(names.index("Agriculture"), 5)


class TestRefused(IndustryCase):
    def test_what_leads_nowhere_or_to_many(self):
        self.refused_path("parent_id.nothing", "leads to no field")
        self.refused_path("category_id.name", "lead to one record")
        self.refused_path("parent_id.display_name", "not stored")
        self.refused_path("parent_id.parent_id.parent_id.parent_id.city", "more than 4 steps")

    def test_types_and_directions(self):
        self.define("Points", "integer")
        self.refused_path("parent_id.city", "Related Company > City", attribute="points")
        self.refused_path("parent_id.city", "only be synced in this direction", direction="both")

    def test_secrets(self):
        self.refused_path("user_id.password", "secret")
        self.refused_path("user_id.login_date.x", "no field")

    def test_a_field_that_is_kept_from_some(self):
        self.patch(self.env["res.partner.industry"]._fields["name"], "groups", "base.group_system")
        self.refused_path("parent_id.industry_id.name", "kept from some users")

    def test_a_model_that_is_kept_from_some(self):
        access = self.env["ir.model.access"].search(
            [("model_id.model", "=", "res.partner.industry"), ("perm_read", "=", True)]
        )
        access.group_id = self.env.ref("base.group_system")
        self.refused_path("parent_id.industry_id.name", "kept from some users")

    def test_what_the_author_may_not_read(self):
        manager = new_test_user(
            self.env, "author", groups="usercom_connector.group_usercom_manager"
        )
        self.patch(self.env["res.partner.industry"]._fields["name"], "groups", "base.group_system")
        with self.assertRaisesRegex(ValidationError, "may not read"):
            self.env["usercom.field.mapping"].with_user(manager).create(
                {
                    "backend_id": self.backend.id,
                    "path": "parent_id.industry_id.name",
                    "attribute_id": self.attribute("industry").id,
                }
            )

    def test_a_consent_of_somebody_else(self):
        self.define("Agreed", "boolean")
        self.refused_path("parent_id.employee", "no consent", attribute="agreed", is_consent=True)

    def test_a_record_of_another_company_is_not_read(self):
        self.path("parent_id.city")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.company("Hidden", city="Gdynia", company_id=elsewhere.id)
        jan = self.synced(name="Jan", email="jan@example.org")
        self.env.cr.execute(
            "UPDATE res_partner SET parent_id = %s WHERE id = %s", [hidden.id, jan.id]
        )
        self.env.invalidate_all()
        jan.action_usercom_push()
        self.drain()
        self.assertIsNone(self.value(jan))

    def test_of_many_read_together_only_those_of_another_company_are_not_read(self):
        self.path("parent_id.city")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.company("Hidden", city="Gdynia", company_id=elsewhere.id)
        self.acme.city = "Łódź"
        people = self.env["res.partner"].create(
            [{"name": f"Jan {n}", "email": f"jan{n}@example.org"} for n in range(4)]
        )
        self.drain()
        for person, company in zip(people, (hidden, self.acme, self.acme, hidden), strict=True):
            self.env.cr.execute(
                "UPDATE res_partner SET parent_id = %s WHERE id = %s", [company.id, person.id]
            )
        self.env.invalidate_all()
        self.env["usercom.outbox"]._enqueue(people.ids)
        self.drain()
        self.assertEqual([self.value(person) for person in people], [None, "Łódź", "Łódź", None])


class TestForm(IndustryCase):
    def test_a_pair_is_made_in_the_form(self):
        self.contact(name="Jan", parent_id=self.acme.id)
        form = Form(self.env["usercom.field.mapping"], FORM)
        form.path = "parent_id.industry_id.name"
        form.attribute_id = self.attribute("industry")
        self.assertEqual(form.direction, "export")
        self.assertIn("Jan: Farms → Farms", form.preview)
        mapping = form.save()
        self.assertEqual(mapping.path, "parent_id.industry_id.name")
        self.assertIn("Industry > Name", mapping.path_label)

    def test_one_step_is_an_ordinary_pair(self):
        mapping = self.path("city")
        self.assertEqual((mapping.path, mapping.field_id), (False, self.field("city")))

    def test_another_field_ends_the_path(self):
        mapping = self.path("parent_id.city")
        mapping.field_id = self.field("city")
        self.assertFalse(mapping.path)
        self.assertEqual(mapping.display_name.split(" ↔ ")[0], "City")

    def test_a_deleted_field_takes_the_pair_with_it(self):
        self.custom_field("x_group", "char")
        mapping = self.path("parent_id.x_group")
        self.field("x_group").unlink()
        self.assertFalse(mapping.exists())

    def test_the_explanation_names_the_path(self):
        self.path("parent_id.industry_id.name")
        action = self.employee().action_usercom_explain()
        lines = self.env["usercom.explanation"].browse(action["res_id"]).line_ids
        [line] = lines.filtered("mapping_id.path")
        self.assertEqual((line.odoo, line.agreed), ("Farms", "Farms"))
