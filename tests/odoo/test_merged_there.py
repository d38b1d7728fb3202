"""Users that were merged into others at User.com, of which calls and lists tell first."""

from .common_lists import ListCase


class TestMergedInto(ListCase):
    """The contact's user is merged into another one, and nobody tells of the first any more."""

    def setUp(self):
        super().setUp()
        self.jan = self.synced(email="jan@example.org", phone="111111111")
        self.first = self.binding(self.jan).external_id
        self.second = self.person(email="jan@example.org", phone_number="222222222")

    def merge_both_there(self):
        self.merge_there(self.second, self.first)
        self.simulator.clear_journal()

    def looks(self):
        return self.calls().count(f"GET /users/{self.first}/")

    def check_linked_anew(self, contacts=1):
        self.assertEqual(self.binding(self.jan).external_id, self.second)
        self.assertEqual(self.binding(self.jan).state, "synced")
        self.assertFalse(self.binding(self.jan).last_error)
        self.assertEqual(len(self.found(self.jan.email)), contacts)

    def test_a_call_about_the_other_links_that_one(self):
        self.merge_both_there()
        row = self.receive(id=self.second)
        self.check_linked_anew()
        self.assertEqual(row.state, "done")
        self.assertEqual(row.partner_id, self.jan)

    def test_what_the_other_has_not_is_sent_to_it_and_not_emptied_here(self):
        self.merge_both_there()
        self.simulator.patch_user(self.second, phone_number=None)
        self.receive(id=self.second)
        self.drain()
        self.check_linked_anew()
        self.assertEqual(self.jan.phone, "111111111")
        self.assertEqual(self.remote(self.jan)["phone_number"], "111111111")

    def test_a_new_name_here_meets_no_change_where_the_other_got_the_former_one(self):
        self.backend.mapping_ids.conflict_policy = "usercom"
        self.jan.name = "Jan Nowak"
        self.drain()
        self.simulator.patch_user(self.second, first_name=None, last_name=None)
        self.merge_both_there()
        self.assertEqual(self.simulator.user(self.second)["name"], "Jan Nowak")
        self.jan.name = "Jan Kowalski"
        self.receive(id=self.second)
        self.drain()
        self.check_linked_anew()
        self.assertEqual(self.jan.name, "Jan Kowalski")
        self.assertEqual(self.remote(self.jan)["name"], "Jan Kowalski")

    def is_sent_unheard_and_merged(self, policy):
        """Odoo's number is sent without an answer and edited once more; the merge hands it on."""
        self.backend.mapping_ids.conflict_policy = policy
        self.simulator.fault(kind="reset", method="PUT", apply=True)
        self.jan.phone = "333333333"
        self.drain()
        self.simulator.clear_faults()
        self.simulator.patch_user(self.second, phone_number=None)
        self.merge_both_there()
        self.assertEqual(self.simulator.user(self.second)["phone_number"], "333333333")
        self.jan.phone = "444444444"
        self.receive(id=self.second)
        self.env["usercom.outbox"].search([("state", "=", "pending")]).next_attempt_at = False
        self.drain()

    def check_the_edit_stands(self):
        self.check_linked_anew()
        self.assertEqual(self.jan.phone, "444444444")
        self.assertEqual(self.remote(self.jan)["phone_number"], "444444444")
        self.assertFalse(self.env["usercom.conflict"].search([]))

    def test_what_was_sent_unheard_before_is_no_news_of_the_other(self):
        self.is_sent_unheard_and_merged("usercom")
        self.check_the_edit_stands()

    def test_so_it_is_where_the_newest_change_stands(self):
        self.is_sent_unheard_and_merged("newest")
        self.check_the_edit_stands()

    def says_no_and_is_merged(self, has_said_yes=True):
        """The first user says no, and is merged into one that says yes before anybody hears it."""
        self.jan.x_email_consent = has_said_yes
        self.drain()
        self.simulator.patch_user(self.first, email_consent=False)
        self.simulator.patch_user(self.second, email_consent=True)
        said = self.simulator.user(self.first)["updated_at"]
        self.merge_both_there()
        return {"timestamp": said, "extra": {"id": self.first, "email_consent": False}}

    def check_no(self):
        self.drain()
        self.check_linked_anew()
        self.assertFalse(self.jan.x_email_consent)
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], False)

    def test_the_no_of_the_one_that_is_gone_stands(self):
        call = self.says_no_and_is_merged()
        self.stored_call(call)
        self.drain()
        self.receive(id=self.second)
        self.check_no()

    def test_so_it_does_of_one_who_has_never_said_yes(self):
        self.stored_call(self.says_no_and_is_merged(has_said_yes=False))
        self.drain()
        self.receive(id=self.second)
        self.check_no()

    def test_so_it_does_of_such_a_one_whom_a_list_links_anew(self):
        self.stored_call(self.says_no_and_is_merged(has_said_yes=False))
        self.due("reconcile")
        self.check_no()

    def test_so_it_does_where_both_calls_come_together(self):
        call = self.says_no_and_is_merged()
        self.stored_call(call)
        self.receive(id=self.second)
        self.check_no()

    def test_so_it_does_where_its_call_comes_once_the_contact_is_linked_with_the_other(self):
        call = self.says_no_and_is_merged()
        self.receive(id=self.second)
        self.check_linked_anew()
        row = self.stored_call(call)
        self.check_no()
        self.assertEqual((row.state, row.partner_id), ("done", self.jan))

    def test_and_once_that_one_was_merged_away_too(self):
        call = self.says_no_and_is_merged()
        self.receive(id=self.second)
        third = self.person(email="jan@example.org", email_consent=True)
        self.merge_there(third, self.second)
        self.let_a_minute_pass()
        self.receive(id=third)
        self.second = third
        self.check_linked_anew()
        self.stored_call(call)
        self.check_no()

    def test_nobody_else_of_that_address_gets_it(self):
        ewa = self.synced(name="Ewa", email="jan@example.org", phone="333333333")
        self.assertFalse(self.binding(ewa).external_id)
        self.merge_both_there()
        self.receive(id=self.second)
        self.check_linked_anew(contacts=2)
        self.assertFalse(self.binding(ewa).external_id)
        self.assertEqual(ewa.phone, "333333333")

    def test_but_does_while_the_first_one_is_there(self):
        ewa = self.synced(name="Ewa", email="jan@example.org", phone="333333333")
        self.receive(id=self.second)
        self.assertEqual(self.binding(ewa).external_id, self.second)
        self.assertEqual(self.binding(self.jan).external_id, self.first)

    def test_so_does_one_that_came_after_the_two_were_told_apart(self):
        first_call = self.receive(id=self.second)
        self.assertEqual((first_call.state, first_call.is_ambiguous), ("failed", True))
        self.merge_both_there()
        row = self.receive(id=self.second)
        self.assertEqual(row.state, "pending")  # the first was looked at a moment ago
        self.let_a_minute_pass()
        self.drain()
        self.check_linked_anew()
        self.assertEqual(row.state, "done")

    def test_a_list_links_that_one(self):
        self.merge_both_there()
        self.due("reconcile")
        self.drain()
        self.check_linked_anew()
        states = self.env["usercom.inbox"].search([("external_id", "=", self.second)])
        self.assertEqual(states.mapped("state"), ["done"])

    def test_a_list_that_meets_it_before_its_call_is_worked_off_does_so_too(self):
        self.merge_both_there()
        row = self.put(id=self.second)
        self.due("reconcile")
        self.drain()
        self.check_linked_anew()
        self.assertEqual(row.state, "done")

    def test_two_users_of_one_person_are_told_after_one_look(self):
        self.simulator.clear_journal()
        rows = self.put(id=self.second)
        rows += self.put(id=self.second)
        self.drain()
        for _call in range(5):
            self.receive(id=self.second)
        self.assertEqual(self.looks(), 1)
        self.assertEqual(set(rows.mapped("state")), {"failed"})
        self.let_a_minute_pass()
        self.drain()
        self.assertEqual(self.looks(), 2)
        self.assertFalse(self.env["usercom.inbox"].search([("state", "=", "pending")]))
        self.assertIn(str(self.first), self.binding(self.jan).last_error)
        self.assertEqual(self.binding(self.jan).external_id, self.first)

    def test_a_list_tells_of_them_once(self):
        for _hour in range(3):
            self.simulator.patch_user(self.second, city="Łódź")
            self.due("reconcile")
            self.drain()
        row = self.env["usercom.inbox"].search([("external_id", "=", self.second)])
        self.assertEqual((len(row), row.state, row.is_ambiguous), (1, "failed", True))


