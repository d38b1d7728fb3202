"""What User.com refuses is told for as long as both sides differ, and tried again."""

from .common_companies import CompaniesCase
from .common_lists import ListCase
from .common_mailing_lists import MailingListCase


class RefusalCase(ListCase):
    def refuse(self, path, **fault):
        self.simulator.fault(kind="status", status=400, path=path, **fault)

    def met_again(self, contact):
        """The next list of users has the user of the contact."""
        self.simulator.patch_user(self.binding(contact).external_id, city="Łódź")
        self.due("reconcile")
        self.drain()
        self.drain()

    def is_told_on_dashboard(self):
        self.backend.invalidate_recordset()
        return "send_failed" in self.backend.dashboard["todo"]

    def assert_told(self, link, text):
        """The link, a row of the contact and the dashboard tell of it."""
        failed = [("partner_id", "=", link.partner_id.id), ("state", "=", "failed")]
        row = self.env["usercom.outbox"].search(failed, limit=1)
        self.assertEqual(link.state, "failed")
        self.assertIn(text, link.last_error)
        self.assertIn(text, row.error)
        self.assertTrue(self.is_told_on_dashboard())

    def assert_synced(self, contact):
        contact.invalidate_recordset()
        self.assertEqual((contact.usercom_state, contact.usercom_error or ""), ("synced", ""))

    def assert_told_until_made(self, contact, text):
        """It is told after lists of users and other edits, until User.com does it."""
        self.assert_told(self.binding(contact), text)
        for phone in ("600100200", "600100300"):
            with self.subTest(phone=phone):
                self.met_again(contact)
                self.assert_told(self.binding(contact), text)
                contact.phone = phone
                self.drain()
                self.assert_told(self.binding(contact), text)
        self.simulator.clear_faults()
        self.met_again(contact)
        self.assert_synced(contact)
        self.assertFalse(self.is_told_on_dashboard())


class TestRefusedLabels(RefusalCase, MailingListCase):
    def setUp(self):
        super().setUp()
        self.vip = self.tag("VIP")
        self.pair_tags(self.vip, "vip")

    def keeping_the_tag(self):
        """A contact who has lost the tag in Odoo, and whose user cannot lose it."""
        jan = self.synced(email="jan@example.org", category_id=self.vip.ids)
        self.refuse("/users/*/remove_tag/")
        jan.category_id = False
        self.drain()
        return jan

    def test_a_tag_that_cannot_be_given(self):
        jan = self.synced(email="jan@example.org")
        self.refuse("/users/*/add_tag/")
        jan.category_id = self.vip
        self.drain()
        self.assert_told_until_made(jan, "Jan Kowalski: User.com did not change “Tag: VIP”")
        self.assertEqual((self.tags_there(jan), jan.category_id), (["vip"], self.vip))

    def test_a_tag_that_cannot_be_taken_away(self):
        jan = self.keeping_the_tag()
        self.assert_told_until_made(jan, "Jan Kowalski: User.com did not change “Tag: VIP”")
        self.assertEqual((self.tags_there(jan), jan.category_id), ([], self.vip.browse()))

    def test_a_list_that_cannot_be_left(self):
        jan = self.on(self.news)
        self.drain()
        self.refuse("/users/*/remove_from_list/")
        self.subscriptions(jan).unlink()
        self.drain()
        self.assert_told_until_made(jan, "did not change “Mailing list: News”")
        self.assertEqual((self.lists_there(jan), self.lists_here(jan)), ([], []))

    def test_a_person_takes_it_away_there(self):
        jan = self.keeping_the_tag()
        self.met_again(jan)
        self.set_tags_there(jan)
        self.assert_synced(jan)
        self.assertFalse(jan.category_id)

    def test_a_person_gives_it_again_here(self):
        jan = self.keeping_the_tag()
        self.met_again(jan)
        jan.category_id = self.vip
        self.drain()
        self.assert_synced(jan)
        self.assertEqual(self.tags_there(jan), ["vip"])


class TestRefusedValues(RefusalCase):
    def test_a_value_of_a_contact(self):
        jan = self.synced(email="jan@example.org", phone="600100100")
        self.refuse("/users/*/", method="PUT")
        jan.phone = "600100400"
        self.drain()
        self.assert_told_until_made(jan, "User.com refused")


class TestRefusedCompanies(RefusalCase, CompaniesCase):
    def setUp(self):
        super().setUp()
        self.firm = self.company(name="Firm 9")
        self.jan = self.member(self.firm)
        self.rest()

    def assert_told_until_made(self, *_how):
        self.rest()
        for _list in range(2):
            self.assert_told(self.link(self.firm), "User.com refused")
            self.simulator.patch_company(self.link(self.firm).external_id, city="Łódź")
            self.due("companies")
            self.met_again(self.jan)
        self.simulator.clear_faults()
        self.firm.action_usercom_push()
        self.rest()
        self.assertEqual(self.link(self.firm).state, "synced")
        self.assertFalse(self.is_told_on_dashboard())

    def test_a_value(self):
        self.refuse("/companies/*/", method="PUT")
        self.firm.name = "Firm 10"
        self.assert_told_until_made()
        self.assertEqual(self.there(self.firm)["name"], "Firm 10")

    def test_a_member_that_cannot_leave(self):
        self.refuse("/companies/*/remove_member/")
        self.jan.parent_id = False
        self.assert_told_until_made()
        self.assertEqual(self.there(self.firm)["members"], [])

    def test_a_member_that_cannot_join(self):
        self.refuse("/companies/*/add_member/")
        self.member(self.firm, email="eva@example.org", name="Eva")
        self.assert_told_until_made()
        self.assertEqual(len(self.there(self.firm)["members"]), 2)
