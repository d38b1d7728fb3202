"""Which user is this contact? Each doubtful case ends in a state that is known beforehand."""

import hashlib
from unittest.mock import patch

from odoo.addons.usercom_connector.services.drain import drain as drain_module

from .common import UsercomCase


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class TestCustomId(UsercomCase):
    def custom_id(self, contact):
        return self.remote(contact)["custom_id"]

    def expected(self, policy, contact, email):
        return {
            "none": None,
            "database_id": str(contact.id),
            "email": email,
            "sha256": sha256(email),
        }[policy]

    def test_a_new_user_gets_the_custom_id_of_the_policy(self):
        for policy in ("none", "database_id", "email", "sha256"):
            with self.subTest(policy):
                self.backend.custom_id_policy = policy
                contact = self.synced(email=f"{policy}.Jan@Example.org")
                email = f"{policy}.jan@example.org"
                self.assertEqual(self.custom_id(contact), self.expected(policy, contact, email))
                self.assertEqual(self.binding(contact).custom_id or None, self.custom_id(contact))

    def test_a_custom_id_made_of_the_e_mail_follows_it_and_the_user_stays(self):
        for policy in ("none", "database_id", "email", "sha256"):
            with self.subTest(policy):
                self.backend.custom_id_policy = policy
                contact = self.synced(email=f"{policy}@example.org")
                user_id = self.binding(contact).external_id
                contact.email = email = f"{policy}2@example.org"
                self.drain()
                self.assertEqual(self.calls(), [f"PUT /users/{user_id}/"])
                self.assertEqual(self.remote(contact)["email"], email)
                self.assertEqual(self.custom_id(contact), self.expected(policy, contact, email))

    def test_a_custom_id_that_somebody_else_gave_stays(self):
        self.backend.custom_id_policy = "sha256"
        self.simulator.seed({"email": "jan@example.org", "custom_id": "shop-77"})
        contact = self.synced(email="jan@example.org")
        contact.email = "jan2@example.org"
        self.drain()
        self.assertEqual(self.custom_id(contact), "shop-77")

    def test_a_user_without_one_gets_it_with_the_next_edit(self):
        contact = self.synced(email="jan@example.org")
        self.backend.custom_id_policy = "database_id"
        contact.phone = "2"
        self.drain()
        self.assertEqual(self.custom_id(contact), str(contact.id))
        self.assertEqual(len(self.calls()), 1)

    def test_a_user_is_found_by_custom_id_before_e_mail(self):
        self.backend.custom_id_policy = "database_id"
        contact = self.contact(email="jan@example.org")
        ids = self.simulator.seed(
            {"email": "jan@example.org"}, {"email": "old@example.org", "custom_id": str(contact.id)}
        )["ids"]
        self.drain()
        self.assertEqual(self.binding(contact).external_id, ids[1])


class TestNothingToFindBy(UsercomCase):
    """A contact with neither e-mail, custom id nor phone number to match by."""

    def created_unheard(self):
        contact = self.contact(name="Ewa Lis")
        self.simulator.fault(kind="reset", apply=True, method="POST", count=1)
        with patch.object(drain_module, "SHORT_WAIT", 0):
            self.drain()
        self.assertFalse(self.binding(contact).external_id)
        return contact

    def test_a_lost_answer_creates_no_second_user(self):
        contact = self.created_unheard()
        self.waiting(contact).next_attempt_at = False
        self.pass_time()
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(self.binding(contact).state, "synced")

    def test_nor_does_a_call_about_the_user_create_a_second_contact(self):
        contact = self.created_unheard()
        [user] = self.simulator.users()
        self.receive(id=user["id"])
        self.assertEqual(self.binding(contact).external_id, user["id"])
        self.assertEqual(self.env["res.partner"].search([("name", "=", "Ewa Lis")]), contact)

    def test_with_an_e_mail_the_policy_gives_the_custom_id(self):
        self.backend.custom_id_policy = "email"
        contact = self.synced(name="Ewa Lis")
        contact.email = "ewa@example.org"
        self.drain()
        self.assertEqual(self.remote(contact)["custom_id"], "ewa@example.org")


