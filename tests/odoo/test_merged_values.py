"""What merged contacts had agreed on with their users: the one that is left knows all of it."""

from unittest.mock import patch

from odoo.addons.usercom_connector.services.drain import drain
from odoo.addons.usercom_connector.usercom.mass import WORTHWHILE

from .common_merge import MergeCase
from .common_tags import TagCase


class MergedCase(MergeCase, TagCase):
    @classmethod
    def _fresh_simulator(cls):
        super()._fresh_simulator()
        for name in ("job", "register"):
            cls.simulator.attribute(name, "string")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vip = cls.tag("VIP")
        cls.pair_tags(cls.vip, "vip")
        cls.pair(cls.backend, "function", "job")
        cls.pair(cls.backend, "company_registry", "register")

    def two(self, kept=None, **lost):
        """Two linked contacts, ``(lost, kept)``, with what each has besides its address."""
        number = self.env["res.partner"].search_count([])
        contacts = self.env["res.partner"].concat(
            self.contact(email=f"lost{number}@example.org", **lost),
            self.contact(email=f"kept{number}@example.org", **(kept or {})),
        )
        self.drain()
        return contacts[0], contacts[1]

    def settle(self):
        for _run in range(4):
            self.drain()

    def on_both_sides(self, contact):
        """``(job in Odoo, job there, tags in Odoo, tags there)``."""
        there = self.remote(contact)
        tags = [tag.name.lower() for tag in contact.category_id]
        return contact.function or None, there["attributes"].get("job"), tags, there["tags"]

    def later(self):
        """What waits for another attempt is due."""
        self.env["usercom.outbox"].search([("state", "=", "pending")]).next_attempt_at = False
        self.settle()

    def unheard(self, contact, apply=True, **values):
        """An edit that is sent, and never answered."""
        contact.write(values)
        self.simulator.fault(kind="reset", method="PUT", apply=apply)
        self.drain()
        self.simulator.clear_faults()

    def change_lost_there(self, contact, **values):
        """A change of which no call tells."""
        self.simulator.patch_user(self.binding(contact).external_id, **values)


