"""Which lists are paired, and who looks at them: comparison, explanation, initial sync."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase

from .common_mailing_lists import MailingListCase
from .common_sync import SyncCase

EMAIL = "jan@example.org"


class TestListPairs(MailingListCase):
    # ---- pairs ----

    def test_an_archived_list_stands_still(self):
        contact = self.on(self.news)
        self.news.active = False
        contact.phone = "600100200"
        self.drain()
        self.set_lists_there(contact)
        self.assertTrue(self.subscriptions(contact, self.news))
        self.assertTrue(self.backend.list_mapping_ids[0].is_archived)

    def test_a_deleted_list_or_pair_takes_nothing_away_there(self):
        contact = self.on(self.news, self.offers)
        self.backend.list_mapping_ids[1].unlink()
        self.news.unlink()
        contact.phone = "600100200"
        self.drain()
        self.assertEqual(self.lists_there(contact), ["newsletter", "offers"])

    def test_one_list_is_paired_once(self):
        with self.assertRaisesRegex(ValidationError, "paired with “News” already"):
            self.pair_lists(self.own, "NEWSLETTER")
        with self.assertRaisesRegex(ValidationError, "of another account"):
            self.backend.list_mapping_ids[0].label_id = self.label("a tag")

    def test_lists_are_fetched(self):
        self.api("POST", "/lists/", {"name": "offers"})
        self.api("POST", "/lists/", {"name": "spring"})
        answer = self.backend.action_fetch_tags()
        self.assertIn("Lists: 2", str(answer))
        labels = self.env["usercom.label"].search([("kind", "=", "lists")])
        self.assertEqual(sorted(labels.mapped("name")), ["newsletter", "offers", "spring"])

    # ---- who looks ----

    def test_the_explanation_tells_of_lists(self):
        contact = self.on(self.news, self.offers)
        self.simulator.patch_user(self.binding(contact).external_id, lists=["offers"])
        lines = self.explained(contact)
        news, offers = lines["News ↔ newsletter"], lines["Offers ↔ offers"]
        self.assertEqual((news.odoo, news.usercom, news.verdict), ("yes", "no", "write"))
        self.assertEqual((offers.odoo, offers.usercom, offers.verdict), ("yes", "yes", "equal"))
        self.env["mail.blacklist"]._add(EMAIL)
        news = self.explained(contact)["News ↔ newsletter"]
        self.assertEqual(
            (news.verdict, news.reason), ("leave", "the address is on the e-mail blacklist")
        )

    def explained(self, contact):
        explanation = self.env["usercom.explanation"]._explain(self.backend, contact)
        explanation.action_read()
        return {line.name: line for line in explanation.line_ids}

    def test_a_full_comparison_tells_of_lists(self):
        contact = self.on(self.news)
        self.simulator.patch_user(self.binding(contact).external_id, lists=["offers"])
        sweep = self.env["usercom.sweep"]._of(self.backend, "compare")
        sweep.started_at = fields.Datetime.now() - timedelta(days=8)
        self.drain()
        drifts = self.env["usercom.drift"].search([("kind", "=", "different")])
        self.assertEqual(
            sorted(drifts.mapped("details")),
            ["Mailing list: News: yes ≠ no", "Mailing list: Offers: no ≠ yes"],
        )
        drifts.action_repair_in_odoo()
        self.drain()
        self.assertEqual(self.lists_here(contact), ["Offers"])


class TestListsOverHttp(MailingListCase, HttpCase):
    def test_who_unsubscribes_on_the_public_page_leaves_the_list_there(self):
        contact = self.on(self.news, self.offers)
        member = self.subscriptions(contact).contact_id
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Hello",
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [(6, 0, self.news.ids)],
            }
        )
        token = mailing._generate_mailing_recipient_token(member.id, member.email)
        keys = {"document_id": member.id, "email": member.email, "hash_token": token}
        self.env.flush_all()
        self.url_open(f"/mailing/{mailing.id}/unsubscribe_oneclick", data=keys)
        self.drain()
        self.assertEqual(self.lists_there(contact), ["offers"])


class TestListsOfASync(MailingListCase, SyncCase):
    def test_who_is_on_both_sides_gets_on_the_lists_of_both(self):
        self.backend.state = "authenticated"
        self.member(EMAIL, self.news)
        self.backend.state = "running"
        contact = self.quietly(email=EMAIL)
        self.simulator.seed({"email": EMAIL, "first_name": "Jan", "lists": ["offers"]})
        self.run_to_end(self.previewed())
        self.drain()
        self.assertEqual(self.lists_here(contact), ["News", "Offers"])
        self.assertEqual(self.lists_there(contact), ["newsletter", "offers"])

    def test_who_goes_by_a_file_gets_on_the_lists_afterwards(self):
        contacts = self.env["res.partner"].union(
            *(self.quietly(email=f"p{i}@example.org") for i in range(3))
        )
        for contact in contacts:
            self.member(contact.email, self.news)
        self.ran(use_csv=True)
        self.drain()
        self.assertEqual([self.lists_there(contact) for contact in contacts], [["newsletter"]] * 3)

    def test_a_sync_of_one_direction_brings_no_lists_the_other_way(self):
        self.backend.state = "authenticated"
        self.member(EMAIL, self.news)
        self.backend.state = "running"
        contact = self.quietly(email=EMAIL)
        self.simulator.seed({"email": EMAIL, "first_name": "Jan", "lists": ["offers"]})
        self.ran("import")
        self.drain()
        self.assertEqual(self.lists_here(contact), ["News", "Offers"])
        self.assertEqual(self.lists_there(contact), ["offers"])


class TestAllLists(MailingListCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend.list_mapping_ids.unlink()

    def all_lists(self, prefix=""):
        self.backend.write({"all_lists": True, "list_prefix": prefix})

    def names(self):
        pairs = self.backend.list_mapping_ids
        return {pair.list_id.name: pair.label_id.name for pair in pairs}

    def test_each_list_is_paired_by_its_name(self):
        self.label("news", kind="lists")
        self.label("Web shop", kind="lists")
        self.all_lists()
        names = self.names()
        self.assertEqual((names["News"], names["Own"]), ("news", "Own"))
        self.assertEqual(names["Web shop"], "Web shop")
        self.list("Fair")
        self.assertEqual(self.names()["Fair"], "Fair")

    def test_a_new_list_of_a_user_becomes_a_mailing_list(self):
        self.all_lists("Odoo:")
        contact = self.on(self.news)
        self.assertEqual(self.lists_there(contact), ["Odoo:News"])
        self.set_lists_there(contact, "Odoo:News", "Odoo: Blog", "their own")
        self.assertEqual(self.lists_here(contact), ["Blog", "News"])

    def test_tags_and_lists_of_one_name_are_not_mixed_up(self):
        self.backend.write({"all_lists": True, "all_tags": True})
        tag = self.tag("News")
        contact = self.on(self.news, category_id=tag.ids)
        self.assertEqual(
            (self.tags_there(contact), self.lists_there(contact)), (["News"], ["News"])
        )
