"""A contact explained: does it take part, and what would happen to each of its values, and why."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import UsercomCase


class ExplanationCase(UsercomCase):
    def explained(self, contact, *, is_read=True, user=None):
        """The explanation as the button opens it, after the second one has asked User.com."""
        contact = contact.with_user(user) if user else contact
        action = contact.action_usercom_explain()
        explanation = contact.env[action["res_model"]].browse(action["res_id"])
        if is_read:
            self.simulator.clear_journal()
            explanation.action_read()
        return explanation

    def line(self, explanation, key):
        return explanation.line_ids.filtered(lambda line: line.mapping_id._key() == key)

    def told_of(self, explanation, key):
        """``(in Odoo, in User.com, last agreed, what happens)``"""
        line = self.line(explanation, key)
        return line.odoo, line.usercom, line.agreed, line.verdict

    def broken_rules(self, explanation):
        return explanation.rule_ids.filtered(lambda rule: not rule.is_met).mapped("text")


class TestParticipation(ExplanationCase):
    def test_who_meets_every_rule_is_synchronized(self):
        explanation = self.explained(self.synced(email="jan@example.org"), is_read=False)
        self.assertTrue(explanation.takes_part)
        self.assertEqual(self.broken_rules(explanation), [])

    def test_the_condition_of_the_filter_that_leaves_somebody_out_is_named(self):
        company = self.contact(name="Acme", is_company=True)
        explanation = self.explained(company, is_read=False)
        self.assertFalse(explanation.takes_part)
        [broken] = self.broken_rules(explanation)
        self.assertIn("Is a Company", broken)

    def test_an_archived_contact_is_told_so(self):
        contact = self.contact(email="jan@example.org", active=False)
        self.assertIn("The contact is not archived.", self.broken_rules(self.explained(contact)))

    def test_an_employee_is_told_so(self):
        user = new_test_user(self.env, "clerk", email="clerk@example.org")
        explanation = self.explained(user.partner_id, is_read=False)
        self.assertIn("employee", " ".join(self.broken_rules(explanation)))

    def test_a_paused_account_is_a_reason(self):
        contact = self.synced(email="jan@example.org")
        self.backend.action_pause()
        explanation = self.explained(contact, is_read=False)
        self.assertEqual(self.broken_rules(explanation), ["The account is running."])


class TestUnsettled(ExplanationCase):
    """What of the contact waits or failed is listed: edits, calls and events."""

    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org")
        items = [{"partner": self.jan, "name": name} for name in ("refused", "waiting", "done")]
        self.refused, self.waiting_event, done = self.env["usercom.event"]._queue(
            self.backend, items
        )
        self.refused._fail("No such event.")
        done._finish(outcome="sent")
        self.jan.phone = "600100200"
        self.put(id=self.binding(self.jan).external_id)
        self.env.cr.flush()

    def entries(self, user=None):
        found = self.explained(self.jan, is_read=False, user=user).entry_ids
        return sorted((entry.kind, entry.details, entry.state, entry.error) for entry in found)

    def test_with_the_error_of_what_failed(self):
        kinds = [(kind, state, error) for kind, _details, state, error in self.entries()]
        expected = [
            ("Event", "failed", "No such event."),
            ("Event", "pending", False),
            ("Inbox", "pending", False),
            ("Outbox", "pending", False),
        ]
        self.assertEqual(kinds, expected)
        events = [details for kind, details, *_rest in self.entries() if kind == "Event"]
        self.assertEqual(events, ["Event: refused", "Event: waiting"])

    def test_calls_are_for_managers_alone(self):
        groups = "base.group_user,usercom_connector.group_usercom_user"
        user = new_test_user(self.env, "reader", groups)
        self.assertEqual(
            [kind for kind, *_rest in self.entries(user)], ["Event", "Event", "Outbox"]
        )

    def test_an_entry_is_opened(self):
        entries = self.explained(self.jan, is_read=False).entry_ids
        failed = entries.filtered(lambda entry: entry.state == "failed")
        action = failed.action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (self.refused._name, self.refused.id)
        )


class TestValues(ExplanationCase):
    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org", phone="+48 600 100 200")
        self.user_id = self.binding(self.jan).external_id

    def test_equal_values_are_called_equal(self):
        self.assertEqual(
            self.told_of(self.explained(self.jan), "email"),
            ("jan@example.org", "jan@example.org", "jan@example.org", "equal"),
        )

    def test_what_was_changed_in_odoo_would_be_sent(self):
        self.jan.email = "janek@example.org"
        line = self.line(self.explained(self.jan), "email")
        self.assertEqual((line.verdict, line.reason), ("send", "Changed in Odoo."))

    def test_what_was_changed_there_would_be_written(self):
        self.simulator.patch_user(self.user_id, phone_number="+48600999999")
        line = self.line(self.explained(self.jan), "phone_number")
        self.assertEqual((line.verdict, line.reason), ("write", "Changed in User.com."))

    def test_a_conflict_is_explained_by_the_policy(self):
        pair = self.backend.mapping_ids.filtered(lambda m: m._key() == "phone_number")
        pair.conflict_policy = "usercom"
        self.jan.phone = "+48 600 111 111"
        self.simulator.patch_user(self.user_id, phone_number="+48600999999")
        line = self.line(self.explained(self.jan), "phone_number")
        self.assertEqual(line.verdict, "write")
        self.assertEqual(line.reason, "Both changed it. User.com wins.")

    def test_a_pair_that_only_sends_leaves_what_was_changed_there(self):
        pair = self.backend.mapping_ids.filtered(lambda m: m._key() == "phone_number")
        pair.direction = "export"
        self.drain()
        self.simulator.patch_user(self.user_id, phone_number="+48600999999")
        line = self.line(self.explained(self.jan), "phone_number")
        self.assertEqual(line.verdict, "leave")
        self.assertIn("only sends", line.reason)

    def test_a_value_that_cannot_be_carried_over_says_why(self):
        self.pair(self.backend, "country_id", "country")
        self.drain()
        self.simulator.patch_user(self.user_id, country="Atlantis")
        line = self.line(self.explained(self.jan), "country")
        self.assertEqual(line.verdict, "problem")
        self.assertIn("Atlantis", line.reason)

    def test_before_user_com_is_asked_only_odoo_is_known(self):
        self.jan.email = "janek@example.org"
        self.simulator.clear_journal()
        explanation = self.explained(self.jan, is_read=False)
        self.assertEqual(self.calls(), [])
        self.assertEqual(
            self.told_of(explanation, "email"),
            ("janek@example.org", "", "jan@example.org", "send"),
        )

    def test_looking_reads_one_user_and_changes_nothing(self):
        self.simulator.patch_user(self.user_id, phone_number="+48600999999")
        before = self.jan.read(), self.binding(self.jan).read(), self.remote(self.jan)
        self.explained(self.jan)
        self.env.flush_all()
        self.assertEqual(self.calls(), [f"GET /users/{self.user_id}/"])
        self.env.invalidate_all()
        after = self.jan.read(), self.binding(self.jan).read(), self.remote(self.jan)
        self.assertEqual(after, before)
        self.assertFalse(self.waiting(self.jan))

    def test_the_drain_does_what_was_explained(self):
        self.jan.email = "janek@example.org"
        self.simulator.patch_user(self.user_id, phone_number="+48600999999")
        explanation = self.explained(self.jan)
        verdicts = {line.mapping_id._key(): line.verdict for line in explanation.line_ids}
        self.receive(id=self.user_id)
        self.drain()
        self.assertEqual((verdicts["email"], verdicts["phone_number"]), ("send", "write"))
        self.assertEqual(self.remote(self.jan)["email"], "janek@example.org")
        self.assertEqual(self.jan.phone.replace(" ", ""), "+48600999999")


class TestLink(ExplanationCase):
    def test_a_linked_contact_names_its_user(self):
        contact = self.synced(email="jan@example.org")
        user_id = self.binding(contact).external_id
        self.assertEqual(self.explained(contact).linked_by, f"Linked to user {user_id}.")

    def test_who_would_be_found_is_named(self):
        user_id = self.person(email="anna@example.org")
        contact = self.contact(email="anna@example.org", active=True)
        linked_by = self.explained(contact).linked_by
        self.assertEqual(linked_by, f"Not linked yet; user {user_id} is the same person.")

    def test_nobody_there_is_said(self):
        contact = self.contact(email="nobody@example.org")
        self.assertIn("No user of User.com is found", self.explained(contact).linked_by)


class TestWhoMayLook(ExplanationCase):
    def test_a_user_of_user_com_may(self):
        user = new_test_user(self.env, "marta", "usercom_connector.group_usercom_user")
        explanation = self.explained(self.synced(email="jan@example.org"), user=user)
        self.assertEqual(self.line(explanation, "email").verdict, "equal")

    def test_a_salesperson_may_not(self):
        user = new_test_user(self.env, "sales", "base.group_user,base.group_partner_manager")
        with self.assertRaises(AccessError):
            self.explained(self.contact(email="jan@example.org"), user=user)

    def test_nobody_reads_what_another_one_looked_at(self):
        user = new_test_user(self.env, "marta", "usercom_connector.group_usercom_user")
        explanation = self.explained(self.synced(email="jan@example.org"))
        with self.assertRaises(AccessError):
            explanation.with_user(user).read(["linked_by"])

    def test_a_field_that_the_reader_may_not_see_is_not_explained(self):
        user = new_test_user(self.env, "marta", "usercom_connector.group_usercom_user")
        contact = self.synced(email="jan@example.org")
        field = self.env["res.partner"]._fields["phone"]
        self.addCleanup(setattr, field, "groups", field.groups)
        field.groups = "base.group_system"
        explanation = self.explained(contact, user=user)
        self.assertFalse(self.line(explanation, "phone_number"))
        self.assertTrue(self.line(explanation, "email"))

    def test_it_goes_with_the_contact(self):
        contact = self.synced(email="jan@example.org")
        explanation = self.explained(contact)
        contact.unlink()
        self.assertFalse(explanation.exists())

    def test_it_goes_when_the_contact_is_anonymized(self):
        contact = self.synced(email="jan@example.org")
        explanation = self.explained(contact)
        contact._usercom_anonymize()
        self.assertFalse(explanation.exists())
