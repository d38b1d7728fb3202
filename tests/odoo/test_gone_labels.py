"""A paired tag or list that was deleted there is told on its pair; nobody loses it in Odoo."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common_lists import ListCase
from .common_mailing_lists import MailingListCase

EMAIL = "jan@example.org"


class TestGoneLabels(ListCase, MailingListCase):
    def setUp(self):
        super().setUp()
        self.vip = self.tag("VIP")
        self.tagged = self.pair_tags(self.vip, "vip")
        self.listed = self.backend.list_mapping_ids[0]
        self.jan = self.on(self.news, category_id=self.vip.ids)
        self.drain()
        self.backend.action_fetch_tags()

    def delete_there(self, *pairs):
        for pair in pairs:
            self.api("DELETE", f"/{pair._kind}/{pair.label_id.external_id}/")

    def todo(self):
        self.backend.invalidate_recordset()
        return self.backend.dashboard["todo"].get("gone")

    # ---- found ----

    def test_refresh_finds_them_and_tells_what_to_do(self):
        self.assertFalse(self.tagged.problem)
        self.delete_there(self.tagged, self.listed)
        answer = str(self.backend.action_fetch_tags())
        self.assertIn("Tags and lists deleted in User.com: 2.", answer)
        self.assertIn("Choose another tag of User.com, or delete the pair", self.tagged.problem)
        self.assertIn("Choose another list of User.com, or delete the pair", self.listed.problem)
        self.assertEqual(self.todo(), "2")

    def test_a_call_about_who_had_them_finds_them_before_they_are_lost(self):
        self.delete_there(self.tagged, self.listed)
        self.receive(id=self.binding(self.jan).external_id)
        self.assertTrue(self.tagged.is_gone and self.listed.is_gone)
        self.assertEqual(self.jan.category_id, self.vip)
        self.assertEqual(self.lists_here(self.jan), ["News"])

    def test_who_loses_one_that_is_there_loses_it_in_odoo(self):
        self.simulator.clear_journal()
        self.set_tags_there(self.jan)
        self.set_lists_there(self.jan)
        self.assertFalse(self.tagged.is_gone or self.listed.is_gone)
        self.assertFalse(self.jan.category_id)
        self.assertEqual(self.lists_here(self.jan), [])

    def test_the_hourly_reading_finds_them_before_anybody_loses_them(self):
        self.delete_there(self.tagged, self.listed)
        self.simulator.patch_user(self.binding(self.jan).external_id, city="Łódź")
        self.due("reconcile")
        self.drain()
        self.assertTrue(self.tagged.is_gone and self.listed.is_gone)
        self.assertEqual(self.jan.category_id, self.vip)
        self.assertEqual(self.lists_here(self.jan), ["News"])

    def test_the_full_comparison_finds_them_and_tells_of_no_contact(self):
        self.delete_there(self.tagged, self.listed)
        self.due("compare")
        self.drain()
        self.assertTrue(self.tagged.is_gone and self.listed.is_gone)
        self.assertFalse(self.env["usercom.drift"].search([]))

    def test_the_preview_of_an_initial_sync_finds_them(self):
        self.assert_found_by("action_preview")

    def test_so_does_its_run(self):
        self.assert_found_by("action_preview", "action_run")

    def assert_found_by(self, *steps):
        """The last step of an initial sync finds that they were deleted just before it."""
        sync = self.env["usercom.sync"].create({"direction": "import"})
        for step in steps:
            if step == steps[-1]:
                self.delete_there(self.tagged, self.listed)
            getattr(sync, step)()
            self.drain()
        self.assertTrue(self.tagged.is_gone and self.listed.is_gone)
        self.assertFalse(sync.line_ids.filtered("receives"))
        self.assertEqual(self.jan.category_id, self.vip)
        self.assertEqual(self.lists_here(self.jan), ["News"])

    def test_a_contact_who_gets_on_a_deleted_list_finds_it(self):
        self.delete_there(self.listed)
        others = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(5)]
        )
        self.drain()
        self.simulator.clear_journal()
        self.member("no0@example.org", self.news)
        self.drain()
        self.assertTrue(self.listed.is_gone)
        rows = self.env["usercom.outbox"].search([("partner_id", "in", others.ids)])
        self.assertEqual((set(rows.mapped("state")), rows.filtered("error")), ({"done"}, rows[:0]))
        self.assertEqual(len([call for call in self.calls() if "add_to_list" in call]), 1)
        for number in range(1, 5):
            self.member(f"no{number}@example.org", self.news)
        self.drain()
        self.assertEqual(len([call for call in self.calls() if "add_to_list" in call]), 1)

    def test_a_list_that_is_there_and_refuses_somebody_is_not_gone(self):
        self.simulator.fault(
            kind="status", status=400, method="POST", path="*add_to_list*", count=1
        )
        contact = self.synced(email="anna@example.org")
        self.member("anna@example.org", self.news)
        self.drain()
        self.assertFalse(self.listed.is_gone)
        self.assertIn("did not change", self.binding(contact).last_error)

    # ---- at rest ----

    def test_nothing_is_asked_of_it_and_nothing_lost_afterwards(self):
        self.delete_there(self.tagged, self.listed)
        self.backend.action_fetch_tags()
        self.simulator.clear_journal()
        self.set_tags_there(self.jan)
        self.jan.phone = "600100200"
        anna = self.synced(email="anna@example.org", category_id=self.vip.ids)
        self.member("anna@example.org", self.news)
        self.drain()
        self.assertEqual([c for c in self.calls() if "tag" in c or "list" in c], [])
        self.assertEqual((self.jan + anna).category_id, self.vip)
        self.assertEqual(self.lists_here(self.jan), ["News"])

    def test_the_explanation_of_a_contact_tells_why_they_rest(self):
        archived = self.tag("Old")
        old = self.pair_tags(archived, "old")
        archived.active = False
        self.delete_there(self.tagged, self.listed)
        self.backend.action_fetch_tags()
        explanation = self.env["usercom.explanation"]._explain(self.backend, self.jan)
        told = {"Tag: VIP": ("yes", "problem"), "Mailing list: News": ("yes", "problem")}
        for is_read in (False, True):
            with self.subTest(is_read=is_read):
                if is_read:
                    explanation.action_read()
                for pair in (self.tagged, self.listed, old):
                    line = explanation.line_ids.filtered(
                        lambda each, name=pair.display_name: each.name == name
                    )
                    odoo, verdict = told.get(pair._label(), (False, "leave"))
                    self.assertEqual((line.odoo or False, line.usercom or ""), (odoo, ""))
                    self.assertEqual((line.verdict, line.reason), (verdict, pair.problem))

    # ---- there again ----

    def test_one_of_the_same_name_takes_its_place(self):
        self.delete_there(self.tagged, self.listed)
        self.backend.action_fetch_tags()
        self.api("POST", "/tags/", {"name": "vip"})
        self.api("POST", "/lists/", {"name": "newsletter"})
        self.backend.action_fetch_tags()
        self.assertFalse(self.tagged.is_gone or self.listed.is_gone)
        self.assertIsNone(self.todo())
        self.drain()
        self.assertEqual(self.tags_there(self.jan), ["vip"])
        self.assertEqual(self.lists_there(self.jan), ["newsletter"])
        self.assertEqual(self.jan.category_id, self.vip)

    def test_so_does_one_that_was_made_anew_before_anybody_looked(self):
        former = self.tagged.label_id.external_id
        self.delete_there(self.tagged)
        self.api("POST", "/tags/", {"name": "vip"})
        self.due("reconcile")
        self.drain()
        self.drain()
        self.assertNotEqual(self.tagged.label_id.external_id, former)
        self.assertFalse(self.tagged.is_gone)
        self.assertEqual(self.tags_there(self.jan), ["vip"])

    def test_a_pair_goes_on_with_another_list(self):
        self.delete_there(self.listed)
        self.backend.action_fetch_tags()
        self.listed.label_id = self.label("spring", kind="lists")
        self.assertFalse(self.listed.problem)
        self.drain()
        self.assertEqual(self.lists_there(self.jan), ["spring"])

    # ---- who may ----

    def test_the_dashboard_opens_them_for_managers(self):
        self.delete_there(self.listed)
        self.backend.action_fetch_tags()
        action = self.backend.action_open_gone_pairs()
        self.assertEqual(action["res_model"], "usercom.list.mapping")
        user = new_test_user(self.env, "ulla", "usercom_connector.group_usercom_user")
        with self.assertRaises(AccessError):
            self.backend.with_user(user).action_open_gone_pairs()
