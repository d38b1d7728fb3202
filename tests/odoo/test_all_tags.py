"""All tags of contacts are paired with the tags of users of the same name."""

from odoo.addons.usercom_connector.services.mapping.all_groups import learn_labels
from odoo.addons.usercom_connector.usercom import User

from .common_tags import TagCase


class TestAllTags(TagCase):
    def all_tags(self, prefix=""):
        self.backend.write({"all_tags": True, "tag_prefix": prefix})

    def names(self):
        """{tag of contacts: tag of User.com} of the pairs."""
        pairs = self.backend.tag_mapping_ids
        return {pair.category_id.display_name: pair.label_id.name for pair in pairs}

    def test_each_tag_is_paired_by_its_name_below_its_parents(self):
        partner = self.tag("Partner")
        gold = self.tag("Gold", parent_id=partner.id)
        self.label("partner / gold")
        self.all_tags()
        names = self.names()
        self.assertEqual(names["Partner / Gold"], "partner / gold")
        self.assertEqual(names["Partner"], "Partner")
        self.set_tags_there(self.synced(email="jan@example.org"), "Partner / Gold")
        self.assertEqual(gold.parent_id, partner)
        self.assertEqual(gold.partner_ids.email, "jan@example.org")

    def test_new_tags_of_either_side_come_to_the_other(self):
        self.all_tags()
        contact = self.synced(email="jan@example.org")
        contact.category_id = self.tag("Fair")
        self.drain()
        self.assertEqual(self.tags_there(contact), ["Fair"])
        self.set_tags_there(contact, "Fair", "Web shop")
        self.assertEqual(sorted(contact.category_id.mapped("name")), ["Fair", "Web shop"])
        self.assertFalse(contact.category_id.parent_id)
        self.simulator.seed({"email": "ewa@example.org", "tags": ["Blog"]})
        self.put(id=2)
        self.drain()
        ewa = self.env["res.partner"].search([("email", "=", "ewa@example.org")])
        self.assertEqual(ewa.category_id.name, "Blog")

    def test_tags_there_that_differ_in_letter_case_are_one(self):
        self.label("Blog", external_id=1)
        self.label("blog", external_id=2)
        for prefix in ("", "b", ""):
            self.all_tags(prefix)
        same = self.env["res.partner.category"].search([("name", "=ilike", "blog")])
        self.assertEqual(len(same), 1)
        paired = self.backend.tag_mapping_ids.filtered(lambda pair: pair.category_id == same)
        self.assertEqual(paired.label_id.name_key, "blog")

    def test_a_tag_that_cannot_be_named_there_is_made_and_not_paired(self):
        self.all_tags()
        for name in (" ", "x" * 300):
            self.assertTrue(self.tag(name))
        self.all_tags("Odoo:")
        self.assertTrue(self.tag("  "))
        self.assertFalse(
            {" ", "  ", "x" * 300} & set(self.backend.tag_mapping_ids.mapped("category_id.name"))
        )

    def test_two_names_of_one_id_are_one_tag(self):
        self.backend.all_tags = True
        tags = [{"id": 5, "name": "Old"}, {"id": 5, "name": "New"}]
        learn_labels(self.backend, [User.from_json({"id": 1, "tags": tags})])
        self.assertEqual(self.backend.tag_mapping_ids.label_id.mapped("external_id").count(5), 1)

    def test_links_are_looked_through_once_for_many_new_tags(self):
        for number in range(20):
            self.label(f"Label {number}")
        queries = self.queries(self.all_tags)
        looks = [query for query in queries if "UPDATE" in query and "usercom_binding" in query]
        paired = self.backend.tag_mapping_ids.label_id.mapped("name")
        self.assertEqual(len([name for name in paired if name.startswith("Label")]), 20)
        self.assertLessEqual(len(looks), 2)

    def queries(self, act):
        """The text of the queries of the act."""
        with self.assertLogs("odoo.sql_db", "DEBUG") as logs:
            act()
            self.env.cr.flush()
        return [record.getMessage() for record in logs.records]

    def test_a_prefix_is_there_and_not_here(self):
        self.all_tags("Odoo:")
        contact = self.synced(email="jan@example.org", category_id=self.tag("Fair").ids)
        self.assertEqual(self.tags_there(contact), ["Odoo:Fair"])
        self.set_tags_there(contact, "Odoo:Fair", "odoo: Blog", "their own", "Odoo:")
        self.assertEqual(sorted(contact.category_id.mapped("name")), ["Blog", "Fair"])
        self.drain()
        self.assertEqual(
            self.tags_there(contact), ["Odoo:", "Odoo:Fair", "odoo: Blog", "their own"]
        )

    def test_a_user_with_thousands_of_tags_makes_no_more_than_a_thousand_pairs(self):
        self.all_tags()
        contact = self.synced(email="jan@example.org")
        self.set_tags_there(contact, *(f"tag {number}" for number in range(1500)))
        self.assertLessEqual(len(self.backend.tag_mapping_ids), 1000)
        self.assertLessEqual(len(contact.category_id), 1000)

    def test_a_deleted_pair_stays_deleted(self):
        self.all_tags()
        contact = self.synced(email="jan@example.org", category_id=self.tag("Fair").ids)
        self.backend.tag_mapping_ids.unlink()
        contact.phone = "600100200"
        self.drain()
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertFalse(self.backend.tag_mapping_ids)

    def test_only_pairs_that_a_person_made_where_it_is_off(self):
        contact = self.synced(email="jan@example.org", category_id=self.tag("Fair").ids)
        self.set_tags_there(contact, "Blog")
        self.assertFalse(self.backend.tag_mapping_ids)
        self.assertEqual(contact.category_id.name, "Fair")