class TestAfterTheMerge(MergedCase):
    def test_a_tag_that_both_had_does_not_come_back_with_the_merged_user(self):
        lost, kept = self.two(category_id=self.vip.ids, kept={"category_id": self.vip.ids})
        self.merge(lost, kept)
        kept.category_id = False
        self.simulator.clear_journal()
        # Its effect comes at once, and the answer later: what else is under way is in between.
        path = "/users/*/remove_tag/"
        self.simulator.fault(kind="delay", seconds=0.3, path=path, method="POST", count=1)
        self.settle()
        self.assertEqual(self.on_both_sides(kept), (None, None, [], []))
        writes = [call.split("/")[-2] for call in self.calls("POST")]
        self.assertEqual(writes, ["merge", "remove_tag"])

    def test_so_it_is_where_a_consent_is_withdrawn_with_it(self):
        """A withdrawn consent does not wait for the merge, and all else does."""
        both = {"category_id": self.vip.ids, "x_email_consent": True}
        lost, kept = self.two(**both, kept=both)
        self.merge(lost, kept)
        kept.write({"category_id": False, "x_email_consent": False})
        self.simulator.clear_journal()
        self.settle()
        self.assertEqual(self.on_both_sides(kept), (None, None, [], []))
        self.assertIs(self.remote(kept)["attributes"]["email_consent"], False)
        writes = [call.split("/")[-2] for call in self.calls() if not call.startswith("GET")]
        self.assertEqual(writes, [str(self.binding(kept).external_id), "merge", "remove_tag"])

    def test_what_was_changed_there_comes_though_a_withdrawal_goes_first(self):
        for policy in ("usercom", "odoo", "newest"):
            with self.subTest(policy=policy):
                self.backend.mapping_ids.conflict_policy = policy
                lost, kept = self.two(function="Miner", x_email_consent=True)
                self.change_lost_there(lost, job="Farmer")
                self.merge(lost, kept)
                kept.x_email_consent = False
                self.settle()
                self.assertEqual(self.on_both_sides(kept)[:2], ("Farmer", "Farmer"))
                self.assertIs(self.remote(kept)["attributes"]["email_consent"], False)

    def test_what_a_withdrawal_leaves_waiting_is_sent_though_the_merge_fails(self):
        lost, kept = self.two(kept={"function": "Miner", "x_email_consent": True})
        self.merge(lost, kept)
        self.simulator.fault(kind="status", status=503, path="/users/merge/")
        kept.write({"function": "Baker", "x_email_consent": False})
        with patch.object(drain, "SHORT_WAIT", 0):  # the merge is tried but once
            self.drain()
        self.assertEqual(self.on_both_sides(kept)[1], "Miner")
        for _attempt in range(3):
            self.later()
        self.assertEqual(self.on_both_sides(kept)[1], "Baker")

    def test_an_edit_is_not_lost_where_a_withdrawal_goes_between_its_pushes(self):
        """What the first push has sent, without an answer, stays our own doing."""
        self.backend.mapping_ids.conflict_policy = "usercom"
        lost, kept = self.two(kept={"function": "Miner", "x_email_consent": True})
        self.unheard(kept, function="Farmer")
        self.merge(lost, kept)
        kept.write({"function": "Baker", "x_email_consent": False})
        self.simulator.fault(kind="status", status=503, path="/users/merge/", count=1)
        self.drain()
        self.receive(id=self.binding(kept).external_id)
        self.later()
        self.assertEqual(self.on_both_sides(kept)[:2], ("Baker", "Baker"))
        self.assertFalse(self.env["usercom.conflict"].search([("partner_id", "=", kept.id)]))

    def test_nor_does_one_wait_that_has_to_be_compared_first(self):
        """Its first push was not answered, so the user is read before it is sent again."""
        lost, kept = self.two(kept={"x_email_consent": True})
        self.unheard(kept, apply=False, x_email_consent=False)
        self.merge(lost, kept)
        self.simulator.clear_journal()
        self.later()
        writes = [call.split("/")[-2] for call in self.calls() if not call.startswith("GET")]
        self.assertEqual(writes, [str(self.binding(kept).external_id), "merge"])

    def test_a_custom_id_that_the_merged_one_has_still_is_not_sent_with_a_withdrawal(self):
        self.backend.custom_id_policy = "email"
        lost = self.synced(email="lost@example.org")
        kept = self.synced(phone="600100200", x_email_consent=True)
        self.merge(lost, kept)
        kept.x_email_consent = False
        self.settle()
        self.assertIs(self.remote(kept)["attributes"]["email_consent"], False)
        self.assertEqual(self.remote(kept)["custom_id"], "lost@example.org")
        rows = self.env["usercom.outbox"].search([("partner_id", "=", kept.id)])
        self.assertEqual(set(rows.mapped("state")), {"done"})

    def test_what_cannot_be_sent_is_told_of_once_and_not_with_the_withdrawal(self):
        lost, kept = self.two(kept={"x_email_consent": True})
        self.merge(lost, kept)
        kept.write({"function": "x" * 300, "x_email_consent": False})
        self.settle()
        rows = self.env["usercom.outbox"].search([("partner_id", "=", kept.id)], order="id")
        self.assertEqual(rows.mapped("state")[-2:], ["done", "failed"])

    def test_no_edit_is_lost_where_many_withdraw_at_once(self):
        """They are alike, yet no mass update tells that the rest is still to be sent."""
        outbox = self.env["usercom.outbox"]
        people = self.env["res.partner"].create(
            [
                {"name": f"No {n}", "email": f"no{n}@example.org", "x_email_consent": True}
                for n in range(WORTHWHILE)
            ]
        )
        self.drain()
        for person in people:
            second = self.person(email=f"second-{person.email}")
            outbox._enqueue_merge(self.backend, self.binding(person).external_id, [second])
        self.simulator.fault(kind="status", status=503, path="/users/merge/")
        people.write({"function": "Farmer", "x_email_consent": False})
        for _attempt in range(4):
            self.later()
        there = [self.remote(person)["attributes"] for person in people]
        self.assertEqual({each["job"] for each in there}, {"Farmer"})
        self.assertEqual({each["email_consent"] for each in there}, {False})

    def test_a_tag_that_only_the_merged_one_had_does_not_come_back(self):
        lost, kept = self.two(category_id=self.vip.ids)
        self.merge(lost, kept)
        self.assertEqual(kept.category_id, self.vip)
        kept.category_id = False
        self.settle()
        self.assertEqual(self.on_both_sides(kept), (None, None, [], []))

    def test_a_value_that_only_the_merged_one_had_can_be_emptied_and_edited(self):
        for policy in ("usercom", "odoo", "newest"):
            for job in (False, "Farmer"):
                with self.subTest(policy=policy, job=job):
                    self.backend.mapping_ids.conflict_policy = policy
                    lost, kept = self.two(function="Miner")
                    self.merge(lost, kept)
                    kept.function = job
                    self.settle()
                    self.assertEqual(self.on_both_sides(kept)[:2], (job or None, job or None))

    def test_what_nobody_changes_is_the_same_on_both_sides(self):
        lost, kept = self.two(function="Miner", category_id=self.vip.ids)
        self.merge(lost, kept)
        self.settle()
        self.assertEqual(self.on_both_sides(kept), ("Miner", "Miner", ["vip"], ["vip"]))
        self.assertFalse(self.env["usercom.conflict"].search([("partner_id", "=", kept.id)]))

    def test_what_odoo_does_not_hand_on_comes_from_user_com(self):
        """As with all computed fields that can be edited."""
        lost, kept = self.two(company_registry="123")
        self.merge(lost, kept)
        self.settle()
        self.assertEqual(kept.company_registry, "123")
        self.assertEqual(self.remote(kept)["attributes"]["register"], "123")


