"""The companies of merged contacts: of which the user of the one that is left is a member."""

from .common_companies import CompaniesCase
from .common_merge import MergeCase


class TestMergedMembers(MergeCase, CompaniesCase):
    def setUp(self):
        super().setUp()
        self.acme, self.other = self.company(name="Acme"), self.company(name="Other")
        self.lost = self.member(self.acme, email="lost@example.org")
        self.kept = self.contact(email="kept@example.org")

    def members(self, company):
        return self.there(company)["members"]

    def user_id(self):
        return self.binding(self.kept).external_id

    def test_the_survivor_is_a_member_as_the_lost_one_was(self):
        self.rest()
        self.merge(self.lost, self.kept)
        self.rest(5)
        self.assertEqual(self.kept.parent_id, self.acme)
        self.assertEqual(self.members(self.acme), [self.user_id()])

    def test_who_leaves_the_lost_ones_company_does_not_come_back_with_its_user(self):
        self.rest()
        self.merge(self.lost, self.kept)
        self.kept.parent_id = False
        self.rest(5)
        self.assertFalse(self.kept.parent_id)
        self.assertEqual(self.members(self.acme), [])

    def test_a_survivor_of_another_company_is_a_member_of_that_one_only(self):
        self.kept.parent_id = self.other
        self.rest()
        self.merge(self.lost, self.kept)
        self.rest(5)
        self.assertEqual(self.kept.parent_id, self.other)
        self.assertEqual(self.members(self.other), [self.user_id()])
        self.assertEqual(self.members(self.acme), [])

    def test_so_it_is_where_the_answer_to_the_merge_is_lost(self):
        self.kept.parent_id = self.other
        self.rest()
        self.merge(self.lost, self.kept)
        self.simulator.fault(kind="reset", path="/users/merge/", apply=True, count=1)
        self.drain()
        self.pass_time()
        self.rest(5)
        self.assertEqual(self.members(self.other), [self.user_id()])
        self.assertEqual(self.members(self.acme), [])

    def test_so_it_is_where_the_lost_ones_membership_was_not_heard_of(self):
        self.simulator.fault(kind="reset", path="/companies/*/add_members/", apply=True, count=1)
        self.kept.parent_id = self.other
        self.rest()
        self.merge(self.lost, self.kept)
        self.rest(5)
        self.assertEqual(self.members(self.acme), [])

    def test_what_user_com_has_made_by_itself_is_not_ended(self):
        self.kept.parent_id = self.other
        self.lost.parent_id = False
        member = self.member(self.acme, email="third@example.org")
        self.rest()
        self.simulator.patch_company(
            self.link(self.acme).external_id, member=self.binding(self.lost).external_id
        )
        self.put(id=self.binding(self.lost).external_id)
        self.rest()
        self.assertEqual(self.lost.parent_id, self.acme)
        self.merge(self.lost, self.kept)
        self.rest(5)
        third = self.binding(member).external_id
        self.assertEqual(sorted(self.members(self.acme)), sorted([self.user_id(), third]))


class TestMergedThere(CompaniesCase):
    """The night merges users, and the one who is left has the companies of both."""

    def setUp(self):
        super().setUp()
        self.acme, self.other = self.company(name="Acme"), self.company(name="Other")

    def merged(self, parent, leave):
        """A member of Acme and the user who is left of it; ``leave`` is called before the night."""
        jan = self.member(self.acme, email=f"jan{len(parent)}@example.org")
        self.rest()
        shop = {"email": jan.email, "custom_id": f"shop-{len(parent)}"}
        [left] = self.simulator.seed(shop)["ids"]
        leave(jan)
        self.simulator.deduplicate()
        self.rest()
        self.receive(id=left)
        self.rest()
        self.assertEqual(self.binding(jan).external_id, left)
        return jan, left

    def check_left(self, jan, left, parent):
        self.assertNotIn(left, self.there(self.acme)["members"])
        self.assertEqual(jan.parent_id, parent)

    def test_who_leaves_a_company_leaves_it_as_the_user_who_is_left_too(self):
        for parent in (self.other, self.env["res.partner"]):
            with self.subTest(parent=parent.name):
                jan, left = self.merged(
                    parent, lambda jan, to=parent: jan.update({"parent_id": to})
                )
                self.check_left(jan, left, parent)

    def test_so_does_who_leaves_it_later(self):
        for parent in (self.other, self.env["res.partner"]):
            with self.subTest(parent=parent.name):
                jan, left = self.merged(parent, lambda jan: None)
                self.assertIn(left, self.there(self.acme)["members"])
                jan.parent_id = parent
                self.rest()
                self.check_left(jan, left, parent)

    def test_one_that_odoo_has_ended_and_user_com_made_anew_is_its_own(self):
        jan = self.member(self.acme, email="jan@example.org")
        self.rest()
        user_id = self.binding(jan).external_id
        jan.parent_id = self.other
        self.rest()
        self.assertNotIn(user_id, self.there(self.acme)["members"])
        self.simulator.patch_company(self.link(self.acme).external_id, member=user_id)
        for parent in (self.acme, self.other):
            jan.parent_id = parent
            self.rest()
        self.assertIn(user_id, self.there(self.acme)["members"])
