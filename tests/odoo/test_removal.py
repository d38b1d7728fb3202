"""Contacts that are archived, deleted or no longer take part: the account's policy is followed."""

from odoo.addons.usercom_connector.services.queue.claims import Task
from odoo.addons.usercom_connector.usercom import User
from odoo.addons.usercom_connector.usercom.jobs import Identity, Remove
from odoo.addons.usercom_connector.usercom.push import Push
from odoo.addons.usercom_connector.usercom.pushed import Pushed

from .common import UsercomCase


class TestRemoval(UsercomCase):
    def policy(self, policy):
        self.backend.removal_policy = policy

    def leave(self, contact, way):
        if way == "archived":
            contact.action_archive()
        elif way == "outside":
            contact.is_company = True
        else:
            contact.company_id = self.env["res.company"].create({"name": f"Elsewhere {way}"})

    def row_about(self, user_id):
        """What is to be done with the user of a contact that is no more."""
        return self.env["usercom.outbox"].search(
            [("partner_id", "=", False), ("external_id", "=", user_id)]
        )

    def linked(self, user_id):
        return self.env["usercom.binding"]._of_user(self.backend, user_id).partner_id

    def receive(self, user_id):
        """News about the user arrive, as the automation that the removal set off brings them."""
        self.put(id=user_id)
        self.drain()

    # ---- leaving ----

    def test_keep_leaves_the_user_alone(self):
        contact = self.synced(email="jan@example.org")
        contact.write({"active": False, "phone": "2"})
        self.drain()
        self.assertEqual(self.calls(), [])
        self.assertTrue(self.binding(contact).left_at)

    def test_whoever_leaves_is_unsubscribed_once(self):
        self.policy("unsubscribe")
        for way in ("archived", "outside", "company"):
            with self.subTest(way):
                contact = self.synced(email=f"{way}@example.org")
                self.leave(contact, way)
                self.drain()
                self.assertIs(self.remote(contact)["unsubscribed"], True)
                self.simulator.clear_journal()
                contact.phone = "2"
                self.drain()
                self.assertEqual(self.calls(), [])

    def test_whoever_leaves_is_deleted_and_forgotten(self):
        self.policy("delete")
        for way in ("archived", "outside", "company"):
            with self.subTest(way):
                contact = self.synced(email=f"{way}@example.org")
                self.leave(contact, way)
                self.drain()
                self.assertFalse(self.simulator.users())
                self.assertFalse(self.binding(contact))
                self.assertFalse(contact.with_company(self.backend.company_id).usercom_key)

    def test_a_no_that_nobody_had_read_outlives_the_user(self):
        self.policy("delete")
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        self.simulator.patch_user(self.binding(contact).external_id, email_consent=False)
        contact.action_archive()
        self.drain()
        self.assertFalse(self.simulator.users())
        self.assertFalse(contact.x_email_consent)
        contact.action_unarchive()
        self.drain()
        self.assertIs(self.remote(contact)["attributes"]["email_consent"], False)

    def test_so_it_does_where_the_deletion_is_not_answered(self):
        self.policy("delete")
        contact = self.synced(email="jan@example.org", x_email_consent=True)
        self.simulator.patch_user(self.binding(contact).external_id, email_consent=False)
        contact.action_archive()
        self.simulator.fault(kind="reset", method="DELETE", apply=True, count=1)
        for _run in range(2):
            self.drain()
        self.assertFalse(self.simulator.users())
        self.assertFalse(contact.x_email_consent)

    def test_but_not_a_no_that_the_contact_has_answered_since(self):
        self.policy("delete")
        contact = self.synced(email="jan@example.org")
        contact.x_email_consent = True
        contact.action_archive()
        self.drain()
        self.assertTrue(contact.x_email_consent)

    def test_an_archived_contact_whose_user_is_kept_leaves_no_row(self):
        self.policy("keep")
        contact = self.synced(email="jan@example.org", phone="1")
        rows = self.env["usercom.outbox"].search([("partner_id", "=", contact.id)])
        contact.action_archive()
        self.env.cr.flush()
        self.env.invalidate_all()
        self.assertTrue(self.binding(contact).left_at)
        contact.phone = "2"
        self.drain()
        self.assertEqual(rows.search([("partner_id", "=", contact.id)]), rows)
        self.assertEqual(self.calls(), [])
        self.policy("delete")
        contact.phone = "3"
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)  # the policy was followed already

    def test_an_edit_that_waits_while_its_contact_is_archived_is_not_sent(self):
        self.policy("keep")
        contact = self.synced(email="jan@example.org", phone="1")
        contact.phone = "2"
        [row] = self.waiting(contact)
        contact.action_archive()
        self.drain()
        self.assertEqual((row.state, row.outcome), ("done", "left_out"))
        self.assertEqual(self.calls(), [])

    def test_who_was_never_linked_leaves_without_a_call(self):
        self.policy("delete")
        self.simulator.seed({"email": "office@example.org"})
        company = self.contact(email="office@example.org", is_company=True)
        company.action_archive()
        self.drain()
        self.assertEqual(self.calls(), [])

    def test_an_archived_contact_that_is_restored_takes_part_again(self):
        for policy in ("keep", "unsubscribe", "delete"):
            with self.subTest(policy):
                self.policy(policy)
                contact = self.synced(email=f"{policy}@example.org", phone="1")
                contact.action_archive()
                self.drain()
                contact.write({"active": True, "phone": "2"})
                self.drain()
                self.assertEqual(self.remote(contact)["phone_number"], "2")
                self.assertFalse(self.binding(contact).left_at)
                self.assertEqual(contact.usercom_state, "synced")

    def test_a_return_subscribes_nobody_again(self):
        self.policy("unsubscribe")
        contact = self.synced(email="jan@example.org")
        contact.action_archive()
        self.drain()
        contact.action_unarchive()
        self.drain()
        self.assertIs(self.remote(contact)["unsubscribed"], True)

    def test_our_own_unsubscribe_comes_back_as_nobodys_no(self):
        self.policy("unsubscribe")
        for number, said in enumerate((None, True)):
            contact = self.synced(email=f"jan{number}@example.org")
            if said:
                contact.usercom_unsubscribed = True
                contact.usercom_unsubscribed = False
                self.drain()
            contact.action_archive()
            self.drain()
            user_id = self.binding(contact).external_id
            payload = {"timestamp": "2099-01-01T00:00:00Z", "extra": {"unsubscribed": True}}
            self.stored_call(payload, id=user_id)
            self.drain()
            self.assertFalse(contact.usercom_unsubscribed)
            self.assertFalse(self.env["mail.blacklist"].search([("email", "=", contact.email)]))
            contact.action_unarchive()
            self.drain()
            self.assertIs(self.remote(contact)["unsubscribed"], True)
            contact.usercom_unsubscribed = True
            contact.usercom_unsubscribed = False
            self.drain()
            self.assertIs(self.remote(contact)["unsubscribed"], bool(number))

    def test_restored_before_the_drain_nothing_happened(self):
        self.policy("delete")
        contact = self.synced(email="jan@example.org")
        contact.action_archive()
        self.env.cr.flush()
        contact.action_unarchive()
        self.drain()
        self.assertEqual(self.calls(), [])

    def test_who_never_took_part_does_not_leave(self):
        """Neither a new person whom the filter leaves out, nor one found in the archive."""
        self.backend.partner_domain = "[('category_id.name', '=', 'Customer')]"
        tag = self.env["res.partner.category"].create({"name": "Customer"})
        for policy in ("unsubscribe", "delete"):
            self.policy(policy)
            archived = self.contact(email=f"old-{policy}@example.org", phone="1")
            archived.write({"category_id": tag.ids, "active": False})
            for email in (f"new-{policy}@example.org", archived.email):
                with self.subTest(policy=policy, email=email):
                    [user_id] = self.simulator.seed({"email": email})["ids"]
                    self.receive(user_id)
                    self.assertEqual(self.linked(user_id).email, email)
                    self.linked(user_id).city = "Łódź"
                    self.drain()
                    self.assertIs(self.simulator.user(user_id)["unsubscribed"], False)

    # ---- deleting ----

    def test_deleting_a_contact_follows_the_policy(self):
        for policy, unsubscribed in (("keep", [False]), ("unsubscribe", [True]), ("delete", [])):
            with self.subTest(policy):
                self.policy(policy)
                contact = self.synced(email=f"{policy}@example.org")
                user_id = self.binding(contact).external_id
                contact.unlink()
                self.drain()
                users = self.simulator.users(email=f"{policy}@example.org")
                self.assertEqual([user["unsubscribed"] for user in users], unsubscribed)
                left = ["done"] if policy != "keep" else []
                self.assertEqual(self.row_about(user_id).mapped("state"), left)

    def test_what_is_left_of_a_deleted_contact_names_nobody(self):
        self.policy("unsubscribe")
        contact = self.synced(name="Jan Secret", email="secret@example.org", phone="987654321")
        user_id = self.binding(contact).external_id
        contact.phone = "111222333"
        self.env.cr.flush()
        contact.unlink()
        self.drain()
        for model in ("usercom.outbox", "usercom.binding"):
            kept = str(self.env[model].search([]).read())
            for personal in ("Secret", "secret", "987654321", "111222333"):
                self.assertNotIn(personal, kept)
        self.assertTrue(self.row_about(user_id))

    def test_a_deleted_contact_is_not_brought_back_by_news_of_its_user(self):
        for policy in ("keep", "unsubscribe"):
            with self.subTest(policy):
                self.policy(policy)
                contact = self.synced(email=f"{policy}@example.org")
                user_id = self.binding(contact).external_id
                contact.unlink()
                self.drain()
                self.receive(user_id)
                self.assertFalse(self.found(f"{policy}@example.org"))

    def test_the_same_person_entered_anew_takes_the_user_over(self):
        contact = self.synced(email="jan@example.org")
        user_id = self.binding(contact).external_id
        contact.unlink()
        again = self.synced(email="jan@example.org")
        self.assertEqual(self.binding(again).external_id, user_id)
        self.simulator.patch_user(user_id, phone_number="222222222")
        self.receive(user_id)
        self.assertEqual(again.phone, "222222222")

    def test_entered_anew_before_the_user_is_deleted_the_person_gets_a_new_one(self):
        self.policy("delete")
        for slow in ("DELETE", "GET"):
            with self.subTest(slow=slow):
                contact = self.synced(email=f"{slow.lower()}@example.org")
                self.simulator.fault(kind="delay", seconds=0.5, method=slow, count=1)
                contact.unlink()
                again = self.synced(email=f"{slow.lower()}@example.org")
                [user] = self.simulator.users(email=f"{slow.lower()}@example.org")
                self.assertEqual(self.binding(again).external_id, user["id"])
                self.assertEqual(again.usercom_state, "synced")

    def test_a_user_found_but_deleted_before_the_answer_came_is_looked_for_again(self):
        self.policy("delete")
        contact = self.synced(email="jan@example.org")
        user = User.from_json({"id": self.binding(contact).external_id})
        contact.unlink()
        self.env.cr.flush()
        row = self.waiting(again := self.contact(email="jan@example.org"))
        row.claimed_at = self.env.cr.now()
        self.simulator.delete_user(user.id)
        deletion = self.row_about(user.id)
        deletion._settle(Task(deletion, Remove(user.id, delete=True)), None)
        row._settle(Task(row, Push(Identity(), [], {}, {}, {})), Pushed(found=user))
        self.drain()
        self.assertNotEqual(self.binding(again).external_id, user.id)
        self.assertEqual(again.usercom_state, "synced")

    def test_a_user_who_found_another_contact_is_not_deleted(self):
        self.policy("delete")
        contact = self.synced(email="jan@example.org")
        user_id = self.binding(contact).external_id
        contact.unlink()
        again = self.contact(email="jan@example.org")
        self.env["usercom.binding"].create(
            {"backend_id": self.backend.id, "partner_id": again.id, "external_id": user_id}
        )
        self.drain()
        self.assertEqual(len(self.simulator.users()), 1)
        self.assertEqual(self.row_about(user_id).operation, "keep")

    def test_a_deletion_survives_a_time_of_trouble(self):
        self.policy("delete")
        contact = self.synced(email="jan@example.org")
        user_id = self.binding(contact).external_id
        self.simulator.fault(kind="status", status=502, method="DELETE", count=1)
        contact.unlink()
        self.drain()
        self.assertFalse(self.simulator.users())
        self.assertEqual(self.row_about(user_id).attempts, 2)

    def test_deleting_many_takes_as_many_queries_as_deleting_one(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"No {n}", "email": f"no{n}@example.org"} for n in range(12)]
        )
        self.drain()

        def queries(records):
            self.env.invalidate_all()
            with self.assertLogs("odoo.sql_db", "DEBUG") as log:
                self.env["usercom.outbox"]._enqueue_removals(records)
            return len(log.output)

        queries(contacts[:1])
        self.assertEqual(queries(contacts[1:2]), queries(contacts[2:]))
