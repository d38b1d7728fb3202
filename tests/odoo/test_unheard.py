"""Calls whose answer never came: what they did there is our own doing, and no change of theirs."""

from unittest.mock import patch

from odoo.addons.usercom_connector.models import usercom_backend_drain

from .common import UsercomCase

POLICIES = ("odoo", "usercom", "newest")


class UnheardCase(UsercomCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(usercom_backend_drain, "SHORT_WAIT", 0))

    def lost(self, contact, method="PUT", applied=True, **values):
        """The contact is edited, and the answer to the call that tells of it is lost."""
        contact.write(values)
        self.simulator.fault(kind="reset", method=method, apply=applied, count=1)
        self.drain()
        self.simulator.clear_faults()

    def killed(self, contact):
        """The worker of the call died before it stored anything."""
        self.waiting(contact).write({"claimed_at": "2026-01-01", "next_attempt_at": False})

    def later(self):
        """The time of the next attempt has come."""
        self.env["usercom.outbox"].search([("state", "=", "pending")]).next_attempt_at = False
        self.drain()

    def told_of(self, user_id):
        """User.com tells of the user, and what waits is sent."""
        self.told(id=user_id)
        self.later()
        self.later()

    def conflicts(self, contact):
        return self.env["usercom.conflict"].search([("partner_id", "=", contact.id)])


class TestUnheardChange(UnheardCase):
    number = 0

    def begin(self, policy):
        TestUnheardChange.number += 1
        self.backend.mapping_ids.conflict_policy = policy
        self.jan = self.synced(email=f"jan{self.number}@example.org", phone="111111111")
        self.user_id = self.binding(self.jan).external_id

    def check_both(self, phone):
        self.assertEqual(self.remote(self.jan)["phone_number"], phone)
        self.assertEqual(self.jan.phone, phone)
        self.assertFalse(self.conflicts(self.jan))
        self.assertFalse(self.waiting(self.jan))

    def test_a_later_edit_is_not_lost_to_the_echo_of_our_own(self):
        for policy in POLICIES:
            for case in ("lost", "killed"):
                with self.subTest(policy=policy, case=case):
                    self.begin(policy)
                    self.lost(self.jan, phone="222222222")
                    if case == "killed":
                        self.killed(self.jan)
                    self.jan.phone = "333333333"
                    self.told_of(self.user_id)
                    self.check_both("333333333")

    def test_nor_that_of_two_which_were_not_answered(self):
        self.begin("usercom")
        self.lost(self.jan, phone="222222222")
        self.waiting(self.jan).next_attempt_at = False
        self.lost(self.jan, applied=False, phone="333333333")
        self.jan.phone = "444444444"
        self.told_of(self.user_id)
        self.check_both("444444444")

    def test_nor_an_edit_back_to_what_it_was(self):
        for tells in (True, False):
            with self.subTest(tells=tells):
                self.begin("usercom")
                self.lost(self.jan, phone="222222222")
                self.jan.phone = "111111111"
                self.told_of(self.user_id) if tells else self.later()
                self.check_both("111111111")

    def test_a_name_is_told_as_a_whole(self):
        self.begin("usercom")
        self.lost(self.jan, name="Anna Maria Nowak")
        self.jan.name = "Ewa Nowak"
        self.told_of(self.user_id)
        self.assertEqual(self.jan.name, "Ewa Nowak")
        self.assertEqual(self.remote(self.jan)["name"], "Ewa Nowak")
        self.assertFalse(self.conflicts(self.jan))

    def test_what_a_person_changed_there_since_is_a_conflict_as_ever(self):
        self.begin("usercom")
        self.lost(self.jan, phone="222222222")
        self.simulator.patch_user(self.user_id, phone_number="999999999")
        self.jan.phone = "333333333"
        self.told_of(self.user_id)
        self.assertEqual(self.jan.phone, "999999999")
        self.assertEqual(len(self.conflicts(self.jan)), 1)

    def test_once_answered_the_same_value_said_there_is_a_change_of_theirs(self):
        self.begin("usercom")
        self.lost(self.jan, phone="222222222")
        self.later()
        self.jan.phone = "333333333"
        self.drain()
        self.jan.phone = "444444444"
        self.simulator.patch_user(self.user_id, phone_number="222222222")
        self.told_of(self.user_id)
        self.assertEqual(self.jan.phone, "222222222")

    def test_a_no_there_is_believed_even_where_we_have_sent_one(self):
        self.begin("odoo")
        self.jan.employee = True
        self.drain()
        self.lost(self.jan, employee=False)
        self.jan.employee = True
        self.later()
        self.later()
        self.assertFalse(self.jan.employee)
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], False)

    def test_a_yes_that_did_not_arrive_is_sent_once_more(self):
        self.begin("odoo")
        self.lost(self.jan, applied=False, employee=True)
        self.later()
        self.later()
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], True)
        self.assertFalse(self.waiting(self.jan))

    def test_it_is_stored_for_many_at_once(self):
        people = self.env["res.partner"].create(
            [{"name": "Anna", "email": f"n{n}@example.org"} for n in range(30)]
        )
        self.drain()
        people.phone = "222222222"
        self.simulator.fault(kind="reset", method="PUT", apply=True, count=100)
        self.drain()
        self.simulator.clear_faults()
        self.backend.mapping_ids.conflict_policy = "usercom"
        people.phone = "333333333"
        self.later()
        self.later()
        self.assertEqual({u["phone_number"] for u in self.simulator.users()}, {"333333333"})