class TestOneEmail(UsercomCase):
    """Two contacts with one e-mail address share one user at most."""

    def pair_of_contacts(self, **values):
        first = self.synced(name="Anna Nowak", email="jan@example.org")
        second = self.synced(name="Ewa Lis", email="jan@example.org", **values)
        self.assertEqual(self.binding(second).state, "failed")
        return first, second

    def failed(self, contact):
        return self.env["usercom.outbox"].search(
            [("partner_id", "=", contact.id), ("state", "=", "failed")]
        )

    def test_of_two_in_one_batch_one_is_linked_and_the_other_names_it(self):
        twins = self.env["res.partner"].create(
            [{"name": name, "email": "jan@example.org"} for name in ("Anna", "Ewa")]
        )
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)
        states = sorted(self.binding(twin).state for twin in twins)
        self.assertEqual(states, ["failed", "synced"])
        loser = twins.filtered(lambda twin: self.binding(twin).state == "failed")
        self.assertIn((twins - loser).name, self.binding(loser).last_error)

    def test_contacts_without_one_do_not_wait_for_each_other(self):
        people = self.env["res.partner"].create([{"name": f"Person {n}"} for n in range(5)])
        with patch.object(drain_module, "SHORT_WAIT", 0):  # who is put off stays waiting
            self.drain()
        self.assertEqual(len(self.calls("POST")), len(people))
        self.assertFalse(self.waiting(people[-1]))

    def test_an_archived_first_keeps_the_user(self):
        first, second = self.pair_of_contacts()
        first.action_archive()
        self.drain()
        self.failed(second).action_retry()
        self.drain()
        self.assertEqual(self.binding(second).state, "failed")
        self.assertIn(first.name, self.binding(second).last_error)

    def test_an_archived_first_whose_user_was_deleted_makes_room(self):
        self.backend.removal_policy = "delete"
        first, second = self.pair_of_contacts()
        first.action_archive()
        self.drain()
        self.failed(second).action_retry()
        self.drain()
        self.assertEqual(self.binding(second).state, "synced")
        self.assertEqual(self.remote(second)["first_name"], "Ewa")

    def test_a_first_that_loses_its_e_mail_makes_room(self):
        first, second = self.pair_of_contacts()
        first.email = False
        self.drain()
        self.failed(second).action_retry()
        self.drain()
        self.assertEqual(self.binding(second).state, "synced")
        self.assertNotEqual(*(self.binding(contact).external_id for contact in (first, second)))

    def test_a_second_with_another_e_mail_is_a_user_of_its_own(self):
        _first, second = self.pair_of_contacts()
        second.email = "ewa@example.org"
        self.drain()
        self.assertEqual(self.remote(second)["email"], "ewa@example.org")


class TestAnotherId(UsercomCase):
    """Somebody types another User.com id into a contact that is linked."""

    def test_the_other_user_is_read_before_anything_is_agreed(self):
        contact = self.synced(email="jan@example.org", phone="111111111")
        other = {"email": "jan@example.net", "phone_number": "222222222"}
        [user_id] = self.simulator.seed(other)["ids"]
        contact.usercom_key = str(user_id)
        self.drain()
        self.assertEqual(self.binding(contact).external_id, user_id)
        self.assertEqual(contact.phone, "111111111")  # where both differ, Odoo wins by default
        self.assertEqual(self.remote(contact)["phone_number"], "111111111")


class TestMergedThere(UsercomCase):
    def merge_there(self, parent_id, *user_ids):
        super().merge_there(parent_id, *user_ids)
        self.simulator.clear_journal()

    def test_a_user_merged_away_is_found_by_the_other_keys_and_linked_anew(self):
        contact = self.synced(email="jan@example.org")
        [parent_id] = self.simulator.seed({"email": "jan@example.org", "city": "Łódź"})["ids"]
        self.merge_there(parent_id, self.binding(contact).external_id)
        contact.phone = "2"
        self.drain()
        self.assertEqual(self.binding(contact).external_id, parent_id)
        self.assertEqual(contact.usercom_key, str(parent_id))
        self.assertEqual(self.remote(contact)["phone_number"], "2")
        self.assertEqual(len(self.simulator.users()), 1)

    def test_so_is_one_that_is_pulled_and_what_changed_in_odoo_is_kept(self):
        same = {"email": "jan@example.org", "phone_number": "111111111"}
        contact = self.synced(email="jan@example.org", phone="111111111")
        [parent_id] = self.simulator.seed(same)["ids"]
        self.merge_there(parent_id, self.binding(contact).external_id)
        self.backend.mapping_ids.conflict_policy = "usercom"
        contact.phone = "222222222"
        contact.action_usercom_pull()
        self.drain()
        self.assertEqual(self.env["usercom.inbox"].search([]).mapped("state"), ["done"])
        self.assertEqual(self.binding(contact).external_id, parent_id)
        self.assertEqual(contact.phone, "222222222")
        self.assertEqual(self.remote(contact)["phone_number"], "222222222")

    def test_merged_into_the_user_of_another_contact_the_row_fails_naming_it(self):
        first = self.synced(name="Anna Nowak", email="anna@example.org")
        second = self.synced(name="Ewa Lis", email="ewa@example.org")
        user_id = self.binding(first).external_id
        self.merge_there(user_id, self.binding(second).external_id)
        self.simulator.patch_user(user_id, email="ewa@example.org")
        second.phone = "2"
        self.drain()
        self.assertEqual(self.binding(second).state, "failed")
        self.assertIn("Anna Nowak", self.binding(second).last_error)

    def test_a_user_whose_other_keys_find_nobody_is_gone(self):
        """However User.com words its 404: in JSON, as a page, with nothing."""
        [parent_id] = self.simulator.seed({"email": "other@example.org"})["ids"]
        for shape in ("errors", "html", "empty"):
            with self.subTest(shape):
                self.simulator.settings(error_shape=shape)
                contact = self.synced(email=f"{shape}@example.org")
                self.merge_there(parent_id, self.binding(contact).external_id)
                contact.phone = "2"
                self.drain()
                self.assertEqual(self.binding(contact).state, "gone")
        self.assertEqual(len(self.simulator.users()), 1)