class TestBeforeTheMerge(MergedCase):
    """What one side had changed, and the other did not know yet when the two were merged."""

    def test_an_edit_that_was_not_sent_yet_stands(self):
        self.backend.mapping_ids.conflict_policy = "usercom"
        for job in ("Farmer", False):
            with self.subTest(job=job):
                lost, kept = self.two(function="Miner")
                lost.function = job
                self.merge(lost, kept)
                self.settle()
                self.assertEqual(self.on_both_sides(kept)[:2], (job or None, job or None))

    def test_a_tag_whose_removal_was_not_sent_yet_is_gone(self):
        lost, kept = self.two(category_id=self.vip.ids)
        lost.category_id = False
        self.merge(lost, kept)
        self.settle()
        self.assertEqual(self.on_both_sides(kept)[2:], ([], []))

    def test_a_change_there_that_nobody_had_read_stands(self):
        self.backend.mapping_ids.conflict_policy = "odoo"
        lost, kept = self.two(function="Miner", category_id=self.vip.ids)
        self.change_lost_there(lost, job="Sailor", tags=[])
        self.merge(lost, kept)
        self.settle()
        self.assertEqual(self.on_both_sides(kept), ("Sailor", "Sailor", [], []))

    def test_a_value_of_the_survivor_stands(self):
        lost, kept = self.two(function="Miner", kept={"function": "Farmer"})
        self.change_lost_there(lost, job="Sailor")
        self.merge(lost, kept)
        self.settle()
        self.assertEqual(self.on_both_sides(kept)[:2], ("Farmer", "Farmer"))


class TestTroubles(MergedCase):
    def test_what_a_user_had_who_is_gone_there_is_sent_to_the_survivors(self):
        lost, kept = self.two(function="Miner", category_id=self.vip.ids)
        self.simulator.delete_user(self.binding(lost).external_id)
        self.merge(lost, kept)
        self.settle()
        self.assertEqual(self.on_both_sides(kept), ("Miner", "Miner", ["vip"], ["vip"]))

    def test_so_it_is_where_the_answer_to_the_merge_is_lost(self):
        self.backend.mapping_ids.conflict_policy = "usercom"
        lost, kept = self.two(function="Miner", category_id=self.vip.ids)
        self.merge(lost, kept)
        kept.write({"function": "Farmer", "category_id": False})
        self.simulator.fault(kind="reset", path="/users/merge/", apply=True, count=1)
        self.drain()
        self.later()
        self.assertEqual(self.on_both_sides(kept), ("Farmer", "Farmer", [], []))

    def test_so_it_is_where_the_value_was_emptied_there_before(self):
        self.backend.mapping_ids.conflict_policy = "odoo"
        lost, kept = self.two(function="Miner", category_id=self.vip.ids)
        self.change_lost_there(lost, job="Sailor", tags=[])
        self.merge(lost, kept)
        self.simulator.fault(kind="reset", path="/users/merge/", apply=True, count=1)
        self.drain()
        self.later()
        self.assertEqual(self.on_both_sides(kept), ("Sailor", "Sailor", [], []))

    def test_a_merge_that_fails_again_and_again_holds_up_no_edit(self):
        lost, kept = self.two(kept={"function": "Miner"})
        self.merge(lost, kept)
        kept.function = "Farmer"
        self.simulator.fault(kind="status", status=500, path="/users/merge/", count=1000)
        self.simulator.clear_journal()
        for _attempt in range(4):
            self.later()
        self.assertEqual(self.on_both_sides(kept)[:2], ("Farmer", "Farmer"))
        writes = [call.split("/")[-2] for call in self.calls() if not call.startswith("GET")]
        self.assertEqual(writes[:3], ["merge"] * 3)
        self.simulator.clear_faults()
        self.later()
        self.assertEqual(len(self.simulator.users()), 1)


class TestMergedByOthers(MergedCase):
    """Somebody at User.com, or its night, merges a user with the tag into that of the contact."""

    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org", category_id=self.vip.ids)
        [self.second] = self.simulator.seed({"email": "jan@example.org", "tags": ["vip"]})["ids"]

    def merged_there(self):
        user_id = self.binding(self.jan).external_id
        self.api("POST", "/users/merge/", {"parent": user_id, "users_list": [self.second]})
        self.put(id=user_id)

    def test_a_tag_taken_away_before_and_sent_after_is_gone(self):
        self.jan.category_id = False
        self.merged_there()
        self.settle()
        self.assertEqual(self.on_both_sides(self.jan)[2:], ([], []))

    def test_one_that_comes_after_it_was_sent_is_news(self):
        """As if somebody had given it: whose tag it was nobody can tell."""
        self.jan.category_id = False
        self.drain()
        self.merged_there()
        self.settle()
        self.assertEqual(self.on_both_sides(self.jan)[2:], (["vip"], ["vip"]))
