"""Users with tags that were merged into others at User.com before an edit here was sent."""

from .common_lists import ListCase
from .common_merge import MergeCase
from .common_tags import TagCase


class TestMergedTags(TagCase, ListCase, MergeCase):
    def setUp(self):
        super().setUp()
        self.vip, self.press = self.tag("VIP"), self.tag("Press")
        self.pair_tags(self.vip, "vip")
        self.pair_tags(self.press, "press")
        self.jan = self.synced(email="jan@example.org", category_id=(self.vip + self.press).ids)
        self.first = self.binding(self.jan).external_id
        self.second = self.person(email="jan@example.org")

    def test_a_tag_taken_away_here_is_taken_from_the_other(self):
        for how in ("call", "list", "push"):
            with self.subTest(how=how):
                self.jan.category_id = self.vip + self.press
                self.drain()
                self.jan.category_id -= self.vip
                self.merge_there(self.second, self.first)
                self.assertEqual(sorted(self.simulator.user(self.second)["tags"]), ["press", "vip"])
                self.read(how)
                self.come_to_rest()
                self.assertEqual(self.binding(self.jan).external_id, self.second)
                self.assertEqual(self.jan.category_id, self.press)
                self.assertEqual(self.tags_there(self.jan), ["press"])
                self.first, self.second = self.second, self.person(email="jan@example.org")

    def read(self, how):
        """The other is met as a call tells of it, by a list of users, or as Odoo sends the edit."""
        if how == "call":
            self.receive(id=self.second)
        elif how == "list":
            self.due("reconcile")

    def test_a_tag_that_the_other_has_not_stays(self):
        self.merge_there(self.second, self.first)
        self.simulator.patch_user(self.second, tags=[])
        self.receive(id=self.second)
        self.drain()
        self.assertEqual(self.jan.category_id, self.vip + self.press)
        self.assertEqual(self.tags_there(self.jan), ["press", "vip"])

    def test_a_tag_taken_away_here_is_taken_from_who_takes_the_place_of_a_deleted_user(self):
        self.simulator.delete_user(self.second)
        lost = self.synced(email="lost@example.org", category_id=self.vip.ids)
        successor = self.binding(lost).external_id
        self.drain()
        self.merge(lost, self.jan)
        self.jan.category_id -= self.vip
        self.simulator.delete_user(self.first)
        self.come_to_rest()
        self.assertEqual(self.binding(self.jan).external_id, successor)
        self.assertEqual(self.jan.category_id, self.press)
        self.assertEqual(self.tags_there(self.jan), ["press"])
