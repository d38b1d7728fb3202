"""Calls whose answer never came: what they did there is our own doing, and no change of theirs."""

from unittest.mock import patch

from odoo.addons.usercom_connector.services.drain import drain as drain_module

from tests.server import until

from .common import UsercomCase

POLICIES = ("odoo", "usercom", "newest")


class UnheardCase(UsercomCase):
    def setUp(self):
        super().setUp()
        self.enterContext(patch.object(drain_module, "SHORT_WAIT", 0))

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
        self.receive(id=user_id)
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
        self.jan.x_email_consent = True
        self.drain()
        self.lost(self.jan, x_email_consent=False)
        self.jan.x_email_consent = True
        self.later()
        self.later()
        self.assertFalse(self.jan.x_email_consent)
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], False)

    def test_a_yes_that_did_not_arrive_is_sent_once_more(self):
        self.begin("odoo")
        self.lost(self.jan, applied=False, x_email_consent=True)
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


class TestUnheardCreation(UnheardCase):
    """Nobody is created twice, however slow the call was that nobody heard the answer of."""

    def created_late(self, seconds=0.3, **values):
        """A contact whose user is created only after the connection broke."""
        contact = self.contact(**{"email": "jan@example.org", **values})
        self.simulator.fault(kind="late", method="POST", seconds=seconds, count=1)
        self.drain()
        self.simulator.clear_journal()
        return contact

    def arrives(self):
        until(self.simulator.users, 5)

    def check_one(self, contact, email="jan@example.org"):
        [user] = self.simulator.users()
        self.assertEqual(user["email"], email)
        self.assertEqual(self.binding(contact).external_id, user["id"])
        self.assertEqual(self.binding(contact).state, "synced")
        self.assertEqual(len(self.env["res.partner"].search([("name", "=", contact.name)])), 1)

    def test_it_waits_longer_than_a_call_may_take(self):
        for case in ("lost", "killed"):
            with self.subTest(case=case):
                contact = self.created_late(email=f"{case}@example.org")
                if case == "killed":
                    self.killed(contact)
                self.later()
                self.later()
                self.assertEqual(self.calls(), [])
                until(lambda: self.simulator.users(email=f"{case}@example.org"), 5)  # noqa: B023
                self.pass_time()
                self.later()
                self.assertFalse(self.calls("POST"))
                self.assertEqual(self.binding(contact).state, "synced")
                self.assertEqual(len(self.simulator.users(email=f"{case}@example.org")), 1)

    def test_so_a_search_that_lags_finds_it(self):
        contact = self.contact(email="jan@example.org")
        self.simulator.settings(search_lag=60)
        self.lost(contact, method="POST")
        self.later()
        self.simulator.settings(search_lag=0)
        self.pass_time()
        self.later()
        self.check_one(contact)

    def test_what_never_arrived_is_created_then(self):
        contact = self.contact(email="jan@example.org")
        self.lost(contact, method="POST", applied=False)
        self.later()
        self.assertFalse(self.simulator.users())
        self.pass_time()
        self.later()
        self.check_one(contact)

    def test_who_was_not_created_for_a_reason_does_not_wait(self):
        contact = self.contact(email="jan@example.org")
        self.simulator.fault(status=429, method="POST", count=1, headers={"retry-after": "0"})
        self.drain()
        self.later()
        self.check_one(contact)

    def test_a_503_of_a_server_that_has_created_the_user_undoes_no_edit(self):
        for policy in POLICIES:
            for email in ("jan", "jan.dobry"):
                with self.subTest(policy=policy, email=email):
                    self.backend.mapping_ids.conflict_policy = policy
                    before = f"jan.{policy}.{email}@example.org"
                    contact = self.contact(email=before, phone="600100200")
                    self.simulator.fault(status=503, method="POST", apply=True, count=1)
                    self.drain()
                    contact.write({"phone": "600300400", "email": f"{email}.{policy}@example.org"})
                    self.later()
                    self.later()
                    user = self.remote(contact)
                    self.assertEqual(user["phone_number"], "600300400")
                    self.assertEqual(user["email"], contact.email)
                    self.assertEqual(contact.phone, "600300400")
                    self.assertFalse(self.conflicts(contact))
                    self.assertEqual(len(self.calls("POST")), 1)
                    self.simulator.clear_journal()

    def test_an_address_corrected_meanwhile_makes_nobody_twice(self):
        contact = self.created_late(name="Jan Zły")
        contact.email = "jan.dobry@example.org"
        self.arrives()
        self.pass_time()
        self.later()
        self.later()
        self.check_one(contact, "jan.dobry@example.org")

    def test_nor_where_a_call_tells_of_the_user_first(self):
        contact = self.created_late(name="Jan Zły")
        contact.email = "jan.dobry@example.org"
        self.arrives()
        [user] = self.simulator.users()
        self.receive(id=user["id"], email="jan@example.org")
        self.later()
        self.check_one(contact, "jan.dobry@example.org")

    def test_nor_do_both_sides_changing_all_that_was_sent(self):
        for case in ("push", "call"):
            with self.subTest(case=case):
                contact = self.created_late(email=f"{case}@example.org", phone="600100200")
                contact.write({"email": f"{case}.dobry@example.org", "name": f"Jan {case}"})
                until(lambda: self.simulator.users(email=f"{case}@example.org"), 5)  # noqa: B023
                [user] = self.simulator.users(email=f"{case}@example.org")
                changes = {"first_name": "Ewa", "last_name": case, "phone_number": "600300400"}
                self.simulator.patch_user(user["id"], **changes)
                if case == "call":
                    self.receive(id=user["id"])
                self.pass_time()
                for _run in range(3):
                    self.later()
                self.assertEqual(self.binding(contact).external_id, user["id"])
                self.assertEqual(self.remote(contact)["email"], f"{case}.dobry@example.org")
                self.assertEqual(len(self.env["res.partner"].search([("email", "like", case)])), 1)
                self.assertEqual(self.calls("POST"), [])

    def test_a_name_corrected_between_two_unheard_attempts_makes_nobody_twice(self):
        contact = self.contact(name="Jan Zły", email="jan@example.org")
        self.lost(contact, method="POST")
        self.simulator.settings(search_lag=600)
        self.pass_time(20)
        contact.write({"name": "Jan Dobry", "email": "jan.dobry@example.org"})
        self.waiting(contact).next_attempt_at = False
        self.lost(contact, method="POST", applied=False)
        self.simulator.settings(search_lag=0)
        self.pass_time(20)
        self.later()
        self.later()
        self.check_one(contact, "jan.dobry@example.org")

    def test_another_persons_user_of_the_former_address_stays_another(self):
        contact = self.contact(name="Jan Zły", email="jan@example.org")
        self.lost(contact, method="POST", applied=False)
        self.pass_time(60)
        self.person(email="jan@example.org", first_name="Anna", last_name="Inna")
        contact.email = "jan.dobry@example.org"
        self.pass_time()
        self.later()
        self.assertEqual(len(self.simulator.users()), 2)
        self.assertEqual(self.remote(contact)["email"], "jan.dobry@example.org")

    def test_two_that_are_found_become_one(self):
        contact = self.contact(email="jan@example.org")
        self.simulator.settings(search_lag=600)
        for _attempt in range(2):
            self.lost(contact, method="POST")
            self.pass_time()
            self.waiting(contact).next_attempt_at = False
        self.assertEqual(len(self.simulator.users()), 2)
        self.simulator.settings(search_lag=0)
        self.later()
        self.check_one(contact)

    def test_one_that_turns_up_afterwards_is_merged_into_the_first(self):
        contact = self.contact(email="jan@example.org")
        self.lost(contact, method="POST")
        self.simulator.settings(search_lag=600)
        self.pass_time()
        self.later()
        self.simulator.settings(search_lag=0)
        linked_id = self.binding(contact).external_id
        [other] = [user for user in self.simulator.users() if user["id"] != linked_id]
        row = self.receive(id=other["id"])
        self.later()
        self.assertEqual(row.state, "done")
        self.check_one(contact)
        self.assertEqual(self.binding(contact).external_id, linked_id)

    def test_a_custom_id_makes_the_call_repeatable(self):
        self.backend.custom_id_policy = "database_id"
        contact = self.synced(email="jan@example.org")
        self.assertEqual(self.remote(contact)["custom_id"], str(contact.id))
        contact = self.contact(name="Ewa", email="ewa@example.org")
        self.drain()
        self.assertIn("POST /users/update_or_create/", self.calls("POST"))

    def test_where_user_com_does_not_serve_that_call_it_is_the_usual_one(self):
        self.backend.custom_id_policy = "database_id"
        self.simulator.fault(status=404, path="/users/update_or_create/")
        contact = self.synced(email="jan@example.org")
        self.assertEqual(self.remote(contact)["custom_id"], str(contact.id))
