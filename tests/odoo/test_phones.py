"""One number in many spellings: "+48 601 111 222" and "+48601111222" ring the same phone."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .common import UsercomCase

quick = settings(
    max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
SPELLINGS = st.sampled_from(
    [
        "+48601111222",
        "+48 601 111 222",
        "+48 (601) 111-222",
        "0048 601111222",
        "48601111222",
        "601 111 222",
        "601-111-222",
        "601111222",
    ]
)


class PhoneCase(UsercomCase):
    number = 0

    def setUp(self):
        super().setUp()
        self.env.company.country_id = self.env.ref("base.pl")

    def somebody(self, **values):
        PhoneCase.number += 1
        return self.synced(email=f"phone{PhoneCase.number}@example.org", **values)

    def say(self, contact, phone):
        """The user gets this number, and a call tells of it."""
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number=phone)
        self.receive(id=user_id)
        self.drain()

    def writes(self):
        return [call for call in self.calls() if not call.startswith("GET")]


class TestSpellingsOfOneNumber(PhoneCase):
    def test_any_spelling_on_either_side_causes_no_call_and_no_write(self):
        @quick
        @given(SPELLINGS, st.lists(st.tuples(st.booleans(), SPELLINGS), min_size=1, max_size=4))
        def holds(first, edits):
            contact = self.somebody(phone=first)
            typed = first
            for is_odoo, spelling in edits:
                if is_odoo:
                    contact.phone = typed = spelling
                    self.drain()
                else:
                    self.say(contact, spelling)
                self.assertEqual(contact.phone, typed)
            self.assertEqual(self.writes(), [], (first, edits))
            self.assertFalse(self.env["usercom.conflict"].search([("partner_id", "=", contact.id)]))

        holds()

    def test_a_number_is_sent_in_international_form_unless_as_typed_is_chosen(self):
        contact = self.somebody(phone="601 111 222")
        self.assertEqual(self.remote(contact)["phone_number"], "+48601111222")
        self.backend.mapping_ids.filtered("is_phone").conversion = False
        contact.phone = "602 111 222"
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "602 111 222")
        self.say(contact, "+48602111222")
        self.assertEqual(contact.phone, "602 111 222")

    def test_the_country_of_the_contact_counts_before_the_company_s(self):
        contact = self.somebody(phone="030 901820", country_id=self.env.ref("base.de").id)
        self.assertEqual(self.remote(contact)["phone_number"], "+4930901820")

    def test_what_is_more_than_a_number_is_sent_as_typed(self):
        for phone in ("601 111 222 w. 5", "601 111 222, 602 111 222", "1-800-FLOWERS", "12"):
            with self.subTest(phone):
                contact = self.somebody(phone=phone)
                self.assertEqual(self.remote(contact)["phone_number"], phone)

    def test_an_upgraded_link_that_agreed_on_another_spelling_is_pushed_nothing(self):
        contact = self.somebody(phone="+48 601 111 222")
        user_id = self.binding(contact).external_id
        self.simulator.patch_user(user_id, phone_number="+48 601 111 222")
        self.binding(contact).base |= {"phone_number": "+48 601 111 222"}
        contact.action_usercom_push()
        self.drain()
        contact.name = "Jan Nowak"
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "+48 601 111 222")

    def test_what_is_agreed_on_is_what_user_com_has_and_no_guess(self):
        contact = self.somebody(phone="+48601111222")
        self.say(contact, "601 111 222")
        self.assertEqual(self.binding(contact).base["phone_number"], "601 111 222")
        contact.country_id = self.env.ref("base.de")
        contact.city = "Berlin"
        self.drain()
        self.assertEqual(contact.phone, "+48601111222")

    def test_only_the_side_that_has_another_number_counts_as_changed(self):
        contact = self.somebody(phone="+48601111222")
        contact.phone = "601 111 222"
        self.say(contact, "+48 602 111 222")
        self.assertEqual(contact.phone, "+48 602 111 222")
        self.simulator.clear_journal()
        contact.phone = "603 111 222"
        self.say(contact, "602111222")
        self.assertEqual(self.remote(contact)["phone_number"], "+48603111222")
        self.assertFalse(self.env["usercom.conflict"].search([("partner_id", "=", contact.id)]))

    def test_a_first_meeting_leaves_each_side_its_own_spelling(self):
        for policy in ("odoo", "usercom", "newest"):
            with self.subTest(policy):
                self.backend.mapping_ids.conflict_policy = policy
                email = f"first-{policy}@example.org"
                self.person(email=email, phone_number="601-111-222")
                contact = self.contact(email=email, phone="+48 601 111 222")
                for _run in range(2):
                    self.drain()
                self.assertEqual(contact.phone, "+48 601 111 222")
                self.assertEqual(self.remote(contact)["phone_number"], "601-111-222")

    def test_a_full_comparison_finds_no_difference_between_spellings(self):
        contact = self.somebody(phone="+48601111222")
        self.simulator.patch_user(self.binding(contact).external_id, phone_number="601 111 222")
        self.backend.action_compare()
        for _run in range(3):
            self.drain()
        self.assertFalse(self.env["usercom.drift"].search([("partner_id", "=", contact.id)]))

    def test_an_initial_sync_finds_no_conflict_between_spellings(self):
        self.backend.state = "authenticated"
        self.person(
            email="jan@example.org",
            phone_number="601 111 222",
            first_name="Jan",
            last_name="Kowalski",
        )
        contact = self.contact(email="jan@example.org", phone="+48 601 111 222")
        self.env.flush_all()
        self.env["usercom.outbox"].search([]).unlink()
        self.backend.state = "running"
        sync = self.env["usercom.sync"].create({"direction": "both"})
        sync.action_preview()
        self.drain()
        [line] = sync.line_ids.filtered(lambda line: line.partner_id == contact)
        self.assertEqual((line.kind, line.conflicts, line.sends), ("matched", False, False))
