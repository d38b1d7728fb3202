"""Segments of User.com: contacts in them get a tag when somebody asks, and nothing is sent."""

from contextlib import contextmanager

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .common_tags import TagCase


class TestSegments(TagCase):
    def setUp(self):
        super().setUp()
        self.buyers = self.tag("Buyers")
        self.simulator.seed({"email": "nobody@example.org", "segments": ["Buyers", "Idle"]})
        self.backend.action_fetch_segments()

    def segment(self, tag=None, name="Buyers"):
        label = self.env["usercom.label"].search([("name", "=", name), ("kind", "=", "segments")])
        values = {"label_id": label.id, "category_id": (tag or self.buyers).id}
        return self.env["usercom.segment"].create({"backend_id": self.backend.id, **values})

    @contextmanager
    def refused(self, why):
        """What is done cannot be saved, and is not."""
        with self.assertRaises(ValidationError) as refused:
            yield
        self.assertIn(why, str(refused.exception))

    def put_into(self, contact, *names):
        self.simulator.patch_user(self.binding(contact).external_id, segments=list(names))

    def refreshed(self, segment):
        segment.action_refresh()
        self.drain()
        return segment

    def test_it_is_of_the_account_and_no_tag_or_list(self):
        self.segment()
        label, tag = self.env["usercom.label"], self.tag("Others")
        other = self.account(self.env["res.company"].create({"name": "Elsewhere"}), "elsewhere")
        theirs = label.create({"backend_id": other.id, "kind": "segments", "name": "Buyers"})
        ours = label.create({"backend_id": self.backend.id, "kind": "tags", "name": "VIP"})
        for wrong in (theirs, ours):
            values = {"label_id": wrong.id, "category_id": tag.id, "backend_id": self.backend.id}
            with self.refused("of another account"), self.cr.savepoint():
                self.env["usercom.segment"].create(values)

    # ---- who gets the tag ----

    def test_contacts_in_the_segment_get_the_tag_and_lose_it_with_it(self):
        jan, ewa = self.synced(email="jan@example.org"), self.synced(email="ewa@example.org")
        self.put_into(jan, "Buyers")
        self.put_into(ewa, "Idle")
        segment = self.segment()
        self.assertEqual(segment.state, "never")
        self.refreshed(segment)
        self.assertEqual((jan.category_id, ewa.category_id.ids), (self.buyers, []))
        self.assertEqual((segment.state, segment.contact_count), ("done", 1))
        self.put_into(jan)
        self.put_into(ewa, "Buyers")
        self.assertEqual(jan.category_id, self.buyers)
        self.refreshed(segment)
        self.assertEqual((jan.category_id.ids, ewa.category_id), ([], self.buyers))

    def test_who_has_the_tag_and_was_never_in_the_segment_keeps_it(self):
        jan = self.synced(email="jan@example.org", category_id=self.buyers.ids)
        self.refreshed(self.segment())
        self.assertEqual(jan.category_id, self.buyers)

    def test_only_linked_contacts_get_it_and_no_employees(self):
        self.backend.partner_domain = "[]"
        person = new_test_user(self.env, "employee", "base.group_user", email="emp@example.org")
        self.drain()
        self.put_into(person.partner_id, "Buyers")
        segment = self.refreshed(self.segment())
        self.assertFalse(person.partner_id.category_id)
        self.assertFalse(self.found("nobody@example.org"))
        self.assertEqual(segment.contact_count, 0)

    def test_many_pages_are_read(self):
        contacts = self.env["res.partner"].create(
            [{"name": "P", "email": f"p{i}@example.org"} for i in range(25)]
        )
        self.drain()
        for contact in contacts:
            self.put_into(contact, "Buyers")
        self.simulator.settings(page_size=10)
        segment = self.refreshed(self.segment())
        self.assertEqual(contacts.category_id, self.buyers)
        self.assertEqual((segment.users_read, segment.contact_count), (26, 25))

    # ---- nothing is sent ----

    def test_nothing_is_sent_and_nobody_is_queued(self):
        self.pair_tags(self.tag("VIP"), "vip")
        jan = self.synced(email="jan@example.org")
        self.put_into(jan, "Buyers")
        self.simulator.clear_journal()
        rows = self.env["usercom.outbox"].search_count([])
        self.refreshed(self.segment())
        self.assertEqual(jan.category_id, self.buyers)
        self.assertEqual(self.env["usercom.outbox"].search_count([]), rows)
        jan.phone = "600100200"
        self.drain()
        self.assertEqual(self.tags_there(jan), [])
        writes = [call for call in self.calls() if not call.startswith("GET")]
        self.assertEqual(writes, [f"PUT /users/{self.binding(jan).external_id}/"])

    def test_a_paired_tag_is_not_given_by_a_segment(self):
        self.pair_tags(self.buyers, "buyers")
        with self.refused("paired with a tag of User.com"):
            self.segment()
        self.segment(self.tag("Other"))
        with self.refused("the tag of a segment"):
            self.pair_tags(self.tag("Third"), "third").category_id = (
                self.env["usercom.segment"].search([]).category_id
            )

    def test_all_tags_leave_those_of_segments_out(self):
        self.segment()
        self.label("Buyers")
        self.backend.all_tags = True
        self.tag("New")
        paired = self.backend.tag_mapping_ids.category_id
        self.assertIn("New", paired.mapped("name"))
        self.assertNotIn(self.buyers, paired)

    def test_no_mapping_sends_tags_where_segments_give_some(self):
        pair = self.pair(self.backend, "category_id", "city", direction="export")
        with self.refused("sends the tags of contacts"):
            self.segment()
        pair.unlink()
        self.segment()
        with self.refused("sends the tags of contacts"):
            self.pair(self.backend, "category_id", "city", direction="export")

    # ---- what can go wrong ----

    def test_a_segment_that_is_gone_takes_no_tag_away(self):
        jan = self.synced(email="jan@example.org")
        self.put_into(jan, "Buyers")
        segment = self.refreshed(self.segment())
        segment.label_id.external_id = 99
        self.refreshed(segment)
        self.assertEqual(jan.category_id, self.buyers)
        self.assertEqual(segment.state, "failed")
        self.assertIn("there is no such segment", segment.error)

    def test_a_broken_page_is_read_again_and_takes_no_tag_away(self):
        jan = self.synced(email="jan@example.org")
        self.put_into(jan, "Buyers")
        segment = self.refreshed(self.segment())
        self.simulator.fault(kind="status", status=503, path="/segments/*", count=1)
        self.refreshed(segment)
        self.assertEqual(segment.state, "running")
        self.assertEqual(jan.category_id, self.buyers)
        self.drain()
        self.assertEqual(segment.state, "done")

    def test_another_tag_begins_anew(self):
        jan = self.synced(email="jan@example.org")
        self.put_into(jan, "Buyers")
        segment = self.refreshed(self.segment())
        segment.category_id = self.tag("Shoppers")
        self.put_into(jan)
        self.refreshed(segment)
        self.assertEqual(jan.category_id, self.buyers)

    def test_another_system_has_other_segments_and_lists(self):
        segment = self.refreshed(self.segment())
        label = self.label("a list", kind="tags", external_id=77)
        self.backend.subdomain = "elsewhere"
        self.simulator.reset(rate_limit=0)
        self.backend.action_authenticate()
        self.assertFalse(label.exists().external_id)
        self.assertFalse(segment.label_id.external_id)
        self.assertEqual(segment.state, "never")

    # ---- who may ----

    def test_managers_refresh_and_users_look(self):
        segment = self.segment()
        user = new_test_user(self.env, "ula", "usercom_connector.group_usercom_user")
        manager = new_test_user(self.env, "mia", "usercom_connector.group_usercom_manager")
        self.assertEqual(segment.with_user(user).state, "never")
        with self.assertRaises(AccessError):
            segment.with_user(user).action_refresh()
        with self.assertRaises(AccessError):
            segment.with_user(manager).write({"is_open": True})
        segment.with_user(manager).action_refresh()
        self.assertEqual(segment.state, "running")
        self.backend.action_pause()
        with self.assertRaisesRegex(UserError, "not running"):
            segment.with_user(manager).action_refresh()
