"""One contact that cannot be dealt with stops no other."""

from unittest.mock import patch

from odoo.addons.usercom_connector.models.mapping import hooks

from .common import UsercomCase
from .common_other_apps import another_app


class TestOneAtFault(UsercomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pair(cls.backend, "city", "city")

    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(hooks, "export_value", another_app))

    def people(self, count):
        return self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(count)]
        )

    def cities(self):
        return {user["email"]: user["city"] for user in self.simulator.users(limit=1000)}

    def only_the_second_fails(self, people):
        self.drain()
        self.assertEqual(self.binding(people[1]).state, "failed")
        self.assertIn("unheard of", self.binding(people[1]).last_error)
        self.assertIn("No 1", self.binding(people[1]).last_error)
        self.assertFalse(self.waiting(people[1]))
        for contact in people - people[1]:
            self.assertEqual(self.cities()[contact.email], contact.city)

    def test_a_value_that_cannot_be_read_fails_with_its_contact(self):
        people = self.people(3)
        people.city = "Łódź"
        people[1].city = "Wrocław"
        self.only_the_second_fails(people)

    def test_among_many_that_are_alike(self):
        people = self.people(40)
        self.drain()
        people.city = "Łódź"
        people[1].city = "Wrocław"
        self.only_the_second_fails(people)

    def test_in_a_comparison(self):
        people = self.people(3)
        people.city = "Łódź"
        self.drain()
        self.env.cr.execute("UPDATE res_partner SET city = 'Wrocław' WHERE id = %s", people[1].ids)
        self.simulator.patch_user(self.binding(people[2]).external_id, city="Gdynia")
        self.env.invalidate_all()
        self.backend.action_compare()
        people[0].city = "Poznań"
        self.drain()
        self.assertEqual(self.cities()["no0@example.org"], "Poznań")
        found = self.env["usercom.drift"].search([("partner_id", "in", people.ids)])
        self.assertEqual(found.mapped("partner_id"), people[2])
        failed = self.env["usercom.inbox"].search([("state", "=", "failed")])
        self.assertEqual(failed.external_id, self.binding(people[1]).external_id)

    def test_in_the_preview_of_an_initial_sync(self):
        """Of whatever kind the error is: JSON that nests too deep ends in a RecursionError."""
        self.drain()
        self.backend.state = "authenticated"
        people = self.people(3)
        people.city = "Łódź"
        people[1].city = "Wrocław"
        self.env.cr.flush()
        self.backend.state = "running"
        sync = self.env["usercom.sync"].create({"direction": "export"})
        sync.action_preview()
        self.drain()
        self.assertEqual((sync.state, sync.error), ("ready", False))
        failed = sync.line_ids.filtered("problems")
        self.assertEqual(failed.partner_id, people[1])
        self.assertIn("unheard of", failed.problems)

    def test_a_tag_without_a_name_counts_as_none(self):
        self.pair(self.backend, "category_id", "region", direction="export")
        Tags = self.env["res.partner.category"]

        def name(tags):
            for tag in tags:
                tag.display_name = tag.name if tag.name != "A" else False

        self.patch(type(Tags), "_compute_display_name", name)
        tags = Tags.create([{"name": "A"}, {"name": "B"}])
        contact = self.synced(email="jan@example.org", category_id=tags.ids)
        self.assertEqual(self.remote(contact)["region"], "B")
