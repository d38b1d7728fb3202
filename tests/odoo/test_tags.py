"""Tags of contacts and tags of users: who gets or loses one gets or loses the other."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common_sync import SyncCase
from .common_tags import TagCase


class TestTags(TagCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vip, cls.press, cls.own = cls.tag("VIP"), cls.tag("Press"), cls.tag("Own")
        cls.pair_tags(cls.vip, "vip customers")
        cls.pair_tags(cls.press, "press")

    # ---- from Odoo ----

    def test_a_tag_given_in_odoo_is_given_there_and_taken_away_again(self):
        contact = self.synced(email="jan@example.org")
        contact.category_id = self.vip + self.own
        self.drain()
        self.assertEqual(self.tags_there(contact), ["vip customers"])
        row = self.env["usercom.outbox"].search([("partner_id", "=", contact.id)], limit=1)
        self.assertIn("Tag: VIP", str(row.sent))
        contact.category_id = self.own
        self.drain()
        self.assertEqual(self.tags_there(contact), [])

    def test_a_tag_edited_from_its_own_side_is_sent_too(self):
        contact = self.synced(email="jan@example.org")
        self.vip.partner_ids = contact
        self.drain()
        self.assertEqual(self.tags_there(contact), ["vip customers"])

    def test_a_new_contact_takes_its_tags_along(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        self.assertEqual(self.tags_there(contact), ["vip customers"])

    def test_tags_never_go_in_the_body_of_a_user(self):
        self.synced(email="jan@example.org", category_id=(self.vip + self.press).ids)
        bodies = [e["body"] for e in self.simulator.journal(kind="request")]
        self.assertFalse([body for body in bodies if isinstance(body, dict) and "tags" in body])

    def test_only_paired_tags_are_touched(self):
        contact = self.synced(email="jan@example.org")
        self.set_tags_there(contact, "their own", "press")
        self.assertEqual(contact.category_id, self.press)
        contact.category_id = self.own + self.vip
        self.drain()
        self.assertEqual(self.tags_there(contact), ["their own", "vip customers"])
        self.assertEqual(contact.category_id, self.own + self.vip)

    def test_several_tags_are_given_in_one_call_where_the_user_has_a_custom_id(self):
        self.backend.custom_id_policy = "database_id"
        contact = self.synced(email="jan@example.org")
        contact.category_id = self.vip + self.press
        self.drain()
        self.assertEqual(self.tags_there(contact), ["press", "vip customers"])
        writes = [call for call in self.calls("POST") if "tag" in call]
        self.assertEqual(len(writes), 1, writes)

    def test_a_removal_goes_by_the_method_that_is_served_and_remembers_it(self):
        contact = self.synced(email="jan@example.org", category_id=(self.vip + self.press).ids)
        self.simulator.settings(removal_method="DELETE")
        contact.category_id = False
        self.drain()
        self.assertEqual(self.tags_there(contact), [])
        tried = [call for call in self.calls() if "remove_tag" in call]
        self.assertEqual([call.split()[0] for call in tried], ["POST", "DELETE", "DELETE"])

    def test_a_tag_that_user_com_refuses_is_told_and_the_rest_is_sent(self):
        contact = self.synced(email="jan@example.org")
        self.simulator.fault(kind="status", status=400, path="/users/*/add_tag/")
        contact.write({"category_id": self.vip.ids, "phone": "600100200"})
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "600100200")
        self.assertIn("did not change “Tag: VIP”", contact.usercom_error)
        self.simulator.clear_faults()
        contact.action_usercom_push()
        self.drain()
        self.assertEqual(self.tags_there(contact), ["vip customers"])
        self.assertFalse(contact.usercom_error)

    def test_a_call_answered_with_nothing_is_made_again_where_it_was_not_made(self):
        contact = self.synced(email="jan@example.org", category_id=self.press.ids)
        both, rest = ["press", "vip customers"], ["vip customers"]
        cases = (("add_tag", self.press + self.vip, both), ("remove_tag", self.vip, rest))
        for call, tags, there in cases:
            path = f"/users/*/{call}/"
            self.simulator.fault(kind="status", status=200, body={}, path=path, count=2)
            contact.category_id = tags
            self.drain()
            self.simulator.clear_faults()
            self.put(id=self.binding(contact).external_id)
            self.waiting(contact).next_attempt_at = False
            self.drain()
            self.assertEqual((self.tags_there(contact), contact.category_id), (there, tags))
            self.assertFalse(contact.usercom_error)

    # ---- from User.com ----

    def test_a_tag_given_or_taken_there_comes_to_the_contact(self):
        contact = self.synced(email="jan@example.org", category_id=self.own.ids)
        self.set_tags_there(contact, "vip customers")
        self.assertEqual(contact.category_id, self.own + self.vip)
        self.set_tags_there(contact)
        self.assertEqual(contact.category_id, self.own)

    def test_what_came_from_there_is_not_sent_back(self):
        contact = self.synced(email="jan@example.org")
        self.set_tags_there(contact, "vip customers")
        self.simulator.clear_journal()
        self.drain()
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual([call for call in self.calls() if not call.startswith("GET")], [])

    def test_a_new_person_there_brings_the_tags(self):
        self.simulator.seed({"email": "ewa@example.org", "tags": ["press", "other"]})
        self.put(id=1)
        self.drain()
        ewa = self.env["res.partner"].search([("email", "=", "ewa@example.org")])
        self.assertEqual(ewa.category_id, self.press)

    def test_letter_case_makes_no_other_tag(self):
        contact = self.synced(email="jan@example.org")
        self.set_tags_there(contact, "VIP Customers")
        self.assertEqual(contact.category_id, self.vip)

    def test_an_answer_without_tags_says_nothing_of_them(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        user = {"id": self.binding(contact).external_id, "email": "jan@example.org", "city": "Oz"}
        self.simulator.fault(kind="status", status=200, body=user, method="GET", path="/users/*")
        self.put(id=user["id"])
        self.drain()
        self.assertEqual(contact.category_id, self.vip)
        self.simulator.clear_faults()
        self.assertEqual(self.tags_there(contact), ["vip customers"])

    def test_hostile_tags_do_no_harm(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        odd = [None, 7, {}, {"name": "x" * 10_000, "id": 1}, {"name": "a\0b"}, ["y"], {"name": []}]
        odd += [{"name": f"tag {i}", "id": i + 10} for i in range(5000)]
        odd += [{"name": "PRESS", "id": "7"}, {"name": "press", "id": -1}]
        user = {"id": self.binding(contact).external_id, "email": "jan@example.org", "tags": odd}
        self.simulator.fault(kind="status", status=200, body=user, method="GET", path="/users/*")
        self.put(id=user["id"])
        self.drain()
        self.assertEqual(contact.category_id, self.press)

    # ---- both ----

    def test_an_add_here_and_a_removal_there_settle_by_what_was_agreed(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        contact.category_id = [Command.link(self.press.id)]
        self.set_tags_there(contact)
        self.drain()
        self.assertEqual(contact.category_id, self.press)
        self.assertEqual(self.tags_there(contact), ["press"])

    def test_a_removal_here_is_not_undone_by_the_tag_that_is_still_there(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        contact.category_id = False
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.drain()
        self.assertFalse(contact.category_id)
        self.assertEqual(self.tags_there(contact), [])

    def test_who_meets_for_the_first_time_has_the_tags_of_both(self):
        self.simulator.seed({"email": "jan@example.org", "tags": ["press"]})
        contact = self.contact(email="jan@example.org", category_id=self.vip.ids)
        self.drain()
        self.drain()
        self.assertEqual(contact.category_id, self.vip + self.press)
        self.assertEqual(self.tags_there(contact), ["press", "vip customers"])

    def test_a_direction_keeps_the_other_side_from_changing(self):
        pairs = self.backend.tag_mapping_ids
        pairs[0].direction, pairs[1].direction = "export", "import"
        contact = self.synced(email="jan@example.org")
        contact.category_id = self.vip + self.press
        self.drain()
        self.assertEqual(self.tags_there(contact), ["vip customers"])
        self.set_tags_there(contact)
        self.assertIn(self.vip, contact.category_id)

    def test_a_lost_answer_does_not_undo_the_tag(self):
        contact = self.synced(email="jan@example.org")
        contact.category_id = self.vip
        self.simulator.fault(kind="reset", path="/users/*/add_tag/", apply=True, count=1)
        self.drain()
        self.put(id=self.binding(contact).external_id)
        self.env["usercom.outbox"].search([("state", "=", "pending")]).next_attempt_at = False
        self.drain()
        self.assertEqual(contact.category_id, self.vip)
        self.assertEqual(self.tags_there(contact), ["vip customers"])

    # ---- pairs ----

    def test_a_renamed_tag_there_is_still_the_same_tag(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        self.backend.action_fetch_tags()
        self.api("PUT", "/tags/1/", {"name": "Best customers"})
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual(contact.category_id, self.vip)
        self.backend.action_fetch_tags()
        self.assertEqual(self.backend.tag_mapping_ids[0].label_id.name, "Best customers")
        contact.category_id = False
        self.drain()
        self.assertEqual(self.tags_there(contact), [])

    def test_an_archived_tag_stands_still(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        self.vip.active = False
        contact.phone = "600100200"
        self.drain()
        self.put(id=self.binding(contact).external_id)
        self.drain()
        self.assertEqual(self.tags_there(contact), ["vip customers"])

    def test_a_deleted_tag_or_pair_takes_nothing_away_there(self):
        contact = self.synced(email="jan@example.org", category_id=(self.vip + self.press).ids)
        self.backend.tag_mapping_ids[1].unlink()
        self.vip.unlink()
        contact.phone = "600100200"
        self.drain()
        self.assertEqual(self.tags_there(contact), ["press", "vip customers"])

    def test_a_pair_that_gets_another_tag_begins_anew(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        self.backend.tag_mapping_ids[0].label_id = self.label("gold")
        self.drain()
        self.drain()
        self.assertEqual(contact.category_id, self.vip)
        self.assertEqual(self.tags_there(contact), ["gold", "vip customers"])

    def test_a_tag_of_another_account_is_refused_and_not_named(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        label = self.label("Their secret", backend_id=self.account(elsewhere, "second").id)
        manager = new_test_user(self.env, "mia", "usercom_connector.group_usercom_manager")
        values = {"category_id": self.own.id, "label_id": label.id}
        with self.assertRaises(ValidationError) as refused:
            self.backend.with_user(manager).env["usercom.tag.mapping"].create(values)
        self.assertNotIn("secret", str(refused.exception))

    def test_one_tag_is_paired_once(self):
        with self.assertRaisesRegex(ValidationError, "paired with “VIP” already"):
            self.pair_tags(self.own, "VIP Customers")

    def test_tags_are_fetched_and_those_that_are_gone_are_forgotten(self):
        for name in ("press", "spring"):
            self.api("POST", "/tags/", {"name": name})
        self.backend.action_fetch_tags()
        names = self.env["usercom.label"].search([("backend_id", "=", self.backend.id)])
        self.assertEqual(sorted(names.mapped("name")), ["press", "spring", "vip customers"])
        self.api("DELETE", "/tags/2/")
        self.backend.action_fetch_tags()
        self.assertEqual(sorted(names.exists().mapped("name")), ["press", "vip customers"])
        self.assertEqual(self.backend.tag_mapping_ids[1].label_id.external_id, 1)

    # ---- who looks ----

    def test_the_explanation_tells_of_tags(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        self.simulator.patch_user(self.binding(contact).external_id, tags=["press"])
        explanation = self.env["usercom.explanation"]._explain(self.backend, contact)
        explanation.action_read()
        lines = {line.name: line for line in explanation.line_ids}
        vip, press = lines["VIP ↔ vip customers"], lines["Press ↔ press"]
        self.assertEqual((vip.odoo, vip.usercom, vip.verdict), ("yes", "no", "write"))
        self.assertEqual((press.odoo, press.usercom, press.verdict), ("no", "yes", "write"))

    def test_a_full_comparison_tells_of_tags(self):
        contact = self.synced(email="jan@example.org", category_id=self.vip.ids)
        self.simulator.patch_user(self.binding(contact).external_id, tags=["press"])
        sweep = self.env["usercom.sweep"]._of(self.backend, "compare")
        sweep.started_at = fields.Datetime.now() - timedelta(days=8)
        self.drain()
        drifts = self.env["usercom.drift"].search([("kind", "=", "different")])
        self.assertEqual(
            sorted(drifts.mapped("details")), ["Tag: Press: no ≠ yes", "Tag: VIP: yes ≠ no"]
        )
        drifts.action_repair_in_usercom()
        self.drain()
        self.assertEqual(self.tags_there(contact), ["vip customers"])

    def test_an_employees_contact_keeps_its_own_tags(self):
        self.backend.partner_domain = "[]"
        person = new_test_user(self.env, "employee", "base.group_user", email="emp@example.org")
        contact = person.partner_id
        self.drain()
        self.set_tags_there(contact, "press")
        self.assertFalse(contact.category_id)


class TestTagsOfASync(TagCase, SyncCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vip, cls.press = cls.tag("VIP"), cls.tag("Press")
        cls.pair_tags(cls.vip, "vip")
        cls.pair_tags(cls.press, "press")

    def test_who_is_on_both_sides_gets_the_tags_of_both(self):
        contact = self.quietly(email="jan@example.org", category_id=self.vip.ids)
        self.simulator.seed({"email": "jan@example.org", "first_name": "Jan", "tags": ["press"]})
        sync = self.previewed()
        self.assertFalse(self.line(sync, partner_id=contact).overwrites)
        self.run_to_end(sync)
        self.drain()
        self.assertEqual(contact.category_id, self.vip + self.press)
        self.assertEqual(self.tags_there(contact), ["press", "vip"])

    def test_who_goes_by_a_file_gets_the_tags_afterwards(self):
        contacts = self.env["res.partner"].union(
            *(self.quietly(email=f"p{i}@example.org", category_id=self.vip.ids) for i in range(3))
        )
        self.ran(use_csv=True)
        self.drain()
        self.assertEqual([self.tags_there(contact) for contact in contacts], [["vip"]] * 3)

    def test_a_sync_of_one_direction_brings_no_tags_the_other_way(self):
        contact = self.quietly(email="jan@example.org", category_id=self.vip.ids)
        self.simulator.seed({"email": "jan@example.org", "first_name": "Jan", "tags": ["press"]})
        self.ran("import")
        self.drain()
        self.assertEqual(contact.category_id, self.vip + self.press)
        self.assertEqual(self.tags_there(contact), ["press"])