class TestConsentAfterAMerge(ListCase):
    """What was agreed on with the user that is gone says nothing of the one that is left."""

    def setUp(self):
        super().setUp()
        self.backend.email_consent_id = self.backend.mapping_ids.filtered("is_consent").filtered(
            lambda mapping: mapping._key() == "email_consent"
        )
        self.jan = self.synced(email="jan@example.org", x_email_consent=True)
        self.first = self.binding(self.jan).external_id
        self.second = self.simulator.seed(
            {"email": "jan@example.org", "custom_id": "shop-7", "email_consent": True}
        )["ids"][0]

    def withdrawn_here(self):
        self.jan.x_email_consent = False
        self.drain()
        self.assertIs(self.simulator.user(self.first)["attributes"]["email_consent"], False)

    def check_withdrawn(self):
        self.drain()
        self.assertEqual(self.binding(self.jan).external_id, self.second)
        self.assertFalse(self.jan.x_email_consent)
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], False)

    def test_an_older_yes_there_overrules_no_withdrawal_when_the_contact_is_read(self):
        self.withdrawn_here()
        self.merge_there(self.second, self.first)
        self.jan.action_usercom_pull()
        self.drain()
        self.check_withdrawn()

    def test_nor_when_the_contact_is_sent(self):
        self.withdrawn_here()
        self.merge_there(self.second, self.first)
        self.jan.function = "Buyer"
        self.jan.phone = "600100200"
        self.drain()
        self.check_withdrawn()
        self.assertEqual(self.remote(self.jan)["phone_number"], "600100200")

    def test_nor_when_a_list_or_a_call_tells_of_the_other(self):
        self.withdrawn_here()
        self.merge_there(self.second, self.first)
        self.receive(id=self.second)
        self.check_withdrawn()

    def test_a_no_of_the_other_withdraws_here(self):
        self.simulator.patch_user(self.second, email_consent=False)
        self.merge_there(self.second, self.first)
        self.receive(id=self.second)
        self.check_withdrawn()

    def test_a_yes_on_both_sides_stays(self):
        self.merge_there(self.second, self.first)
        self.receive(id=self.second)
        self.drain()
        self.assertTrue(self.jan.x_email_consent)
        self.assertIs(self.remote(self.jan)["attributes"]["email_consent"], True)
