"""Contacts that take no part, met by the users that they are: nobody gets a second contact."""

from .common_lists import ListCase


class TestLeftOut(ListCase):
    """The usual account: companies take no part."""

    def setUp(self):
        super().setUp()
        self.office = self.contact(name="Acme", email="anna@example.org", is_company=True)

    def check_left_alone(self, row, user_id):
        self.assertEqual(row.state, "done")
        self.assertIn("Acme", row.error or "")
        self.assertFalse(row.partner_id | self.contacts_of(user_id))
        self.assertFalse(self.calls("PUT"))

    def test_a_user_with_the_address_of_one_becomes_no_second_contact(self):
        user_id = self.person(phone_number="666666666")
        self.check_left_alone(self.receive(id=user_id), user_id)
        self.assertEqual(self.found(), self.office)
        self.assertFalse(self.office.phone)

    def test_an_archived_one_counts_too(self):
        self.office.active = False
        user_id = self.person()
        self.check_left_alone(self.receive(id=user_id), user_id)
        self.assertFalse(self.found())

    def test_an_id_tells_as_an_address_does(self):
        self.backend.custom_id_policy = "database_id"
        by_key = self.person(email="key@example.org")
        self.office.usercom_key = str(by_key)
        by_custom_id = self.person(email="custom@example.org", custom_id=str(self.office.id))
        for user_id in (by_key, by_custom_id):
            self.check_left_alone(self.receive(id=user_id), user_id)

    def test_the_phone_number_of_a_company_is_that_of_all_who_work_there(self):
        self.backend.match_phone = True
        self.office.phone = "+48221111111"
        self.receive(id=self.person(email="ewa@example.org", phone_number="+48221111111"))
        self.assertTrue(self.found("ewa@example.org"))

    def test_of_two_with_one_address_the_one_that_takes_part_is_meant(self):
        anna = self.contact(name="Anna", email="anna@example.org")
        user_id = self.person()
        self.assertEqual(self.receive(id=user_id).state, "done")
        self.assertEqual(self.contacts_of(user_id), anna)

    def test_whoever_takes_part_later_is_linked(self):
        user_id = self.person()
        self.receive(id=user_id)
        self.office.is_company = False
        self.drain()
        self.assertEqual(self.contacts_of(user_id), self.office)

    def test_one_that_is_erased_leaves_no_trace(self):
        row = self.receive(id=self.person())
        self.office.unlink()
        self.assertFalse(row.exists())

    def test_a_reconciliation_creates_nobody_and_a_comparison_reports_nobody(self):
        self.person()
        for kind in ("reconcile", "compare"):
            self.due(kind)
            self.drain()
        self.assertEqual(self.found(), self.office)
        self.assertFalse(self.env["usercom.drift"].search([("kind", "=", "only_usercom")]))

    def test_an_initial_sync_leaves_them_out(self):
        user_id = self.person()
        sync = self.env["usercom.sync"].create({"backend_id": self.backend.id})
        sync.action_preview()
        self.drain()
        line = sync.line_ids.filtered(lambda line: line.external_id == user_id)
        self.assertEqual(line.kind, "left_out")
        self.assertIn("Acme", line.problems)
        sync.action_run()
        self.drain()
        self.assertEqual(line.result, "skipped")
        self.assertEqual(self.found(), self.office)


class TestNoLongerTakingPart(ListCase):
    """A linked contact that has left: it stays linked, listens, and says nothing."""

    def test_it_still_hears_and_is_not_sent(self):
        contact = self.synced(email="anna@example.org", phone="111111111", x_email_consent=True)
        user_id = self.binding(contact).external_id
        contact.is_company = True
        self.drain()
        self.simulator.patch_user(user_id, phone_number="666666666", email_consent=False)
        self.receive(id=user_id)
        self.assertEqual((contact.phone, contact.x_email_consent), ("666666666", False))
        self.simulator.clear_journal()
        contact.phone = "222222222"
        self.drain()
        self.assertEqual(self.calls(), [])
        contact.is_company = False
        self.drain()
        self.assertEqual(self.remote(contact)["phone_number"], "222222222")
